"""JSON as Go's `encoding/json` reads it (all numbers are floats) and writes it (keys in order)."""

import json
import math
import re
from decimal import Decimal
from typing import Any, Never

_ESCAPED = re.compile(r'[\x00-\x1f"\\<>&\u2028\u2029\ud800-\udfff]')
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f", '"': '\\"', "\\": "\\\\"}
_SMALLEST_PLAIN, _SMALLEST_LARGE = 1e-6, 1e21


class NilObject(dict[str, Any]):
    """What `null` becomes where Go wants an object: an empty one that is written as null."""


def loads(data: bytes) -> Any:
    """Return the value that JSON text holds; ValueError when it is none, or beyond a float64."""
    text = data.decode(errors="replace")
    try:
        value = json.loads(text, parse_int=_number, parse_float=_number, parse_constant=_refuse)
        return _replaced(value) if "\\u" in text else value
    except RecursionError as error:
        raise ValueError("exceeded max depth") from error


def _number(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"the number {text[:50]} is too large")
    return number


def _refuse(name: str) -> Never:
    raise ValueError(f"{name} is no JSON")


def _replaced(value: Any) -> Any:
    """Return a value with U+FFFD for each half of a surrogate pair."""
    match value:
        case str():
            return _SURROGATE.sub("\ufffd", value)
        case list():
            return [_replaced(each) for each in value]
        case dict():
            return {_replaced(key): _replaced(each) for key, each in value.items()}
    return value


def dumps(value: Any) -> str:  # noqa: PLR0911  # one return a kind
    """Return a value as compact JSON; ValueError for what JSON cannot hold."""
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    match value:
        case str():
            return quoted(value)
        case int():
            return str(value)
        case float():
            return number(value)
        case list():
            return f"[{','.join([dumps(each) for each in value])}]"
        case NilObject():
            return "null"
        case dict():
            members = [f"{quoted(key)}:{dumps(value[key])}" for key in sorted(value)]
            return f"{{{','.join(members)}}}"
    raise ValueError(f"a {type(value).__name__} is no JSON")


def quoted(text: str) -> str:
    """Return a text in quotes; `<`, `>` and `&` are escaped too."""
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    if "\ud800" <= char <= "\udfff":
        return "\\ufffd"
    return _SHORT.get(char) or f"\\u{ord(char):04x}"


def number(value: float) -> str:
    """Return a number's shortest digits: plain between 1e-6 and 1e21, else with an exponent."""
    if not math.isfinite(value):
        raise ValueError("a number that is infinite, or none, is no JSON")
    if value == 0 or _SMALLEST_PLAIN <= abs(value) < _SMALLEST_LARGE:
        digits = format(Decimal(repr(value)), "f")
        return digits.rstrip("0").rstrip(".") if "." in digits else digits
    mantissa, _, exponent = repr(value).partition("e")
    return f"{mantissa}e{int(exponent):+d}"
