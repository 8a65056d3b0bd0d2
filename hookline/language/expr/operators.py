"""The operators between two values that are both worked out."""

import operator
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hookline.language.errors import LanguageError
from hookline.language.expr import runtime
from hookline.language.expr.runtime import EvaluationError, Integers, Run, kind
from hookline.language.expression import numbers
from hookline.language.regexp import compile_regexp

type Operator = Callable[[Run, Any, Any], Any]


def _mismatch(sign: str, left: Any, right: Any) -> EvaluationError:
    return EvaluationError(f"{kind(left)} and {kind(right)} cannot be combined by {sign}")


def _ordering(sign: str, compare: Callable[[Any, Any], bool]) -> Operator:
    def apply(_run: Run, left: Any, right: Any) -> bool:
        if runtime.is_number(left) and runtime.is_number(right):
            if isinstance(left, int) and isinstance(right, int):
                return compare(left, right)
            return compare(float(left), float(right))
        if type(left) is type(right) and isinstance(left, str | datetime | timedelta):
            return compare(left, right)
        raise EvaluationError(f"{kind(left)} and {kind(right)} cannot be compared by {sign}")

    return apply


def _arithmetic(sign: str, compute: Callable[[Any, Any], Any]) -> Operator:
    def apply(_run: Run, left: Any, right: Any) -> Any:
        if not (runtime.is_number(left) and runtime.is_number(right)):
            return _timed(sign, left, right)
        if isinstance(left, int) and isinstance(right, int):
            return runtime.wrapped(compute(left, right))
        return float(compute(float(left), float(right)))

    return apply


def _timed(sign: str, left: Any, right: Any) -> Any:
    """Return the sum or difference of moments and durations."""
    kinds = (type(left), type(right))
    other: tuple[type, type] = (timedelta, datetime) if sign == "+" else (datetime, datetime)
    pairs = ((datetime, timedelta), (timedelta, timedelta), other)
    if sign in ("+", "-") and kinds in pairs:
        return left + right if sign == "+" else left - right
    raise _mismatch(sign, left, right)


def _add(run: Run, left: Any, right: Any) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        run.read(left)
        run.read(right)
        return runtime.checked(left + right)
    return _PLUS(run, left, right)


_PLUS = _arithmetic("+", operator.add)


def _floating(sign: str, compute: Callable[[float, float], float]) -> Operator:
    def apply(_run: Run, left: Any, right: Any) -> float:
        if not (runtime.is_number(left) and runtime.is_number(right)):
            raise _mismatch(sign, left, right)
        return compute(float(left), float(right))

    return apply


def _modulo(_run: Run, left: Any, right: Any) -> int:
    if type(left) is not int or type(right) is not int:
        raise EvaluationError("% is for integers: write int(…)")
    if not right:
        raise EvaluationError("% by zero")
    rest = abs(left) % abs(right)
    return -rest if left < 0 else rest


def _range(run: Run, left: Any, right: Any) -> Integers:
    first, last = runtime.to_int(left), runtime.to_int(right)
    run.grow(max(last - first + 1, 0))
    return Integers(range(first, last + 1))


def _matches(run: Run, left: Any, right: Any) -> bool:
    pattern, searched = runtime.text(right), runtime.text(left)
    run.read(searched)
    run.spend(len(pattern))
    try:
        return compile_regexp(pattern)(searched)
    except LanguageError as error:
        raise EvaluationError(str(error)) from error


def _textual(compare: Callable[[str, str], bool]) -> Operator:
    def apply(run: Run, left: Any, right: Any) -> bool:
        run.read(left)
        part, whole = runtime.text(right), runtime.text(left)
        return compare(whole, part)

    return apply


def _equality(*, wanted: bool) -> Operator:
    def apply(run: Run, left: Any, right: Any) -> bool:
        run.read(left)
        return runtime.equal(left, right) is wanted

    return apply


def _in(run: Run, left: Any, right: Any) -> bool:
    run.read(right)
    return runtime.within(left, right)


OPERATORS: dict[str, Operator] = {
    "==": _equality(wanted=True),
    "!=": _equality(wanted=False),
    "<": _ordering("<", operator.lt),
    "<=": _ordering("<=", operator.le),
    ">": _ordering(">", operator.gt),
    ">=": _ordering(">=", operator.ge),
    "in": _in,
    "matches": _matches,
    "contains": _textual(operator.contains),
    "startsWith": _textual(str.startswith),
    "endsWith": _textual(str.endswith),
    "..": _range,
    "+": _add,
    "-": _arithmetic("-", operator.sub),
    "*": _arithmetic("*", operator.mul),
    "/": _floating("/", numbers.divide),
    "%": _modulo,
    "**": _floating("**", numbers.power),
    "^": _floating("^", numbers.power),
}
