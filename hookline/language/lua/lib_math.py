"""Lua's math library."""

import math
import random
from collections.abc import Callable
from typing import Any

from hookline.language.gomath import power
from hookline.language.lua.arguments import Arguments
from hookline.language.lua.machine import Machine, modulo
from hookline.language.lua.values import Fault

HUGE = 1.7976931348623157e308

type _Math = Callable[[Machine, Arguments], list[Any]]


def _one(function: Callable[[float], float]) -> _Math:
    def calculate(_machine: Machine, given: Arguments) -> list[Any]:
        number = given.number(1)
        try:
            return [float(function(number))]
        except OverflowError:
            return [number if math.isinf(number) else math.inf]
        except ValueError:
            return [math.nan]

    return calculate


def _whole(function: Callable[[float], int]) -> _Math:
    return _one(lambda number: number if not math.isfinite(number) else float(function(number)))


def _logarithm(function: Callable[[float], float]) -> _Math:
    return _one(lambda number: -math.inf if number == 0 else function(number))


def _fmod(_machine: Machine, given: Arguments) -> list[Any]:
    left, right = given.number(1), given.number(2)
    if right == 0 or math.isinf(left) or math.isnan(left):
        return [math.nan]
    return [math.fmod(left, right)]


def _frexp(_machine: Machine, given: Arguments) -> list[Any]:
    mantissa, exponent = math.frexp(given.number(1))
    return [mantissa, float(exponent)]


def _ldexp(_machine: Machine, given: Arguments) -> list[Any]:
    number, exponent = given.number(1), given.integer(2)
    try:
        return [math.ldexp(number, max(-5000, min(exponent, 5000)))]
    except OverflowError:
        return [math.copysign(math.inf, number)]


def _modf(_machine: Machine, given: Arguments) -> list[Any]:
    number = given.number(1)
    if math.isinf(number):
        return [number, math.nan]
    part, whole = math.modf(number)
    return [whole, part]


def _extreme(*, largest: bool) -> _Math:
    def calculate(_machine: Machine, given: Arguments) -> list[Any]:
        if not len(given):
            raise Fault("wrong number of arguments")
        found = given.number(1)
        for place in range(2, len(given) + 1):
            number = given.number(place)
            if (number > found) if largest else (number < found):
                found = number
        return [found]

    return calculate


def _mod(_machine: Machine, given: Arguments) -> list[Any]:
    return [modulo(given.number(1), given.number(2))]


def _pow(_machine: Machine, given: Arguments) -> list[Any]:
    return [power(given.number(1), given.number(2))]


def _atan2(_machine: Machine, given: Arguments) -> list[Any]:
    return [math.atan2(given.number(1), given.number(2))]


def _random(_machine: Machine, given: Arguments) -> list[Any]:
    if not len(given):
        return [random.random()]  # noqa: S311  # as a script expects it
    first, last = (1, given.integer(1)) if len(given) == 1 else (given.integer(1), given.integer(2))
    if last < first:
        raise Fault("bad argument to random (interval is empty)")
    return [float(random.randint(first, last))]  # noqa: S311  # as a script expects it


def _randomseed(_machine: Machine, given: Arguments) -> list[Any]:
    random.seed(given.integer(1))
    return []


FUNCTIONS: dict[str, _Math] = {
    "abs": _one(abs),
    "acos": _one(math.acos),
    "asin": _one(math.asin),
    "atan": _one(math.atan),
    "atan2": _atan2,
    "ceil": _whole(math.ceil),
    "cos": _one(math.cos),
    "cosh": _one(math.cosh),
    "deg": _one(lambda number: number * 180 / math.pi),
    "exp": _one(math.exp),
    "floor": _whole(math.floor),
    "fmod": _fmod,
    "frexp": _frexp,
    "ldexp": _ldexp,
    "log": _logarithm(math.log),
    "log10": _logarithm(math.log10),
    "max": _extreme(largest=True),
    "min": _extreme(largest=False),
    "mod": _mod,
    "modf": _modf,
    "pow": _pow,
    "rad": _one(lambda number: number * math.pi / 180),
    "random": _random,
    "randomseed": _randomseed,
    "sin": _one(math.sin),
    "sinh": _one(math.sinh),
    "sqrt": _one(math.sqrt),
    "tan": _one(math.tan),
    "tanh": _one(math.tanh),
}
