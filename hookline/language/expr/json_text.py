"""JSON as Go's encoding/json writes and reads it."""

import json
import math
import re
from decimal import Decimal
from typing import Any

from hookline.language.expr.runtime import EvaluationError, Groups, checked
from hookline.language.jsontext import number_text

_SMALL, _LARGE = 1e-6, 1e21
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPED = re.compile("[<>&\u2028\u2029\x7f]")


def to_json(value: Any, *, indent: int | None = None) -> str:
    """Return a value as JSON, keys sorted, `<`, `>` and `&` escaped.

    Raises:
        EvaluationError: JSON cannot hold it.
    """
    pieces: list[str] = []
    _write(value, pieces, "\n" if indent else "", " " * (indent or 0))
    return checked("".join(pieces))


def _write(value: Any, pieces: list[str], line: str, step: str) -> None:
    if isinstance(value, list) and value:
        _enclose("[]", ((None, one) for one in value), pieces, line, step)
    elif isinstance(value, dict) and value and not isinstance(value, Groups):
        _enclose("{}", sorted(value.items()), pieces, line, step)
    else:
        pieces.append(_scalar(value))


def _enclose(signs: str, items: Any, pieces: list[str], line: str, step: str) -> None:
    inner = line and line + step
    before = signs[0]
    for key, value in items:
        pieces.append(before + inner)
        if key is not None:
            pieces.append(_text(key) + (": " if line else ":"))
        _write(value, pieces, inner, step)
        before = ","
    pieces.append(line + signs[1])


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        return _number(value)
    if value is None or isinstance(value, bool | int | list) or value == {}:
        return json.dumps(value)
    raise EvaluationError("a value cannot be written as JSON")


def _text(value: str) -> str:
    plain = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    written = json.dumps(plain, ensure_ascii=False)
    return _ESCAPED.sub(_escape, written)


def _escape(match: re.Match[str]) -> str:
    return match[0] if match[0] == "\x7f" else f"\\u{ord(match[0]):04x}"


def _number(value: float) -> str:
    if not math.isfinite(value):
        raise EvaluationError("JSON has no infinity and no NaN")
    if not value or _SMALL <= abs(value) < _LARGE:
        return number_text(value)
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    power = len(digits) - 1 + int(exponent)
    rest = "".join(map(str, digits[1:]))
    fraction = f".{rest}" if rest else ""
    return f"{'-' * sign}{digits[0]}{fraction}e{'-' if power < 0 else '+'}{abs(power)}"


def from_json(value: str) -> Any:
    """Return what a JSON text holds, all numbers floats.

    Raises:
        EvaluationError: it is no JSON.
    """
    try:
        found = json.loads(value, parse_int=_float, parse_float=_float, parse_constant=_refused)
        return _whole(found) if _SURROGATE.search(value) else found
    except (ValueError, RecursionError) as error:
        raise EvaluationError(f"no JSON: {error}") from error


def _whole(value: Any) -> Any:
    """Return a value with a replacement for each half of a character."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_whole(one) for one in value]
        case dict():
            return {_whole(key): _whole(one) for key, one in value.items()}
        case _:
            return value


def _float(word: str) -> float:
    number = float(word)
    if math.isinf(number):
        raise ValueError(f"{word[:20]} is too large")
    return number


def _refused(word: str) -> float:
    raise ValueError(f"{word} is no value")
