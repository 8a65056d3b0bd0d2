"""The text literals that govaluate takes for dates, in Go's layouts; UTC where no zone is named."""

import re
from datetime import date

_DAYS = "sun mon tue wed thu fri sat"
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_NAMES = rf"(?i:{'|'.join(_DAYS.split())}) +(?P<name>(?i:{'|'.join(_MONTHS.split())})) +"
_CLOCK = r"(?P<hour>\d\d?):(?P<minute>\d\d):(?P<second>\d\d)(?:[.,]\d+)?"
_HOUR_AND_MINUTE = r"(?P<hour>\d\d?):(?P<minute>\d\d)"
_YEAR = r"(?P<year>\d{4})"
_DATE = rf"{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)"
_OFFSET = r"(?P<sign>[+-])(?P<hours>\d\d)(?P<minutes>\d\d)"
_COLON_OFFSET = r"(?P<sign>[+-])(?P<hours>\d\d):(?P<minutes>\d\d)"
# To Go a zone's name that is not the machine's own changes nothing, not even GMT+3.
_ZONE = r"(?:(?:GMT)?(?P<hours_of_name>[+-]\d+)|MeST|ChST|WITA|[A-Z]{3}|[A-Z]{3,4}T)"

_LAYOUTS = tuple(
    re.compile(layout, re.ASCII)
    for layout in (
        rf"{_NAMES}(?P<day>\d\d?) +{_CLOCK} +{_YEAR}",
        rf"{_NAMES}(?P<day>\d\d?) +{_CLOCK} +{_ZONE} +{_YEAR}",
        rf"{_NAMES}(?P<day>\d\d) +{_CLOCK} +{_OFFSET} +{_YEAR}",
        rf"{_HOUR_AND_MINUTE}(?P<half>[AP]M)",
        rf"{_DATE}T{_CLOCK}(?:Z|{_COLON_OFFSET})",
        _DATE,
        rf"{_DATE} +{_HOUR_AND_MINUTE}",
        rf"{_DATE} +{_CLOCK}",
        rf"{_DATE} +{_CLOCK}{_COLON_OFFSET}",
        rf"{_DATE}T(?P<hour>\d\d?)(?:Z|{_OFFSET})",
        rf"{_DATE}T{_HOUR_AND_MINUTE}(?:Z|{_OFFSET})",
        rf"{_DATE}T{_CLOCK}(?:Z|{_OFFSET})",
    )
)
_MAX_LENGTH = 100
_MAX_HOURS_OF_NAME = 23
_EPOCH = date(1970, 1, 1).toordinal()
# Python has no year 0; the calendar repeats after 400 years.
_CYCLE_YEARS = 400
_CYCLE_DAYS = 146_097


def read_date(text: str) -> int | None:
    """Return the seconds since 1970 of a text that is a date (and time), None if it is none."""
    if len(text) > _MAX_LENGTH:
        return None
    for layout in _LAYOUTS:
        found = layout.fullmatch(text)
        if found and (seconds := _seconds(found.groupdict(default=""))) is not None:
            return seconds
    return None


def _seconds(parts: dict[str, str]) -> int | None:
    day = _day(parts)
    clock = _clock(parts)
    offset = _offset(parts)
    if day is None or clock is None or offset is None:
        return None
    return day * 86_400 + clock - offset


def _day(parts: dict[str, str]) -> int | None:
    """Return the days since 1970; the year 0 where the layout has no date."""
    month = int(parts.get("month") or 1)
    if name := parts.get("name"):
        month = _MONTHS.split().index(name.lower()) + 1
    year = int(parts.get("year") or 0)
    cycles, rest = divmod(year, _CYCLE_YEARS)
    try:
        found = date(rest + _CYCLE_YEARS, month, int(parts.get("day") or 1))
    except ValueError:
        return None
    return found.toordinal() + (cycles - 1) * _CYCLE_DAYS - _EPOCH


def _clock(parts: dict[str, str]) -> int | None:
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    half = parts.get("half")
    if hour > (12 if half else 23) or minute > 59 or second > 59:  # noqa: PLR2004  # a clock
        return None
    if half == "PM" and hour < 12:  # noqa: PLR2004  # a clock
        hour += 12
    elif half == "AM" and hour == 12:  # noqa: PLR2004  # a clock
        hour = 0
    return hour * 3600 + minute * 60 + second


def _offset(parts: dict[str, str]) -> int | None:
    """Return the seconds east of UTC, None for what is no offset to Go."""
    if abs(int(parts.get("hours_of_name") or 0)) > _MAX_HOURS_OF_NAME:
        return None
    hours, minutes = int(parts.get("hours") or 0), int(parts.get("minutes") or 0)
    if hours > 24 or minutes > 60:  # noqa: PLR2004  # Go allows one more of each
        return None
    offset = hours * 3600 + minutes * 60
    return -offset if parts.get("sign") == "-" else offset
