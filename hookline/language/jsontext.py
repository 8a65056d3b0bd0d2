"""JSON values as text: the way Go prints numbers, and compact JSON."""

import math
from decimal import Decimal
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder()


def number_text(number: float) -> str:
    """Return a number as Go's `FormatFloat(number, 'f', -1, 64)`: shortest digits, no exponent."""
    if math.isinf(number):
        return "+Inf" if number > 0 else "-Inf"
    if math.isnan(number):
        return "NaN"
    digits = format(Decimal(repr(number)), "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def compact(value: Any) -> str:
    """Return a value as JSON without spaces."""
    return _encoder.encode(value).decode()


def go_text(value: Any) -> str:
    """Return a value as gjson's `String()` shows it: null is empty, blocks are JSON."""
    match value:
        case str():
            return value
        case None:
            return ""
        case float():
            return number_text(value)
        case _:
            return compact(value)
