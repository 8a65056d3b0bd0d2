"""jq's functions on numbers and times."""

import math
from collections.abc import Callable
from typing import Any

from hookline.language.gomath import power
from hookline.language.jq import dates
from hookline.language.jq.values import HaltError, is_number, to_float, to_int, wrong


def _one(name: str, function: Callable[[float], float]) -> tuple[int, Callable[..., Any]]:
    def calculate(value: Any) -> float:
        if not is_number(value):
            raise wrong(name, value)
        return _safely(function, to_float(value))

    return 0, calculate


def _two(name: str, function: Callable[[float, float], float]) -> tuple[int, Callable[..., Any]]:
    def calculate(_value: Any, left: Any, right: Any) -> float:
        for given in (left, right):
            if not is_number(given):
                raise wrong(name, given)
        return _safely(function, to_float(left), to_float(right))

    return 2, calculate


def _safely(function: Callable[..., float], *numbers: float) -> float:
    if any(math.isnan(number) for number in numbers):
        return math.nan
    try:
        return float(function(*numbers))
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan


def _whole(function: Callable[[float], int]) -> Callable[[float], float]:
    def calculate(number: float) -> float:
        return float(function(number)) if math.isfinite(number) else number

    return calculate


def _logarithm(function: Callable[[float], float]) -> Callable[[float], float]:
    return lambda number: -math.inf if number == 0 else function(number)


def _round(number: float) -> int:
    return math.floor(abs(number) + 0.5) * (-1 if number < 0 else 1)


def _significand(number: float) -> float:
    if number == 0 or math.isinf(number):
        return number
    return math.frexp(number)[0] * 2


def _logb(number: float) -> float:
    if number == 0:
        return -math.inf
    return math.inf if math.isinf(number) else float(math.frexp(number)[1] - 1)


def _scaled(number: float, exponent: float) -> float:
    try:
        return math.ldexp(number, max(-5000, min(to_int(exponent), 5000)))
    except OverflowError:
        return math.copysign(math.inf, number)


def _frexp(value: Any) -> list[Any]:
    if not is_number(value):
        raise wrong("frexp", value)
    mantissa, exponent = math.frexp(to_float(value))
    return [mantissa, exponent]


def _modf(value: Any) -> list[Any]:
    if not is_number(value):
        raise wrong("modf", value)
    number = to_float(value)
    return [math.nan, number] if math.isinf(number) else list(math.modf(number))


def _fma(_value: Any, *given: Any) -> float:
    for each in given:
        if not is_number(each):
            raise wrong("fma", each)
    left, right, more = (to_float(each) for each in given)
    return left * right + more


def _abs(value: Any) -> Any:
    if not is_number(value):
        raise wrong("abs", value)
    return abs(value)


def _isnan(value: Any) -> bool:
    if value is not None and not is_number(value):
        raise wrong("isnan", value)
    return value is not None and math.isnan(to_float(value))


def _isnormal(value: Any) -> bool:
    smallest = 2.2250738585072014e-308
    return is_number(value) and math.isfinite(to_float(value)) and abs(value) >= smallest


def _halt(_value: Any, *_code: Any) -> Any:
    raise HaltError("halt")


_PLAIN = (
    "sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh sqrt cbrt exp exp2 expm1 log1p "
    "lgamma erf erfc fabs"
)

NUMBERS: dict[str, tuple[int, Callable[..., Any]]] = {
    **{f"{name}/0": _one(name, getattr(math, name)) for name in _PLAIN.split()},
    "floor/0": _one("floor", _whole(math.floor)),
    "ceil/0": _one("ceil", _whole(math.ceil)),
    "trunc/0": _one("trunc", _whole(math.trunc)),
    "round/0": _one("round", _whole(_round)),
    "rint/0": _one("rint", _whole(round)),
    "nearbyint/0": _one("nearbyint", _whole(round)),
    "significand/0": _one("significand", _significand),
    "exp10/0": _one("exp10", lambda number: power(10.0, number)),
    "log/0": _one("log", _logarithm(math.log)),
    "log2/0": _one("log2", _logarithm(math.log2)),
    "log10/0": _one("log10", _logarithm(math.log10)),
    "logb/0": _one("logb", _logb),
    "gamma/0": _one("gamma", math.gamma),
    "tgamma/0": _one("tgamma", math.gamma),
    "pow/2": _two("pow", power),
    "atan2/2": _two("atan2", math.atan2),
    "copysign/2": _two("copysign", math.copysign),
    "fdim/2": _two("fdim", lambda left, right: max(left - right, 0.0)),
    "fmax/2": _two("fmax", max),
    "fmin/2": _two("fmin", min),
    "fmod/2": _two("fmod", math.fmod),
    "hypot/2": _two("hypot", math.hypot),
    "drem/2": _two("drem", math.remainder),
    "remainder/2": _two("remainder", math.remainder),
    "nextafter/2": _two("nextafter", math.nextafter),
    "nexttoward/2": _two("nexttoward", math.nextafter),
    "ldexp/2": _two("ldexp", _scaled),
    "scalb/2": _two("scalb", _scaled),
    "scalbln/2": _two("scalbln", _scaled),
    "fma/3": (3, _fma),
    "frexp/0": (0, _frexp),
    "modf/0": (0, _modf),
    "abs/0": (0, _abs),
    "infinite/0": (0, lambda _value: math.inf),
    "nan/0": (0, lambda _value: math.nan),
    "isinfinite/0": (0, lambda value: is_number(value) and math.isinf(to_float(value))),
    "isfinite/0": (0, lambda value: is_number(value) and not math.isinf(to_float(value))),
    "isnan/0": (0, _isnan),
    "isnormal/0": (0, _isnormal),
    "now/0": (0, lambda _value: dates.now()),
    "gmtime/0": (0, dates.broken_down),
    "localtime/0": (0, dates.broken_down),
    "mktime/0": (0, dates.seconds_of),
    "strftime/1": (1, dates.formatted),
    "strflocaltime/1": (1, dates.formatted),
    "strptime/1": (1, dates.parsed),
    "halt/0": (0, _halt),
    "halt_error/0": (0, _halt),
    "halt_error/1": (1, _halt),
}
