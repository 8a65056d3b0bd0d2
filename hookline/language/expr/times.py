"""`date` and `duration` of expr-lang."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from hookline.language.expr.runtime import EvaluationError, text

_UNITS = {"ns": 1e-3, "us": 1.0, "µs": 1.0, "μs": 1.0, "ms": 1e3, "s": 1e6, "m": 6e7, "h": 3.6e9}
_PART = r"([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)"
_LAYOUTS = ("%Y-%m-%d", "%H:%M:%S", "%Y-%m-%d %H:%M:%S")
_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)([.,]\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_DIGITS = re.compile(r"(\d{4}-\d\d-\d\d)?( ?\d\d:\d\d:\d\d)?", re.ASCII)


def duration(value: Any) -> timedelta:
    """Return a Go duration: `1h30m`."""
    sign, plain = re.fullmatch(r"([+-]?)(.*)", text(value), re.DOTALL).groups()  # type: ignore[union-attr]  # matches all
    if plain == "0":
        return timedelta()
    if not plain or not re.fullmatch(f"(?:{_PART})+", plain):
        raise EvaluationError("duration is given a text that is none")
    parts = re.findall(_PART, plain)
    try:
        found = timedelta(microseconds=sum(float(count) * _UNITS[unit] for count, unit in parts))
    except OverflowError as error:
        raise EvaluationError("a duration is too long") from error
    return -found if sign == "-" else found


def date(value: Any, *layout: Any) -> datetime:
    """Return the moment that a text names, in one of the usual forms."""
    if layout:
        raise EvaluationError("date with a layout of its own is not there in Hookline")
    plain = text(value)
    if match := _RFC3339.fullmatch(plain):
        plain = match[1] + (match[2] or "")[:7].replace(",", ".") + match[3]
        return _read(lambda: datetime.fromisoformat(plain))
    if not _DIGITS.fullmatch(plain):
        raise EvaluationError("date is given a text that is none")
    for layout_ in _LAYOUTS:
        try:
            found = datetime.strptime(plain, layout_).replace(tzinfo=UTC)
        except ValueError:
            continue
        return found.replace(year=1) if layout_ == "%H:%M:%S" else found
    raise EvaluationError("date is given a text that is none")


def _read(make: Any) -> datetime:
    try:
        return make()  # type: ignore[no-any-return]  # a datetime
    except ValueError as error:
        raise EvaluationError("date is given a text that is none") from error
