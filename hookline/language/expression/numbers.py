"""Arithmetic on float64 as Go does it: no error, but infinities, NaN and wrapped integers."""

import math
from collections.abc import Callable

_WORD = 1 << 64
_HALF = 1 << 63
_SMALLEST = -_HALF
_MAX_SQUARED = 1 << 12


def divide(left: float, right: float) -> float:
    """Return the quotient; by zero an infinity, or NaN for 0/0."""
    if right:
        return left / right
    if not left or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def modulo(left: float, right: float) -> float:
    """Return the remainder with the sign of the left one; NaN where there is none."""
    if not right or math.isinf(left):
        return math.nan
    return math.fmod(left, right)


def power(base: float, exponent: float) -> float:
    """Return what Go's `math.Pow` gives: its squarings, so that the last digit is the same."""
    if not exponent or base == 1:
        return 1.0
    if not base or math.isinf(base) or not math.isfinite(exponent) or math.isnan(base):
        return _special_power(base, exponent)
    fraction, whole = math.modf(abs(exponent))
    if fraction and base < 0:
        return math.nan
    if abs(exponent) == 0.5:  # noqa: PLR2004  # Go takes the square root then
        return math.sqrt(base) if exponent > 0 else 1 / math.sqrt(base)
    if whole >= _HALF:
        return _limit(base, exponent)
    return _squared(base, fraction, int(whole), inverse=exponent < 0)


def _special_power(base: float, exponent: float) -> float:
    """Return the power where a zero, an infinity or NaN takes part; C and Go agree there."""
    try:
        return math.pow(base, exponent)
    except (ValueError, OverflowError):  # zero to a negative power
        odd = math.fmod(exponent, 2) in (1, -1)
        return math.copysign(math.inf, base) if odd else math.inf


def _limit(base: float, exponent: float) -> float:
    """Return the power for an exponent so large that it is even."""
    if base == -1:
        return 1.0
    return 0.0 if (abs(base) < 1) == (exponent > 0) else math.inf


def _squared(base: float, fraction: float, whole: int, *, inverse: bool) -> float:
    found, found_exponent = 1.0, 0
    if fraction:
        if fraction > 0.5:  # noqa: PLR2004  # the nearer whole number
            fraction -= 1
            whole += 1
        found = math.exp(fraction * math.log(base))
    square, square_exponent = math.frexp(base)
    while whole:
        if abs(square_exponent) > _MAX_SQUARED:
            found_exponent += square_exponent
            break
        if whole & 1:
            found *= square
            found_exponent += square_exponent
        square *= square
        square_exponent *= 2
        if square < 0.5:  # noqa: PLR2004  # keep it between a half and one
            square += square
            square_exponent -= 1
        whole >>= 1
    if inverse:
        found, found_exponent = 1 / found, -found_exponent
    try:
        return math.ldexp(found, found_exponent)
    except OverflowError:
        return math.copysign(math.inf, found)


def signed(value: float) -> int:
    """Return `int64(value)` as amd64 gives it: the smallest number for what does not fit."""
    if not math.isfinite(value) or not _SMALLEST <= value < _HALF:
        return _SMALLEST
    return int(value)


def unsigned(value: float) -> int:
    """Return `uint64(value)` as amd64 gives it; a negative number wraps."""
    if math.isfinite(value) and value < _HALF:
        return signed(value) % _WORD
    if math.isfinite(value) and value < _WORD:
        return int(value)
    return _HALF


def shift_left(left: float, right: float) -> float:
    """Return `<<` of two unsigned integers; everything is lost beyond 64 places."""
    places = unsigned(right)
    return float((unsigned(left) << places) % _WORD) if places < 64 else 0.0  # noqa: PLR2004


def shift_right(left: float, right: float) -> float:
    """Return `>>` of two unsigned integers."""
    places = unsigned(right)
    return float(unsigned(left) >> places) if places < 64 else 0.0  # noqa: PLR2004


def bitwise(change: Callable[[int, int], int]) -> Callable[[float, float], float]:
    """Return an operator on two signed integers."""
    return lambda left, right: float(change(signed(left), signed(right)))
