"""The `time` filter: lets events pass at certain hours, in a time zone."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from pydantic import Field

from hookline.decision import Clause
from hookline.event import Event
from hookline.manifest import Place
from sensor.filter import Check, Filter, Test

type OfDay = timedelta
type Between = Callable[[datetime, date], bool]

_CLOCK = re.compile(r"(\d\d?):(\d\d):(\d\d)(?:[.,](\d{1,9})\d*)?", re.ASCII)
_EPOCH = datetime(1, 1, 1, tzinfo=UTC)


class Time(Filter):
    """The hours of the day in which events pass.

    Ported from Argo Events: the event's own time counts, not its arrival; `start` is in, `stop` is
    out; a start after the stop spans midnight. Both are placed on the event's date in the zone.
    """

    start: str = Field(description="First moment that passes, HH:MM:SS")
    stop: str = Field(description="First moment after it that does not, HH:MM:SS")
    timezone: str = Field(default="", description="IANA name, Europe/Berlin; UTC by default")

    def compile(self, place: Place) -> Test | None:
        """Return the test; None with mistakes noted (a bad time or zone, both times equal)."""
        start = _of_day(self.start, place / "start")
        stop = _of_day(self.stop, place / "stop")
        zone = _zone(self.timezone, place / "timezone")
        if start is None or stop is None:
            return None
        if start == stop:
            place.error("start and stop are equal", code="bad-value")
            return None
        expected = f"{self.start} to {self.stop} {self.timezone or 'UTC'}"
        if zone is None:
            return _failing(expected, f"{self.timezone!r} is no time zone")
        return _test(_between(start, stop, zone), zone, expected)


def _of_day(text: str, place: Place) -> OfDay | None:
    found = _CLOCK.fullmatch(text)
    if found:
        hour, minute, second = (int(found[group]) for group in (1, 2, 3))
        if hour < 24 and minute < 60 and second < 60:  # noqa: PLR2004  # a clock
            fraction = float(f"0.{found[4] or 0}")
            return timedelta(hours=hour, minutes=minute, seconds=second + fraction)
    place.error(f"{text!r} is no time of day", code="bad-value", suggestion="write HH:MM:SS")
    return None


def _zone(name: str, place: Place) -> tzinfo | None:
    if name in ("", "UTC"):
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        place.fails(
            f"{name!r} is no time zone", code="bad-value", suggestion="write one like Europe/Berlin"
        )
        return None


def _between(start: OfDay, stop: OfDay, zone: tzinfo) -> Between:
    def between(moment: datetime, day: date) -> bool:
        first, end = _moment(day, start, zone), _moment(day, stop, zone)
        if first < end:
            return first <= moment < end
        return moment >= first or moment < end

    return between


def _moment(day: date, of_day: OfDay, zone: tzinfo) -> datetime:
    """Return the moment at which a clock in the zone shows that time of that day.

    Where a clock is put forward or back Go's rule decides: the offset at the moment that the same
    digits name in UTC is tried first, then the one at the moment that this gives.
    """
    digits = datetime.combine(day, time(), UTC) + of_day
    offset = digits.astimezone(zone).utcoffset()
    if offset:
        offset = (digits - offset).astimezone(zone).utcoffset()
    return digits - (offset or timedelta())


def _failing(expected: str, error: str) -> Test:
    """Return the test of a zone that there is none of: an error, as in Argo Events."""
    check = Check(Clause("time", passed=False, expected=expected, actual=error), error)
    return lambda _event: check


def _test(between: Between, zone: tzinfo, expected: str) -> Test:
    def test(event: Event) -> Check:
        try:
            moment = _read(event.time)
            local = moment.astimezone(zone)
            passed = between(moment, local.date())
        except (ValueError, OverflowError):
            error = f"the event's time {event.time[:50]!r} is no time of RFC 3339"
            return Check(Clause("time", passed=False, expected=expected, actual=error), error)
        actual = local.isoformat()
        return Check(Clause("time", passed=passed, expected=expected, actual=actual))

    return test


def _read(text: str) -> datetime:
    """Return the moment of an RFC 3339 text, cut to microseconds; Go's zero time for none."""
    moment = datetime.fromisoformat(text) if text else _EPOCH
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)
