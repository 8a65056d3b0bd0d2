"""jq's values: order, text, errors. Whole numbers are ints of any size, others floats."""

import json
import math
import re
from typing import Any

from hookline.language import gojson

_CONTROL = re.compile(r'[\x00-\x1f"\\\x7f\ud800-\udfff]')
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f", '"': '\\"', "\\": "\\\\"}
_LARGEST = 1.7976931348623157e308
_PREVIEW = 30
_MOST_DIGITS = 4000


class JqError(Exception):
    """An error that `try` can catch; `value` is what its handler sees."""

    def __init__(self, value: Any) -> None:
        super().__init__(value if isinstance(value, str) else f"error: {preview(value)}")
        self.value = value


class BreakError(Exception):
    """`break` on its way to its label."""

    def __init__(self, label: object) -> None:
        super().__init__("break")
        self.label = label


class HaltError(Exception):
    """`halt` and `halt_error`: no handler catches them."""


def read_number(text: str) -> int | float:
    """Return the number that digits stand for: whole ones without point or exponent are ints.

    Whole ones of more digits than Python reads at once are taken as floats, which is infinite.
    """
    if len(text) <= _MOST_DIGITS and not set(text) & {".", "e", "E"}:
        return int(text)
    return float(text)


def type_of(value: Any) -> str:
    """Return the name of a value's type."""
    if value is None:
        return "null"
    kinds = {bool: "boolean", int: "number", float: "number", str: "string", list: "array"}
    return kinds.get(type(value), "object")


def is_number(value: Any) -> bool:
    """Return whether a value is a number."""
    return type(value) is int or type(value) is float


def truth(value: Any) -> bool:
    """Return whether a value counts as true: all but null and false."""
    return value is not None and value is not False


_ORDER = {"null": 0, "boolean": 1, "number": 3, "string": 4, "array": 5, "object": 6}


def _rank(value: Any) -> int:
    return 2 if value is True else _ORDER[type_of(value)]


def compare(left: Any, right: Any) -> int:  # noqa: PLR0911  # one return a kind
    """Return -1, 0 or 1 by jq's order of all values."""
    ranks = _rank(left), _rank(right)
    if ranks[0] != ranks[1]:
        return -1 if ranks[0] < ranks[1] else 1
    match left:
        case list():
            for one, other in zip(left, right, strict=False):
                if found := compare(one, other):
                    return found
            return _sign(len(left), len(right))
        case dict():
            keys = sorted(left)
            if found := compare(keys, sorted(right)):
                return found
            return next((found for k in keys if (found := compare(left[k], right[k]))), 0)
        case int() | float() | str() if not isinstance(left, bool):
            return _sign(left, right)
    return 0


def _sign(left: Any, right: Any) -> int:
    if type(left) is float or type(right) is float:
        left, right = to_float(left), to_float(right)
    if left < right or left != left:  # noqa: PLR0124  # NaN is below all
        return -1
    return 0 if left == right else 1


def to_float(value: Any) -> float:
    """Return a number as a float; ints beyond are infinite."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def to_int(value: Any) -> int:
    """Return a number as Go's int, at most the largest one."""
    if type(value) is float and not math.isfinite(value):
        return 2**63 - 1 if value > 0 else -(2**63)
    return max(-(2**63), min(int(value), 2**63 - 1))


def dumps(value: Any) -> str:
    """Return a value as JSON text the way jq writes it: NaN is null, infinities are the largest."""
    match value:
        case str():
            return f'"{_CONTROL.sub(_escape, value)}"'
        case float():
            if math.isnan(value):
                return "null"
            return gojson.number(min(max(value, -_LARGEST), _LARGEST))
        case list():
            return f"[{','.join([dumps(each) for each in value])}]"
        case dict():
            return f"{{{','.join([f'{dumps(k)}:{dumps(value[k])}' for k in sorted(value)])}}}"
    return gojson.dumps(value)


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    return _SHORT.get(char) or f"\\u{ord(char):04x}"


def text(value: Any) -> str:
    """Return a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else dumps(value)


def loads(source: str) -> Any:
    """Return the value of JSON text; ValueError when it is none."""
    return json.loads(
        source, parse_int=read_number, parse_float=read_number, parse_constant=_refuse
    )


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def preview(value: Any) -> str:
    """Return the beginning of a value's JSON."""
    found = dumps(value)
    if len(found.encode()) <= _PREVIEW:
        return found
    end = {"string": ' ..."', "array": " ...]", "object": " ...}"}.get(type_of(value), " ...")
    return found.encode()[: _PREVIEW - len(end)].decode(errors="ignore") + end


def typed(value: Any) -> str:
    """Return a value's type and beginning, for messages."""
    return "null" if value is None else f"{type_of(value)} ({preview(value)})"


def wrong(name: str, value: Any, *arguments: Any) -> JqError:
    """Return the error of a function that cannot take a value."""
    given = f"({'; '.join(preview(each) for each in arguments)})" if arguments else ""
    return JqError(f"{name}{given} cannot be applied to: {typed(value)}")
