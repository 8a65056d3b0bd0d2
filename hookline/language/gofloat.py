"""Text to number as Go's `strconv.ParseFloat` does it."""

import math
import re

_DIGITS = r"[0-9](?:_?[0-9])*"
_HEX_DIGITS = r"[0-9a-fA-F](?:_?[0-9a-fA-F])*"
_DECIMAL = re.compile(
    rf"[+-]?(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?"
)
_HEX = re.compile(
    rf"[+-]?0[xX](?:_?{_HEX_DIGITS}(?:\.(?:{_HEX_DIGITS})?)?|\.{_HEX_DIGITS})[pP][+-]?{_DIGITS}"
)
_NAMED = re.compile(r"[+-]?inf(?:inity)?|nan", re.IGNORECASE)


def read_float(text: str) -> float | None:
    """Return the number, infinite when it is too large; None when the text is no number."""
    if _DECIMAL.fullmatch(text) or _NAMED.fullmatch(text):
        return float(text)
    return _from_hex(text.replace("_", "")) if _HEX.fullmatch(text) else None


def parse_float(text: str) -> float:
    """Return the number as `read_float`, and 0 when the text is no number."""
    number = read_float(text)
    return 0.0 if number is None else number


def _from_hex(text: str) -> float:
    try:
        return float.fromhex(text)
    except OverflowError:
        return -math.inf if text.startswith("-") else math.inf
