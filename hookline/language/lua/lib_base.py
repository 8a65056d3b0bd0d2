"""Lua's base library: `pairs`, `pcall`, `tonumber` and the like."""

from collections.abc import Callable
from typing import Any

from hookline.language.errors import LanguageError
from hookline.language.gofloat import read_float
from hookline.language.lua.arguments import Arguments
from hookline.language.lua.execution import compile_function
from hookline.language.lua.machine import Machine, located
from hookline.language.lua.parser import parse
from hookline.language.lua.pieces import truth
from hookline.language.lua.values import (
    Fault,
    Function,
    LimitError,
    LuaError,
    Table,
    parse_int,
    shown,
    type_name,
)

_MOST_RESULTS = 5000
_HEX = 16


def _assert(_machine: Machine, given: Arguments) -> list[Any]:
    if not truth(given[1]):
        raise Fault(shown(given.plain_text(2, b"assertion failed!")))
    return list(given.values)


def _collectgarbage(_machine: Machine, _given: Arguments) -> list[Any]:
    return []


def _error(_machine: Machine, given: Arguments) -> list[Any]:
    value, level = given.any(1), given.integer(2, 1)
    if type(value) is bytes and level > 0:
        raise Fault(value.decode(errors="surrogateescape"))
    raise LuaError(value)


def _getmetatable(machine: Machine, given: Arguments) -> list[Any]:
    value = given.any(1)
    meta = value.meta if type(value) is Table else None
    meta = machine.strings if type(value) is bytes else meta
    kept = None if meta is None else meta.get(b"__metatable")
    return [meta if kept is None else kept]


def _setmetatable(_machine: Machine, given: Arguments) -> list[Any]:
    meta = given[2]
    if meta is not None and type(meta) is not Table:
        raise given.bad(2, f"nil or table expected, got {type_name(meta)}")
    value = given[1]
    if value is None:
        raise Fault("cannot set metatable to a nil object.")
    if type(value) is not Table:
        raise Fault("only a table can have a metatable here")
    if value.meta is not None and value.meta.get(b"__metatable") is not None:
        raise Fault("cannot change a protected metatable")
    value.meta = meta
    return [value]


def _ipairs(_machine: Machine, given: Arguments) -> list[Any]:
    return [Function(_each_item, "ipairs"), given.table(1), 0.0]


def _each_item(values: list[Any]) -> list[Any]:
    given = Arguments("ipairs", values)
    table, place = given.table(1), given.integer(2) + 1
    value = table.array[place - 1] if 0 < place <= len(table.array) else None
    return [] if value is None else [float(place), value]


def _pairs(_machine: Machine, given: Arguments) -> list[Any]:
    return [Function(_each_pair, "pairs"), given.table(1), None]


def _each_pair(values: list[Any]) -> list[Any]:
    given = Arguments("pairs", values)
    return list(given.table(1).next(given[2]) or ())


def _next(_machine: Machine, given: Arguments) -> list[Any]:
    return list(given.table(1).next(given[2]) or (None,))


def _loadstring(machine: Machine, given: Arguments) -> list[Any]:
    return _loaded(machine, given.text(1))


def _load(machine: Machine, given: Arguments) -> list[Any]:
    reader = given.function(1)
    parts: list[bytes] = []
    while True:
        part = machine.call_one(reader, [])
        if part is None or part == b"":
            return _loaded(machine, b"".join(parts))
        if type(part) not in {bytes, float}:
            return [None, b"reader function must return a string"]
        parts.append(part if type(part) is bytes else shown(part).encode())


def _loaded(machine: Machine, source: bytes) -> list[Any]:
    try:
        return [compile_function(machine, parse(source))]
    except LanguageError as error:
        return [None, f"<string> {error}".encode()]


def _pcall(machine: Machine, given: Arguments) -> list[Any]:
    function = given.any(1)
    if type(function) is not Function and type(machine.meta(function, b"__call")) is not Function:
        return [False, f"attempt to call a {type_name(function)} value".encode()]
    return _protected(machine, function, given.values[1:], None)


def _xpcall(machine: Machine, given: Arguments) -> list[Any]:
    return _protected(machine, given.function(1), [], given.function(2))


