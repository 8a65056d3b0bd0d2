"""The `time` filter (reference section 3.9); the hours of clock changes were recorded from Go."""

from typing import Any

import pytest

from hookline.event import Event
from hookline.manifest import Document, Place
from sensor.filter import Judge, Judgement, compile_filters


def read(raw: Any) -> tuple[Judge | None, list[tuple[str, str]]]:
    place = Place(Document("f.yaml", 1, {}))
    judge = compile_filters({"time": raw}, "and", place)
    return judge, [(mistake.code, mistake.path) for mistake in place.mistakes]


def judged(time: str, start: str, stop: str, zone: str = "") -> Judgement:
    judge, problems = read({"start": start, "stop": stop, "timezone": zone})
    assert judge is not None, problems
    return judge(Event("1", "s", "n", "webhook", time, b""))


@pytest.mark.parametrize(
    ("time", "start", "stop", "passes"),
    [
        ("2026-05-10T09:00:00Z", "09:00:00", "17:00:00", True),
        ("2026-05-10T08:59:59.999999999Z", "09:00:00", "17:00:00", False),
        ("2026-05-10T16:59:59.999999999Z", "09:00:00", "17:00:00", True),
        ("2026-05-10T17:00:00Z", "09:00:00", "17:00:00", False),
        ("2026-05-10T17:00:00.000001Z", "17:00:00", "18:00:00", True),
        ("2026-05-10T23:00:00Z", "22:00:00", "06:00:00", True),
        ("2026-05-10T05:59:59Z", "22:00:00", "06:00:00", True),
        ("2026-05-10T06:00:00Z", "22:00:00", "06:00:00", False),
        ("2026-05-10T21:59:59Z", "22:00:00", "06:00:00", False),
        ("2026-05-10T00:00:00Z", "00:00:00", "00:00:01", True),
        ("2026-05-10T11:00:00+02:00", "09:00:00", "10:00:00", True),
        ("2026-05-10T09:05:00Z", "9:05:00", "9:06:00", True),
        ("2026-05-10T09:05:00.4Z", "09:05:00.5", "9:06:00", False),
        ("2026-05-10T09:05:00.6Z", "09:05:00.5", "9:06:00", True),
    ],
)
def test_start_is_in_and_stop_is_out_also_over_midnight(
    time: str, start: str, stop: str, passes: bool
):
    assert judged(time, start, stop).passed is passes


@pytest.mark.parametrize(
    ("time", "start", "stop", "zone", "passes"),
    [
        ("2026-07-01T13:00:00Z", "09:00:00", "17:00:00", "America/New_York", True),
        ("2026-07-01T12:59:59Z", "09:00:00", "17:00:00", "America/New_York", False),
        ("2026-01-15T13:30:00Z", "09:00:00", "17:00:00", "America/New_York", False),
        ("2026-01-15T14:00:00Z", "09:00:00", "17:00:00", "America/New_York", True),
        ("2026-07-01T00:30:00Z", "09:00:00", "10:00:00", "Asia/Tokyo", True),
        ("2026-07-01T02:00:00Z", "22:00:00", "02:00:00", "America/New_York", True),
        ("2026-07-01T06:00:00Z", "22:00:00", "02:00:00", "America/New_York", False),
        ("2026-07-01T12:00:00Z", "12:00:00", "12:00:01", "UTC", True),
        ("2026-07-01T06:30:00Z", "12:00:00", "12:00:01", "Asia/Kolkata", True),
    ],
)
def test_the_times_are_those_of_a_clock_in_the_zone(
    time: str, start: str, stop: str, zone: str, passes: bool
):
    assert judged(time, start, stop, zone).passed is passes


@pytest.mark.parametrize(
    ("time", "start", "zone", "passes"),
    [
        # Not on the clock: in New York 02:30 counts as 01:30, in London 01:30 counts as 02:30.
        ("2026-03-08T06:29:59Z", "02:30:00", "America/New_York", False),
        ("2026-03-08T06:30:00Z", "02:30:00", "America/New_York", True),
        ("2026-03-29T01:29:59Z", "01:30:00", "Europe/London", False),
        ("2026-03-29T01:30:00Z", "01:30:00", "Europe/London", True),
        # 01:30 is twice on the clock: the first one counts in New York, the second in London.
        ("2026-11-01T05:29:59Z", "01:30:00", "America/New_York", False),
        ("2026-11-01T05:30:00Z", "01:30:00", "America/New_York", True),
        ("2026-10-25T00:30:00Z", "01:30:00", "Europe/London", False),
        ("2026-10-25T01:30:00Z", "01:30:00", "Europe/London", True),
        # A change of half an hour.
        ("2026-10-03T15:44:59Z", "02:15:00", "Australia/Lord_Howe", False),
        ("2026-10-03T15:45:00Z", "02:15:00", "Australia/Lord_Howe", True),
    ],
)
def test_where_a_clock_is_changed_go_decides(time: str, start: str, zone: str, passes: bool):
    assert judged(time, start, "23:00:00", zone).passed is passes


def test_an_event_without_a_time_happened_at_midnight_in_go():
    assert judged("", "00:00:00", "00:00:01").passed


@pytest.mark.parametrize("time", ["yesterday", "2026-05-10T09:00:00", "0001-01-01T00:00:00Z"])
def test_a_time_that_cannot_be_read_is_an_error(time: str):
    judgement = judged(time, "00:00:00", "23:00:00", "America/New_York")
    assert not judgement.passed
    assert judgement.error.startswith("time filter error (the event's time")
    assert time in judgement.error


def test_the_clause_tells_the_hours_and_the_local_time():
    clause = judged("2026-07-01T12:00:00.5Z", "09:00:00", "17:00:00", "America/New_York").clauses[0]
    assert clause.clause == "time"
    assert clause.expected == "09:00:00 to 17:00:00 America/New_York"
    assert clause.actual == "2026-07-01T08:00:00.500000-04:00"
    assert judged("2026-07-01T12:00:00Z", "9:00:00", "17:00:00").clauses[0].expected.endswith("UTC")


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"start": "25:00:00"}, "bad-value", "time.start"),
        ({"start": "09:60:00"}, "bad-value", "time.start"),
        ({"start": "09:00"}, "bad-value", "time.start"),
        ({"stop": "5pm"}, "bad-value", "time.stop"),
        ({"stop": "09:00:60"}, "bad-value", "time.stop"),
        ({"start": "17:00:00"}, "bad-value", "time"),
        ({"start": "17:00:00.0"}, "bad-value", "time"),
        ({"zone": "UTC"}, "unknown-field", "time.zone"),
        ({"stop": None}, "missing-field", "time.stop"),
    ],
)
def test_a_mistake_is_found_when_the_manifest_loads(change: dict[str, Any], code: str, path: str):
    judge, problems = read({"start": "09:00:00", "stop": "17:00:00", **change})
    assert judge is None
    assert problems == [(code, path)]


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "America"])
def test_a_zone_that_there_is_none_of_is_noted_and_an_error_for_each_event(zone: str):
    judge, problems = read({"start": "09:00:00", "stop": "17:00:00", "timezone": zone})
    assert problems == [("bad-value", "time.timezone")]
    judgement = judged("2026-07-01T12:00:00Z", "09:00:00", "17:00:00", zone)
    assert judge is not None
    assert not judgement.passed
    assert judgement.error == f"time filter error ('{zone}' is no time zone)"
