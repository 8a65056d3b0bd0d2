"""The parts of a compiled expression, each a closure over the parts below it.

The order of govaluate's checks is kept: the left side, a short circuit, the right side, and only
then the types of both.
"""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from hookline.language.expression.values import EvaluationError, same, unusable

type Fields = Mapping[str, Any]
type Stage = Callable[[Fields], Any]
type _Compare = Callable[[Any, Any], bool]


def literal(value: Any) -> Stage:
    """Return the stage of a value that stands in the expression."""
    return lambda _fields: value


def field(name: str) -> Stage:
    """Return the stage of a named field."""

    def value(fields: Fields) -> Any:
        try:
            return fields[name]
        except KeyError:
            raise EvaluationError(f"No parameter '{name}' found.") from None

    return value


def prefix(sign: str, stage: Stage) -> Stage:
    """Return `!` of a boolean or `-` of a number."""
    change, wanted = (operator.not_, bool) if sign == "!" else (operator.neg, float)

    def value(fields: Fields) -> Any:
        found = stage(fields)
        if type(found) is not wanted:
            raise unusable(found, f"the prefix '{sign}'")
        return change(found)

    return value


def logical(sign: str, stages: list[Stage]) -> Stage:
    """Return all stages joined by `&&` or by `||`; the first that decides ends it."""
    first, *rest = stages
    decides = sign == "||"

    def value(fields: Fields) -> Any:
        left = first(fields)
        for stage in rest:
            if left is decides:
                return left
            right = stage(fields)
            _boolean(left, sign)
            _boolean(right, sign)
            left = right
        return left

    return value


def _boolean(value: Any, sign: str) -> None:
    if type(value) is not bool:
        raise unusable(value, f"the logical operator '{sign}', it is not a bool")


def comparison(first: Stage, rest: list[tuple[str, Stage]]) -> Stage:
    """Return comparisons one after the other, from the left: `a == b != c`."""
    if len(rest) == 1:
        return _single(first, *rest[0])
    return _single(comparison(first, rest[:-1]), *rest[-1])


def _single(left: Stage, sign: str, right: Stage) -> Stage:
    compare = _COMPARE[sign]
    return lambda fields: compare(left(fields), right(fields))


def _ordering(sign: str, compare: _Compare) -> _Compare:
    def ordering(left: Any, right: Any) -> bool:
        if type(left) is type(right) and isinstance(left, float | str):
            return compare(left, right)
        raise _not_comparable(left, sign)

    return ordering


def _not_comparable(value: Any, sign: str) -> EvaluationError:
    return unusable(value, f"the comparator '{sign}', it is not a number")


def _within(left: Any, right: Any) -> bool:
    if not isinstance(right, list):
        raise _not_comparable(right, "in")
    for one in right:
        if type(one) is not type(left):
            continue
        if isinstance(one, list | dict):
            raise EvaluationError("an object or a list cannot be looked for with in")
        if one == left:
            return True
    return False


_COMPARE: dict[str, _Compare] = {
    "==": same,
    "!=": lambda left, right: not same(left, right),
    "<": _ordering("<", operator.lt),
    "<=": _ordering("<=", operator.le),
    ">": _ordering(">", operator.gt),
    ">=": _ordering(">=", operator.ge),
    "in": _within,
}


def listing(stages: list[Stage]) -> Stage:
    """Return a list of values; a list at its start is continued, as govaluate does it."""
    first, *rest = stages

    def value(fields: Fields) -> list[Any]:
        start = first(fields)
        items = list(start) if isinstance(start, list) else [start]
        items.extend(stage(fields) for stage in rest)
        return items

    return value