def _protected(
    machine: Machine, function: Any, values: list[Any], handler: Function | None
) -> list[Any]:
    depth, line = machine.depth, machine.line
    try:
        return [True, *machine.call(function, values)]
    except LuaError as error:
        found = error.value
    except Fault as error:
        found = located(error, line).value
    except RecursionError:
        found = b"stack overflow"
    machine.depth = depth
    return [False, found if handler is None else machine.call_one(handler, [found])]


def _print(machine: Machine, given: Arguments) -> list[Any]:
    for value in given.values:
        _text(machine, value)
    return []


def _text(machine: Machine, value: Any) -> Any:
    handler = machine.meta(value, b"__tostring")
    if type(handler) is Function:
        return machine.call_one(handler, [value])
    return value if type(value) is bytes else shown(value).encode()


def _tostring(machine: Machine, given: Arguments) -> list[Any]:
    return [_text(machine, given.any(1))]


def _rawequal(_machine: Machine, given: Arguments) -> list[Any]:
    left, right = given.any(1), given.any(2)
    if type(left) is not type(right):
        return [False]
    return [left == right if type(left) in {float, bytes, bool} else left is right]


def _rawget(_machine: Machine, given: Arguments) -> list[Any]:
    return [given.table(1).get(given.any(2))]


def _rawset(_machine: Machine, given: Arguments) -> list[Any]:
    table, key = given.table(1), given.any(2)
    if key is None:
        raise Fault("table index is nil")
    table.set(key, given.any(3))
    return []


def _select(_machine: Machine, given: Arguments) -> list[Any]:
    which = given[1]
    if type(which) not in {float, bytes}:
        raise given.bad(1, f"number or string expected, got {type_name(which)}")
    if which == b"#":
        return [float(len(given) - 1)]
    if type(which) is bytes:
        raise given.bad(1, f"invalid string '{shown(which)}'")
    place = given.integer(1)
    place = len(given) + place if place < 0 else min(place, len(given))
    if place < 1:
        raise given.bad(1, "index out of range")
    return given.values[place:]


def _tonumber(_machine: Machine, given: Arguments) -> list[Any]:
    base, value = given.integer(2, 10), given.any(1)
    if type(value) is float:
        return [value]
    if type(value) is not bytes:
        return [None]
    text = value.decode(errors="replace").strip(" \n\t")
    if "." in text:
        number = read_float(text)
        return [None if number is not None and _is_too_large(number, text) else number]
    if given[2] is None and text.lower().startswith("0x"):
        base, text = _HEX, text[2:]
    if not 2 <= base <= 36 and base != 0:  # noqa: PLR2004  # what Go reads
        return [None]
    whole = parse_int(text, base)
    return [None if whole is None else float(whole)]


def _is_too_large(number: float, text: str) -> bool:
    return abs(number) == float("inf") and "inf" not in text.lower()


def _type(_machine: Machine, given: Arguments) -> list[Any]:
    return [type_name(given.any(1)).encode()]


def _unpack(_machine: Machine, given: Arguments) -> list[Any]:
    table = given.table(1)
    start, end = given.integer(2, 1), given.integer(3, table.length())
    if end - start > _MOST_RESULTS:
        raise LimitError(f"unpack gives at most {_MOST_RESULTS} values")
    return [table.get(float(place)) if place > 0 else None for place in range(start, end + 1)]


FUNCTIONS: dict[str, Callable[[Machine, Arguments], list[Any]]] = {
    "assert": _assert,
    "collectgarbage": _collectgarbage,
    "error": _error,
    "getmetatable": _getmetatable,
    "ipairs": _ipairs,
    "load": _load,
    "loadstring": _loadstring,
    "next": _next,
    "pairs": _pairs,
    "pcall": _pcall,
    "print": _print,
    "rawequal": _rawequal,
    "rawget": _rawget,
    "rawset": _rawset,
    "select": _select,
    "setmetatable": _setmetatable,
    "tonumber": _tonumber,
    "tostring": _tostring,
    "type": _type,
    "unpack": _unpack,
    "xpcall": _xpcall,
}
