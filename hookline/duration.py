"""Durations as manifests write them: Go's text ("4s", "1h30m") or integer nanoseconds."""

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

_NANOSECOND = Decimal("1e-9")
_MAX_NANOSECONDS = 2**63 - 1
_UNITS = {
    "ns": Decimal("1e-9"),
    "us": Decimal("1e-6"),
    "µs": Decimal("1e-6"),  # the micro sign
    "μs": Decimal("1e-6"),  # the Greek letter
    "ms": Decimal("1e-3"),
    "s": Decimal(1),
    "m": Decimal(60),
    "h": Decimal(3600),
}
_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_WHOLE = re.compile(rf"[+-]?(?:(?:{_PART.pattern})+|0)")
_EXAMPLE = 'write it like "4s", "1m30s" or "500ms"'


def parse_duration(text: str) -> float:
    """Return the seconds of a Go duration; ValueError when `text` is none."""
    if not _WHOLE.fullmatch(text):
        raise ValueError(f'"{text}" is no duration; {_EXAMPLE}')
    parts = _PART.findall(text)
    seconds = sum((Decimal(number) * _UNITS[unit] for number, unit in parts), Decimal(0))
    if seconds > _MAX_NANOSECONDS * _NANOSECOND:
        raise ValueError(f'"{text}" is too long: a duration ends at about 292 years')
    return float(-seconds if text.startswith("-") else seconds)


def _seconds(value: Any) -> Any:
    if isinstance(value, str):
        return parse_duration(value)
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) > _MAX_NANOSECONDS:
            raise ValueError(f"{value} is too large for nanoseconds; {_EXAMPLE}")
        return float(value * _NANOSECOND)
    raise ValueError(f"must be a duration; {_EXAMPLE}")


Duration = Annotated[
    float,
    BeforeValidator(_seconds),
    Field(ge=0),
    WithJsonSchema(
        {
            "description": f"A duration: text, or whole nanoseconds; {_EXAMPLE}",
            "anyOf": [{"type": "string"}, {"type": "integer", "minimum": 0}],
        }
    ),
]
"""A field of a block that holds a duration; its value is seconds, never negative."""
