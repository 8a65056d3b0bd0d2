"""Cron schedules: five fields, in a time zone, as robfig/cron 3.0.1 reads and steps them.

Upstream's parser takes no seconds and no descriptors (`@daily`); a prefix `TZ=` or `CRON_TZ=` names
the zone. In a zone that changes its clocks the steps are robfig's own, oddities included.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hookline.language.errors import LanguageError

MAX_LENGTH = 200
YEARS = 5  # in which a schedule has to come round

_MINUTE, _HOUR = 60, 3600
_WRAPS = 200  # one for each month of five years, and some; robfig's own walk may never end
_DAYS_AT_ONCE = 40
_BLANKS = r"[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+"
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_INSTEAD = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}


class _Bounds(NamedTuple):
    """One field: the least and greatest number in it, and the names that stand for numbers."""

    least: int
    greatest: int
    names: Mapping[str, int] = {}


_FIELDS = (
    _Bounds(0, 59),
    _Bounds(0, 23),
    _Bounds(1, 31),
    _Bounds(1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    _Bounds(0, 6, {name: number for number, name in enumerate(_DAYS)}),
)


class _Field(NamedTuple):
    """The numbers that a field allows; `star` when one of its parts is a whole `*` or `?`."""

    allowed: frozenset[int]
    star: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule, ready.

    Attributes:
        zone: in which its fields are read.
        star: a day needs to match both its fields; else one of them is enough.
    """

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    star: bool
    zone: tzinfo

    def next(self, moment: float) -> int | None:
        """Return the first moment of the schedule after `moment`, both in seconds since 1970.

        None when there is none within five years.
        """
        if not (self.hours and self.minutes):
            return None
        return _Walk(self, int(moment // 1) + 1).end()

    def has_day(self, at: datetime) -> bool:
        """Return whether a day is one of the schedule's."""
        day, weekday = at.day in self.days, at.isoweekday() % 7 in self.weekdays
        return (day and weekday) if self.star else (day or weekday)


def parse_schedule(text: str, zone: str = "") -> Schedule:
    """Return the schedule that `text` says, read in `zone` (UTC by default).

    LanguageError, with robfig's words where it has some, for a bad schedule or time zone.
    """
    if len(text) > MAX_LENGTH:
        raise LanguageError(f"the schedule is longer than {MAX_LENGTH} characters")
    home = find_zone(zone)
    if text.startswith(("TZ=", "CRON_TZ=")):
        prefix, blank, text = text.partition(" ")
        if not blank:
            raise LanguageError(f"{prefix!r} is followed by no schedule")
        home = find_zone(prefix.partition("=")[2])
        text = re.sub(rf"^{_BLANKS}|{_BLANKS}$", "", text)
    if text.startswith("@"):
        raise LanguageError(f"{text} is no schedule of five fields; {_instead(text)}")
    words = [word for word in re.split(_BLANKS, text) if word]
    if len(words) != len(_FIELDS):
        raise LanguageError(f"a schedule has five fields, this one has {len(words)}")
    minutes, hours, days, months, weekdays = (
        _field(word, bounds) for word, bounds in zip(words, _FIELDS, strict=True)
    )
    return Schedule(
        minutes=minutes.allowed,
        hours=hours.allowed,
        days=days.allowed,
        months=months.allowed,
        weekdays=weekdays.allowed,
        star=days.star or weekdays.star,
        zone=home,
    )


def find_zone(name: str) -> tzinfo:
    """Return a time zone by its IANA name, UTC for an empty one; LanguageError for an unknown."""
    if name in ("", "UTC"):
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise LanguageError(f"{name!r} is no time zone") from error


def _instead(descriptor: str) -> str:
    fields = _INSTEAD.get(descriptor)
    return f"write {fields}" if fields else "write minute, hour, day, month and weekday"


def _field(text: str, bounds: _Bounds) -> _Field:
    parts = [_part(part, bounds) for part in text.split(",") if part]
    return _Field(
        frozenset().union(*(part.allowed for part in parts)), any(part.star for part in parts)
    )


def _part(text: str, bounds: _Bounds) -> _Field:
    """Return one part of a field: `*`, `5`, `mon-fri`, each with or without `/step`."""
    span, *steps = text.split("/")
    low, *highs = span.split("-")
    star = low in ("*", "?")
    if len(steps) > 1 or (len(highs) > 1 and not star):
        raise LanguageError(f"{text!r} has too many {'slashes' if len(steps) > 1 else 'hyphens'}")
    first = bounds.least if star else _number(low, bounds.names)
    if star or (steps and not highs):  # N/step goes on to the end
        last = bounds.greatest
    else:
        last = _number(highs[0], bounds.names) if highs else first
    step = _number(steps[0], {}) if steps else 1
    if not bounds.least <= first <= last <= bounds.greatest:
        within = f"{bounds.least} to {bounds.greatest}"
        raise LanguageError(f"{text!r} is no rising range within {within}")
    if step == 0:
        raise LanguageError(f"the step of {text!r} is 0")
    return _Field(frozenset(range(first, last + 1, step)), star and step == 1)


def _number(text: str, names: Mapping[str, int]) -> int:
    if (named := names.get(text.lower())) is not None:
        return named
    if not _NUMBER.fullmatch(text) or int(text) < 0:
        raise LanguageError(f"{text!r} is no number that can stand there")
    return int(text)


class _Walk:
    """One search for the next moment: field by field, from the month down.

    A field that does not match is moved on until it does; when it wraps around, all begins again.
    `moved` says that a field was moved, and so that the smaller ones are at their start.
    """

    def __init__(self, schedule: Schedule, second: int) -> None:
        self._schedule = schedule
        self._second = second
        self._moved = False
        self._limit = self._now.year + YEARS

    @property
    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._second, self._schedule.zone)

    def end(self) -> int | None:
        """Return where the walk ends; None when there is no such moment in time."""
        for _ in range(_WRAPS):
            if self._now.year > self._limit:
                break
            if self._month() and self._day() and self._hour() and self._minute() and self._full():
                return self._second
        return None

    def _month(self) -> bool:
        while (now := self._now).month not in self._schedule.months:
            if not self._moved:
                now = now.replace(day=1)
                self._start(now.replace(hour=0, minute=0, second=0))
                now = self._now
            self._to(now, date(now.year + now.month // 12, now.month % 12 + 1, 1), now.day - 1)
            if self._now.month == 1:
                return False
        return True

    def _day(self) -> bool:
        for _ in range(_DAYS_AT_ONCE):  # where clocks skip a whole day, robfig never gets past it
            if self._schedule.has_day(now := self._now):
                return True
            if not self._moved:
                self._start(now.replace(hour=0, minute=0, second=0))
                now = self._now
            self._to(now, now.date(), 1)
            if hour := self._now.hour:  # where clocks change at midnight
                self._second += (24 - hour if hour > 12 else -hour) * _HOUR  # noqa: PLR2004 - noon
            if self._now.day == 1:
                return False
        return False

    def _hour(self) -> bool:
        while (now := self._now).hour not in self._schedule.hours:
            if not self._moved:
                self._start(now.replace(minute=0, second=0))
            self._second += _HOUR
            if self._now.hour == 0:
                return False
        return True

    def _minute(self) -> bool:
        while self._now.minute not in self._schedule.minutes:
            if not self._moved:
                self._moved = True
                self._second -= self._second % _MINUTE
            self._second += _MINUTE
            if self._now.minute == 0:
                return False
        return True

    def _full(self) -> bool:
        """Whether it is a full minute; else go on to the next one, for which all begins again."""
        left = -self._now.second % _MINUTE
        self._moved = self._moved or bool(left)
        self._second += left
        return not left

    def _start(self, local: datetime) -> None:
        self._moved = True
        self._second = _instant(local, self._schedule.zone)

    def _to(self, now: datetime, day: date, more: int) -> None:
        """Go to the same time of another day, `more` days after `day`."""
        there = date.fromordinal(day.toordinal() + more)
        self._second = _instant(datetime.combine(there, now.time()), self._schedule.zone)


def _instant(local: datetime, zone: tzinfo) -> int:
    """Return the moment that clocks in a zone show, as Go resolves one that they show twice or not.

    The offset is looked up as if the clocks showed UTC, then again at the moment that this gives.
    """
    shown = int(local.replace(tzinfo=UTC).timestamp())
    return shown - _offset(shown - _offset(shown, zone), zone)


def _offset(second: int, zone: tzinfo) -> int:
    offset = datetime.fromtimestamp(second, zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0
