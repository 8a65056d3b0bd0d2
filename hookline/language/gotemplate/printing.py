"""How Go's fmt prints the values of a template."""

import math
from datetime import datetime
from typing import Any

from gotpl._compat.gofmt._core import _go_shortest_float
from gotpl.funcs.sprig.dates import _datetime_nanosecond, _go_time_from_datetime

from hookline.language.gotemplate.values import INVALID

_TIME = "2006-01-02 15:04:05.999999999 -0700 MST"


def printed(value: Any) -> str:
    """Return what `{{ }}` writes for a value."""
    return "<no value>" if value is None or value is INVALID else text_of(value)


def text_of(value: Any) -> str:
    """Return what fmt's %v writes for a value."""
    match value:
        case str():
            text = value
        case bool():
            text = "true" if value else "false"
        case float():
            text = float_text(value)
        case list():
            text = f"[{' '.join(map(text_of, value))}]"
        case dict():
            members = (f"{key}:{text_of(value[key])}" for key in sorted(value))
            text = f"map[{' '.join(members)}]"
        case datetime():
            text = time_text(value, _TIME)
        case complex():
            sign = "" if value.imag < 0 else "+"
            text = f"({float_text(value.real)}{sign}{float_text(value.imag)}i)"
        case _:
            text = "<nil>" if value is None or value is INVALID else str(value)
    return text


def float_text(value: float) -> str:
    """Return what fmt's %v writes for a float64: `1.234567e+06`."""
    if math.isfinite(value):
        return str(_go_shortest_float(value))
    return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"


def time_text(value: datetime, layout: str) -> str:
    """Return a time in Go's layout."""
    return str(_go_time_from_datetime(value, _datetime_nanosecond(value)).format(layout))
