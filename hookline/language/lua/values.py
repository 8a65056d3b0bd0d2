"""Lua's values and tables, as gopher-lua keeps them: nil is None, numbers float, texts bytes."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from hookline.language.gofloat import read_float

MAX_ARRAY = 67_108_864
GAP = 1_000_000
SMALLEST_EXPONENT, SHORTEST_EXPONENT = -4, 6

type Call = Callable[[list[Any]], Any]


class LuaError(Exception):
    """An error that a script raised, or that `pcall` can catch; `value` is any Lua value."""

    def __init__(self, value: Any) -> None:
        super().__init__(shown(value))
        self.value = value


class Fault(Exception):  # noqa: N818  # becomes a LuaError as soon as its line is known
    """What a library function complains of; the call adds the line."""


class LimitError(Exception):
    """A script needs more than it may have; no `pcall` catches it."""


class Function:
    """A function: of a script, or built in (`name`)."""

    __slots__ = ("call", "name")

    def __init__(self, call: Call, name: str = "") -> None:
        self.call = call
        self.name = name


class Tail(NamedTuple):
    """What a function returns that ends in a call: that call takes its place."""

    function: Any
    arguments: list[Any]
    line: int


class Table:
    """A table: an array from 1 on, and other keys in the order of their first writing.

    A key that is set to nil keeps its place, so that its next value comes at the same point.
    """

    __slots__ = ("array", "hash", "meta", "order")

    def __init__(self) -> None:
        self.array: list[Any] = []
        self.hash: dict[Any, Any] = {}
        self.order: tuple[list[Any], dict[Any, int]] | None = None
        self.meta: Table | None = None

    def get(self, key: Any) -> Any:
        """Return the value of a key, without metamethods."""
        if type(key) is float and 0 < key < MAX_ARRAY and key.is_integer():
            index = int(key)
            return self.array[index - 1] if index <= len(self.array) else None
        return self.hash.get(_hashed(key))

    def set(self, key: Any, value: Any) -> None:
        """Set the value of a key, without metamethods."""
        if type(key) is float and 0 < key < MAX_ARRAY and key.is_integer():
            self.set_index(int(key), value)
            return
        key = _hashed(key)
        if value is not None or key in self.hash:
            self.hash[key] = value

    def set_index(self, index: int, value: Any) -> None:
        """Set an item of the array; what lies between it and the end becomes nil."""
        array = self.array
        if index <= len(array):
            array[index - 1] = value
            return
        if index - len(array) > GAP:
            raise LimitError(f"a table with an array of {index} items is too large")
        array.extend([None] * (index - len(array) - 1))
        array.append(value)

    def length(self) -> int:
        """Return the number of the last item that is not nil and the first after a nil."""
        array = self.array
        previous: Any = None
        for index in range(len(array) - 1, -1, -1):
            if previous is None and array[index] is not None:
                return index + 1
            previous = array[index]
        return 0

    def next(self, key: Any) -> tuple[Any, Any] | None:
        """Return the key and value behind a key; None at the end."""
        start = 0
        if key is None or (type(key) is float and 0 <= key < MAX_ARRAY and key.is_integer()):
            for index in range(int(key or 0), len(self.array)):
                if self.array[index] is not None:
                    return float(index + 1), self.array[index]
        else:
            start = self._places().get(_hashed(key), 0) + 1
        keys = self._keys()
        for index in range(start, len(keys)):
            value = self.hash[keys[index]]
            if value is not None:
                return _plain(keys[index]), value
        return None

    def _keys(self) -> list[Any]:
        if self.order is None or len(self.order[0]) != len(self.hash):
            keys = list(self.hash)
            self.order = (keys, {key: place for place, key in enumerate(keys)})
        return self.order[0]

    def _places(self) -> dict[Any, int]:
        self._keys()
        return self.order[1] if self.order else {}

    def items(self) -> list[tuple[Any, Any]]:
        """Return all keys with their values."""
        listed = [(float(i + 1), each) for i, each in enumerate(self.array) if each is not None]
        named = [(_plain(key), each) for key, each in self.hash.items() if each is not None]
        return listed + named


def _hashed(key: Any) -> Any:
    # True and 1.0 are one key to Python.
    return ("bool", key) if type(key) is bool else key


def _plain(key: Any) -> Any:
    return key[1] if type(key) is tuple else key


def type_name(value: Any) -> str:
    """Return the name of a value's type as `type` says it."""
    kinds = {bytes: "string", float: "number", bool: "boolean", Table: "table"}
    return "nil" if value is None else kinds.get(type(value), "function")


