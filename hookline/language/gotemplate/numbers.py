"""Sprig's arithmetic, where gotpl's differs or has no bound (numeric.go)."""

import math
from collections.abc import Callable
from typing import Any

from gotpl.funcs.sprig import numeric

from hookline.language.gotemplate.budget import Budget
from hookline.language.gotemplate.printing import text_of
from hookline.language.gotemplate.values import Ints


def _round(value: Any, places: int, *on: float) -> float:
    power = _power(places)
    digit = power * numeric.to_float64(value)
    if not math.isfinite(digit):
        return math.nan if math.isnan(digit) or math.isinf(power) else digit
    part = math.modf(digit)[0]
    rounded = math.ceil(digit) if part >= (on[0] if on else 0.5) else math.floor(digit)
    return float(rounded) / power if power else math.copysign(math.inf, rounded)


def _power(places: int) -> float:
    try:
        return 10.0**places
    except OverflowError:
        return math.inf


def _to_decimal(value: Any) -> int:
    # The package formats the value itself, and knows fewer types.
    return int(numeric._parse_bounded_int(text_of(value), 8))  # noqa: SLF001  see above


def _until(budget: Budget, count: int) -> Ints:
    return _until_step(budget, 0, count, -1 if count < 0 else 1)


def _until_step(budget: Budget, start: int, stop: int, step: int) -> Ints:
    if step == 0 or (stop < start) != (step < 0):
        return Ints()
    numbers = range(start, stop, step)
    budget.step(len(numbers) // 8)
    return Ints(numbers)


def _seq(budget: Budget, *bounds: int) -> str:
    start, step, end = 1, 1, 0
    match bounds:
        case (end,):
            step = -1 if end < start else 1
        case (start, end):
            step = -1 if end < start else 1
        case (start, step, end):
            if end < start and step > 0:
                return ""
        case _:
            return ""
    last = end + (-1 if end < start else 1)
    return " ".join(map(str, _until_step(budget, start, last, step)))


def _decimal(name: str) -> Callable[..., float]:
    body = getattr(numeric, name)
    # Go's decimal has no negative zero; adding zero makes it a plain one.
    return lambda *values: body(*values) + 0.0


FUNCTIONS = {
    "round": _round,
    "toDecimal": _to_decimal,
    **{name: _decimal(name) for name in ("add1f", "addf", "subf", "mulf", "divf")},
}
COUNTED = {"until": _until, "untilStep": _until_step, "seq": _seq}
