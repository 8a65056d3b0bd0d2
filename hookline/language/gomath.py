"""Go's `math.Pow`: its last digit is not always C's."""

import math

_HUGE_EXPONENT = 1 << 12


def power(base: float, exponent: float) -> float:
    """Return a power, by the steps that Go takes."""
    special = _special(base, exponent)
    if special is not None:
        return special
    part, whole = math.modf(abs(exponent))
    if part and base < 0:
        return math.nan
    if whole >= 2.0**63:
        if base == -1:
            return 1.0
        return 0.0 if (abs(base) < 1) == (exponent > 0) else math.inf
    scale = 1.0
    if part:
        if part > 0.5:  # noqa: PLR2004  # the nearer whole number
            part, whole = part - 1, whole + 1
        scale = math.exp(part * math.log(base))
    scale, binary = _whole_power(base, int(whole), scale)
    if exponent < 0:
        scale, binary = 1 / scale, -binary
    try:
        return math.ldexp(scale, binary)
    except OverflowError:
        return math.copysign(math.inf, scale)


def _special(base: float, exponent: float) -> float | None:  # noqa: PLR0911  # one a case of Go
    """Return the powers that Go knows without counting; None for the others."""
    if exponent == 0 or base == 1:
        return 1.0
    if exponent == 1:
        return base
    if math.isnan(base) or math.isnan(exponent):
        return math.nan
    if base == 0 or math.isinf(base):
        return _of_extreme(base, exponent)
    if math.isinf(exponent):
        if base == -1:
            return 1.0
        return 0.0 if (abs(base) < 1) == (exponent > 0) else math.inf
    if abs(exponent) == 0.5 and base > 0:  # noqa: PLR2004  # a root
        return math.sqrt(base) if exponent > 0 else 1 / math.sqrt(base)
    return None


def _of_extreme(base: float, exponent: float) -> float:
    odd = math.isfinite(exponent) and exponent % 2 == 1
    vanishes = (base == 0) == (exponent > 0)
    size = 0.0 if vanishes else math.inf
    return math.copysign(size, base) if odd else size


def _whole_power(base: float, exponent: int, scale: float) -> tuple[float, int]:
    """Return `scale * base**exponent` as a number and a power of two."""
    part, binary = math.frexp(base)
    total = 0
    while exponent:
        if abs(binary) > _HUGE_EXPONENT:
            return scale, total + binary
        if exponent & 1:
            scale *= part
            total += binary
        part *= part
        binary <<= 1
        if part < 0.5:  # noqa: PLR2004  # as frexp has it
            part += part
            binary -= 1
        exponent >>= 1
    return scale, total
