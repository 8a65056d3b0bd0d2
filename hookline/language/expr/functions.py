"""The functions of expr-lang 1.15 that take no closure."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from hookline.language.expr import runtime
from hookline.language.expr.json_text import from_json, to_json
from hookline.language.expr.runtime import EvaluationError, Groups, Native, is_number, kind, text
from hookline.language.expr.sorting import sort, sort_by
from hookline.language.expr.texts import TEXTS
from hookline.language.expr.times import date, duration
from hookline.language.expression.values import quote
from hookline.language.gofloat import read_float

_PAIR = 2


def to_int(value: Any) -> int:
    """Return `int(…)`: a number cut, or a text of digits."""
    if not isinstance(value, str):
        return runtime.to_int(value)
    digits = value[1:] if value[:1] in ("+", "-") else value
    if not (digits.isascii() and digits.isdigit()) or runtime.wrapped(int(value)) != int(value):
        raise EvaluationError("int is given a text that is no whole number")
    return int(value)


def to_float(value: Any) -> float:
    """Return `float(…)`: a number, or a text that Go reads as one."""
    if is_number(value):
        return float(value)
    number = read_float(text(value))
    if number is None or (math.isinf(number) and "inf" not in value.lower()):
        raise EvaluationError("float is given a text that is no number")
    return number


def _number(value: Any) -> Any:
    if not is_number(value):
        raise EvaluationError(f"{kind(value)} is used where a number is needed")
    return value


def _rounded(change: Callable[[float], int]) -> Callable[[Any], float]:
    def apply(value: Any) -> float:
        number = float(_number(value))
        return float(change(number)) if math.isfinite(number) else number

    return apply


def _away(number: float) -> int:
    whole = math.trunc(number)
    return whole + (1 if number > 0 else -1) if abs(number - whole) >= 0.5 else whole  # noqa: PLR2004  # half


def _absolute(value: Any) -> Any:
    return runtime.wrapped(abs(value)) if isinstance(_number(value), int) else abs(value)


def _type(value: Any) -> str:
    names = {bool: "bool", int: "int", float: "float", str: "string", Native: "func"}
    if value is None:
        return "nil"
    if isinstance(value, datetime | timedelta):
        return "time.Time" if isinstance(value, datetime) else "time.Duration"
    return names.get(type(value)) or ("array" if isinstance(value, list) else "map")


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise EvaluationError(f"{kind(value)} is used where a list is needed")
    return value


def _object(value: Any) -> list[tuple[Any, Any]]:
    if not isinstance(value, dict):
        raise EvaluationError(f"{kind(value)} is used where an object is needed")
    if isinstance(value, Groups):
        return [(key, one) for (_, key), one in value.items()]
    return list(value.items())


def _extreme(*values: Any, largest: bool) -> Any:
    found: Any = None
    for value in values:
        if found is None:
            found = value
            continue
        both = type(found) is type(value) is str or (is_number(found) and is_number(value))
        if not both:
            raise EvaluationError(f"{kind(found)} and {kind(value)} cannot be compared")
        if (found < value) if largest else (found > value):
            found = value
    return found


def _sum(values: Any) -> int | float:
    numbers = [_number(one) for one in _list(values)]
    total: int | float = 0
    for number in numbers:
        total += number
    return total if isinstance(total, float) else runtime.wrapped(total)


def _mean(values: Any) -> float:
    numbers = [float(_number(one)) for one in _list(values)]
    total = 0.0
    for number in numbers:
        total += number
    return total / len(numbers) if numbers else 0.0


def _median(values: Any) -> float:
    numbers = sorted(float(_number(one)) for one in _list(values))
    if not numbers:
        return 0.0
    middle = len(numbers) // 2
    if len(numbers) % 2:
        return numbers[middle]
    return (numbers[middle - 1] + numbers[middle]) / 2


def _get(value: Any, key: Any) -> Any:
    """Return a member or an item, nil for whatever goes wrong."""
    try:
        return runtime.fetch(value, key)
    except EvaluationError:
        return None


def _take(values: Any, count: Any) -> Any:
    if type(count) is not int:
        raise EvaluationError("take needs a whole number")
    if count < 0:
        raise EvaluationError("take needs no negative number")
    return type(_list(values))(values[:count])


def _from_pairs(values: Any) -> Groups:
    found = Groups()
    for pair in _list(values):
        if not isinstance(pair, list) or len(pair) != _PAIR or not runtime.is_hashable(pair[0]):
            raise EvaluationError("fromPairs needs lists of a key and a value")
        found[type(pair[0]), pair[0]] = pair[1]
    return found


FUNCTIONS: dict[str, Callable[..., Any]] = TEXTS | {
    "len": runtime.length,
    "type": _type,
    "abs": _absolute,
    "ceil": _rounded(math.ceil),
    "floor": _rounded(math.floor),
    "round": _rounded(_away),
    "int": to_int,
    "float": to_float,
    "string": lambda value: runtime.checked(quote(value)),
    "max": lambda *values: _extreme(*values, largest=True),
    "min": lambda *values: _extreme(*values, largest=False),
    "sum": _sum,
    "mean": _mean,
    "median": _median,
    "toJSON": lambda value: to_json(value, indent=2),
    "fromJSON": lambda value: from_json(text(value)),
    "now": lambda: datetime.now(UTC),
    "duration": duration,
    "date": date,
    "first": lambda values: _get(values, 0),
    "last": lambda values: _get(values, -1),
    "get": _get,
    "take": _take,
    "keys": lambda value: [key for key, _ in _object(value)],
    "values": lambda value: [one for _, one in _object(value)],
    "toPairs": lambda value: [list(pair) for pair in _object(value)],
    "fromPairs": _from_pairs,
    "sort": sort,
    "sortBy": sort_by,
}
