"""Lua's string library, as gopher-lua has it."""

from collections.abc import Callable
from typing import Any

from hookline.language.lua import patterns
from hookline.language.lua.arguments import Arguments
from hookline.language.lua.goformat import sprintf
from hookline.language.lua.machine import Machine
from hookline.language.lua.pieces import LONGEST_TEXT, truth
from hookline.language.lua.values import (
    Fault,
    Function,
    LimitError,
    Table,
    number_text,
    type_name,
)


def _byte(_machine: Machine, given: Arguments) -> list[Any]:
    text = given.text(1)
    size, start, end = len(text), given.integer(2, 1) - 1, given.integer(3, -1)
    start = size + start + 1 if start < 0 else start
    end = size + end + 1 if end < 0 else end
    if len(given) == 2:  # noqa: PLR2004  # one byte is asked for
        return [float(text[start])] if 0 <= start < size else []
    return [float(each) for each in text[max(start, 0) : max(min(end, size), 0)]]


def _char(_machine: Machine, given: Arguments) -> list[Any]:
    return [bytes(given.integer(place + 1) & 0xFF for place in range(len(given)))]


def _dump(_machine: Machine, _given: Arguments) -> list[Any]:
    raise Fault("GopherLua does not support the string.dump")


def _find(_machine: Machine, given: Arguments) -> list[Any]:
    text, pattern = given.text(1), given.text(2)
    if not pattern:
        return [1.0, 0.0]
    start = _place(text, given.integer(3, 1), first=True)
    if len(given) == 4 and truth(given[4]):  # noqa: PLR2004  # plain is the fourth
        found = text.find(pattern, start) if start <= len(text) else -1
        return [None] if found < 0 else [float(found + 1), float(found + len(pattern))]
    matches = patterns.find(pattern, text, start, 1)
    if not matches:
        return [None]
    match = matches[0]
    captures = match.values(text) if match.captures else []
    return [float(match.start + 1), float(match.end), *captures]


def _format(_machine: Machine, given: Arguments) -> list[Any]:
    return [sprintf(given.text(1), given.values[1:])]


def _gsub(machine: Machine, given: Arguments) -> list[Any]:
    text, pattern, new = given.text(1), given.text(2), given[3]
    if type(new) not in {bytes, Table, Function}:
        kinds = "string or table or function"
        raise given.bad(3, f"{kinds} expected, got {type_name(new)}")
    matches = patterns.find(pattern, text, 0, given.integer(4, -1))
    made, at = [], 0
    for match in matches:
        replaced = _replaced(machine, match, text, new)
        if replaced is not None:
            made += [text[at : match.start], replaced]
            at = max(at, match.end)
    made.append(text[at:])
    if sum(map(len, made)) > LONGEST_TEXT:
        raise LimitError("string.gsub makes too long a text")
    return [b"".join(made), float(len(matches))]


def _replaced(machine: Machine, match: patterns.Match, text: bytes, new: Any) -> bytes | None:
    if type(new) is bytes:
        return _filled(new, match, text)
    if type(new) is Table:
        value = machine.index(new, match.values(text)[0])
    else:
        value = machine.call_one(new, match.values(text))
    if not truth(value):
        return None
    if type(value) is float:
        return number_text(value)
    return value if type(value) is bytes else b""


def _filled(template: bytes, match: patterns.Match, text: bytes) -> bytes:
    made, at = bytearray(), 0
    while at < len(template):
        char = template[at : at + 1]
        at += 1
        if char != b"%" or at == len(template):
            made += char
            continue
        char = template[at : at + 1]
        at += 1
        if char.isdigit():
            made += _captured(int(char), match, text)
        else:
            made += b"%" if char == b"%" else b"%" + char
    return bytes(made)


def _captured(number: int, match: patterns.Match, text: bytes) -> bytes:
    if number == 0 or (number == 1 and not match.captures):
        return text[match.start : match.end]
    if number > len(match.captures):
        raise Fault("invalid capture index")
    found = match.value(text, number - 1)
    return number_text(found) if isinstance(found, float) else found


def _gmatch(_machine: Machine, given: Arguments) -> list[Any]:
    text = given.text(1)
    found = iter(patterns.find(given.text(2), text, 0, -1))

    def following(_values: list[Any]) -> list[Any]:
        match = next(found, None)
        return [] if match is None else list(match.values(text))

    return [Function(following, "gmatch")]


def _len(_machine: Machine, given: Arguments) -> list[Any]:
    return [float(len(given.text(1)))]


def _lower(_machine: Machine, given: Arguments) -> list[Any]:
    return [_mapped(given.text(1), str.lower)]


def _upper(_machine: Machine, given: Arguments) -> list[Any]:
    return [_mapped(given.text(1), str.upper)]


def _mapped(text: bytes, change: Callable[[str], str]) -> bytes:
    """Change each character by itself, as Go does; one that would become two stays."""
    if text.isascii():
        return change(text.decode()).encode()
    chars = text.decode(errors="replace")
    return "".join(new if len(new := change(each)) == 1 else each for each in chars).encode()


def _match(_machine: Machine, given: Arguments) -> list[Any]:
    text, pattern = given.text(1), given.text(2)
    start = given.integer(3, 1)
    start = len(text) + start + 1 if start < 0 else start
    matches = patterns.find(pattern, text, max(start - 1, 0), 1)
    return list(matches[0].values(text)) if matches else []


def _rep(_machine: Machine, given: Arguments) -> list[Any]:
    text, count = given.text(1), given.integer(2)
    if len(text) * count > LONGEST_TEXT:
        raise LimitError("string.rep makes too long a text")
    return [text * max(count, 0)]


def _reverse(_machine: Machine, given: Arguments) -> list[Any]:
    return [given.text(1)[::-1]]


def _sub(_machine: Machine, given: Arguments) -> list[Any]:
    text = given.text(1)
    start = _place(text, given.integer(2), first=True)
    end = _place(text, given.integer(3, -1), first=False)
    return [text[start:end]]


def _place(text: bytes, place: int, *, first: bool) -> int:
    if first and place != 0:
        place -= 1
    if place < 0:
        place = len(text) + place + 1
    place = max(0, place)
    return place if first else min(place, len(text))


FUNCTIONS: dict[str, Callable[[Machine, Arguments], list[Any]]] = {
    "byte": _byte,
    "char": _char,
    "dump": _dump,
    "find": _find,
    "format": _format,
    "gmatch": _gmatch,
    "gsub": _gsub,
    "len": _len,
    "lower": _lower,
    "match": _match,
    "rep": _rep,
    "reverse": _reverse,
    "sub": _sub,
    "upper": _upper,
}
