"""The operators between two values, each with govaluate's checks in govaluate's order.

The left value is there, the right one is worked out by the operator, so that `&&`, `||`, `?`, `:`
and `??` can do without it; the types of both are looked at only then.
"""

import operator
from collections.abc import Callable
from typing import Any

from hookline.language.errors import LanguageError
from hookline.language.expression import numbers
from hookline.language.expression.stages import Fields, Operator, Stage
from hookline.language.expression.values import EvaluationError, Pattern, quote, same, unusable
from hookline.language.regexp import Search, compile_regexp

MAX_TEXT = 16 << 20


def _arithmetic(sign: str, compute: Callable[[float, float], float]) -> Operator:
    def apply(left: Any, right: Stage, fields: Fields) -> float:
        other = right(fields)
        for value in (left, other):
            if type(value) is not float:
                raise _no_number(value, "modifier", sign)
        return compute(left, other)

    return apply


def _add(left: Any, right: Stage, fields: Fields) -> float | str:
    other = right(fields)
    if type(left) is float and type(other) is float:
        return left + other
    if not (isinstance(left, str) or isinstance(other, str)):
        raise _no_number(left, "modifier", "+")
    text = quote(left) + quote(other)
    if len(text) > MAX_TEXT:
        raise EvaluationError(f"a text is longer than {MAX_TEXT >> 20} Mi characters")
    return text


def _no_number(value: Any, kind: str, sign: str) -> EvaluationError:
    return unusable(value, f"the {kind} '{sign}', it is not a number")


def _ordering(sign: str, compare: Callable[[Any, Any], bool]) -> Operator:
    def apply(left: Any, right: Stage, fields: Fields) -> bool:
        other = right(fields)
        if type(left) is type(other) and isinstance(left, float | str):
            return compare(left, other)
        raise _no_number(left, "comparator", sign)

    return apply


def _equality(*, wanted: bool) -> Operator:
    return lambda left, right, fields: same(left, right(fields)) is wanted


def _matching(sign: str, *, wanted: bool) -> Operator:
    def apply(left: Any, right: Stage, fields: Fields) -> bool:
        other = right(fields)
        if not isinstance(left, str):
            raise _no_number(left, "comparator", sign)
        if not isinstance(other, str | Pattern):
            raise _no_number(other, "comparator", sign)
        search = other.search if isinstance(other, Pattern) else _search(other)
        return search(left) is wanted

    return apply


def _search(text: str) -> Search:
    try:
        return compile_regexp(text)
    except LanguageError as error:
        raise EvaluationError(
            f"Unable to compile regexp pattern '{text}': {error}",
            public="Unable to compile a regexp pattern of the event",
        ) from error


def _within(left: Any, right: Stage, fields: Fields) -> bool:
    items = right(fields)
    if not isinstance(items, list):
        raise _no_number(items, "comparator", "in")
    for one in items:
        if type(one) is not type(left):
            continue
        if isinstance(one, list | dict):
            raise EvaluationError("an object or a list cannot be looked for with in")
        if one == left:
            return True
    return False


def _logical(sign: str, *, decides: bool) -> Operator:
    def apply(left: Any, right: Stage, fields: Fields) -> bool:
        if left is decides:
            return left is True
        other: Any = right(fields)
        for value in (left, other):
            if type(value) is not bool:
                raise unusable(value, f"the logical operator '{sign}', it is not a bool")
        return bool(other)

    return apply


def _then(left: Any, right: Stage, fields: Fields) -> Any:
    """Apply `?`: null when the left side is false."""
    if left is False:
        return None
    value = right(fields)
    if left is not True:
        raise unusable(left, "the ternary operator '?', it is not a bool")
    return value


def _otherwise(left: Any, right: Stage, fields: Fields) -> Any:
    """Apply `:` or `??`: the right side when the left one is null."""
    return right(fields) if left is None else left


OPERATORS: dict[str, Operator] = {
    "?": _then,
    ":": _otherwise,
    "??": _otherwise,
    "||": _logical("||", decides=True),
    "&&": _logical("&&", decides=False),
    "==": _equality(wanted=True),
    "!=": _equality(wanted=False),
    "<": _ordering("<", operator.lt),
    "<=": _ordering("<=", operator.le),
    ">": _ordering(">", operator.gt),
    ">=": _ordering(">=", operator.ge),
    "=~": _matching("=~", wanted=True),
    "!~": _matching("!~", wanted=False),
    "in": _within,
    "&": _arithmetic("&", numbers.bitwise(operator.and_)),
    "|": _arithmetic("|", numbers.bitwise(operator.or_)),
    "^": _arithmetic("^", numbers.bitwise(operator.xor)),
    "<<": _arithmetic("<<", numbers.shift_left),
    ">>": _arithmetic(">>", numbers.shift_right),
    "+": _add,
    "-": _arithmetic("-", operator.sub),
    "*": _arithmetic("*", operator.mul),
    "/": _arithmetic("/", numbers.divide),
    "%": _arithmetic("%", numbers.modulo),
    "**": _arithmetic("**", numbers.power),
}
