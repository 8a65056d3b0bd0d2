"""Sprig's dates, in UTC whatever the process's own zone is (date.go)."""

from datetime import UTC, datetime
from typing import Any

from gotpl.funcs.sprig import dates

from hookline.language.gotemplate.values import Int64

_ZERO = datetime(1, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000_000


def now() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)


def _in_zone(layout: str, value: Any, zone: str) -> str:
    moment = int(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return str(dates.date_in_zone(layout, moment, "UTC" if zone == "Local" else zone, clock=now))


def _date(layout: str, value: Any) -> str:
    return _in_zone(layout, value, "UTC")


def _html_date(value: Any) -> str:
    return _in_zone("2006-01-02", value, "UTC")


def _html_in_zone(value: Any, zone: str) -> str:
    return _in_zone("2006-01-02", value, zone)


def _must_to_date(layout: str, text: str) -> datetime:
    # The package offers it for the zone of the process only.
    found = dates._parse_go_time(layout, text, UTC)  # noqa: SLF001  see above
    return found if isinstance(found, datetime) else _ZERO


def _to_date(layout: str, text: str) -> datetime:
    try:
        return _must_to_date(layout, text)
    except ValueError:
        return _ZERO


def _duration(value: Any) -> str:
    if isinstance(value, Int64):
        value = str(int(value))
    return str(dates.duration(value))


def _duration_round(value: Any) -> str:
    if isinstance(value, Int64):
        value = f"{int(value)}ns"
    return str(dates.duration_round(value, clock=now))


def _ago(value: Any) -> str:
    moment = int(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return str(dates.ago(moment, clock=now))


FUNCTIONS = {
    "now": now,
    "ago": _ago,
    "date": _date,
    "htmlDate": _html_date,
    "htmlDateInZone": _html_in_zone,
    "dateInZone": _in_zone,
    "date_in_zone": _in_zone,
    "toDate": _to_date,
    "mustToDate": _must_to_date,
    "duration": _duration,
    "durationRound": _duration_round,
}
COUNTED: dict[str, Any] = {}