def is_integer(number: float) -> bool:
    """Return whether a number survives the way through Go's int64."""
    return number.is_integer() and -(2.0**63) <= number < 2.0**63


def to_int(number: float) -> int:
    """Return Go's int64 of a number."""
    if math.isnan(number) or not -(2.0**63) <= number < 2.0**63:
        return -(2**63)
    return int(number)


def number_text(number: float) -> bytes:
    """Return a number as Go prints it: whole ones plainly, others as `%v`."""
    return str(int(number)).encode() if is_integer(number) else float_text(number).encode()


def float_text(number: float) -> str:
    """Return Go's `%v` of a float64: shortest digits, an exponent below 1e-4 and from 1e6 on."""
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else "+Inf" if number > 0 else "-Inf"
    shortest = repr(number)
    mantissa, _, power = shortest.partition("e")
    whole, _, part = mantissa.lstrip("-").partition(".")
    digits = (whole + part).lstrip("0").rstrip("0") or "0"
    exponent_number = _exponent(whole, part, int(power or 0))
    if SMALLEST_EXPONENT <= exponent_number < SHORTEST_EXPONENT:
        return _positional(number, digits, exponent_number)
    point = f".{digits[1:]}" if len(digits) > 1 else ""
    sign = "-" if number < 0 else ""
    return f"{sign}{digits[0]}{point}e{exponent_number:+03d}"


def _exponent(whole: str, part: str, power: int) -> int:
    if whole.strip("0"):
        return len(whole.lstrip("0")) - 1 + power
    zeros = len(part) - len(part.lstrip("0"))
    return power - zeros - 1 if part.strip("0") else 0


def _positional(number: float, digits: str, exponent: int) -> str:
    sign = "-" if math.copysign(1, number) < 0 else ""
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    whole = digits[: exponent + 1].ljust(exponent + 1, "0")
    part = digits[exponent + 1 :]
    return f"{sign}{whole}.{part}" if part else f"{sign}{whole}"


def parse_number(text: bytes) -> float | None:
    """Return the number that a text is, in any form of Go's; None if it is none."""
    try:
        plain = text.decode("ascii").strip(" \t\n")
    except UnicodeDecodeError:
        return None
    whole = parse_int(plain, 0)
    if whole is not None:
        return float(whole)
    number = read_float(plain)
    if number is None or (math.isinf(number) and "inf" not in plain.lower()):
        return None
    return number


def parse_int(text: str, base: int) -> int | None:
    """Return Go's `ParseInt(text, base, 64)`; None where that fails."""
    body = text.lstrip("+-") if text[:1] in {"+", "-"} else text
    if base == 0 and len(body) > 1 and body[0] == "0" and body[1].lower() not in "xob":
        body = "0o" + body[1:].lstrip("_")
    if not body or body[0] in "+-_ " or body[-1] in "_ " or (base and "_" in body):
        return None
    if base and body[:2].lower() in {"0x", "0o", "0b"}:
        return None
    try:
        number = int(body, base)
    except ValueError:
        return None
    number = -number if text[0] == "-" else number
    return number if -(2**63) <= number < 2**63 else None


def shown(value: Any) -> str:
    """Return a value as text for people."""
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, float):
        return number_text(value).decode()
    if value is None or isinstance(value, bool):
        return {None: "nil", True: "true", False: "false"}[value]
    return f"{type_name(value)}: 0x{id(value):012x}"
