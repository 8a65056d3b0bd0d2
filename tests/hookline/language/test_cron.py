"""Cron schedules against robfig/cron 3.0.1."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.language.cron import MAX_LENGTH, parse_schedule
from hookline.language.errors import LanguageError

# Schedule, zone, start and the next four moments in seconds since 1970; null: refused.
FACTS = json.loads((Path(__file__).parent / "cron_facts.json").read_text())


def following(text, zone, start, count=4):
    schedule = parse_schedule(text, zone)
    found = []
    moment = start
    while len(found) < count and (moment := schedule.next(moment)) is not None:
        found.append(moment)
    return found


@pytest.mark.parametrize(("text", "zone", "start", "expected"), FACTS)
def test_a_schedule_steps_as_robfigs_does(text, zone, start, expected):
    if expected is None:
        with pytest.raises(LanguageError):
            parse_schedule(text, zone)
    else:
        assert following(text, zone, start) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@daily", "write 0 0 * * *"),
        ("@every 5m", "write minute, hour"),
        ("* * * *", "five fields, this one has 4"),
        ("* * * * 7", "0 to 6"),
        ("5-3 * * * *", "no rising range"),
        ("*/0 * * * *", "step"),
        ("TZ=UTC", "followed by no schedule"),
        ("TZ=Mars/Base 0 0 * * *", "no time zone"),
        ("*" * (MAX_LENGTH + 1), "longer"),
    ],
)
def test_a_refused_schedule_says_why(text, words):
    with pytest.raises(LanguageError, match=words.replace("*", "[*]")):
        parse_schedule(text)


@pytest.mark.parametrize("text", [", * * * *", "* , * * *", "* * , * ,", "* * * , *", "0 0 30 2 *"])
def test_a_schedule_that_never_comes_round_has_no_next_moment(text):
    assert parse_schedule(text).next(1_700_000_000) is None


def test_where_a_whole_day_is_skipped_the_search_ends():
    assert parse_schedule("0 0 * * 3", "Pacific/Apia").next(1_325_165_502) is None


def test_a_moment_of_the_schedule_is_not_its_own_next_one():
    midnight = parse_schedule("0 0 * * *")
    assert midnight.next(86_399.999) == 86_400
    assert midnight.next(86_400.0) == 172_800


@given(st.text("0123456789*/-,? abcTZ=@", max_size=40))
def test_any_text_is_a_schedule_or_refused(text):
    try:
        schedule = parse_schedule(text)
    except LanguageError:
        return
    moment = schedule.next(1_700_000_000)
    assert moment is None or moment > 1_700_000_000


@given(
    st.tuples(st.integers(0, 59), st.integers(0, 23), st.integers(1, 28), st.integers(1, 12)),
    st.integers(0, 2_000_000_000),
)
def test_the_next_moment_shows_the_fields_that_were_asked_for(fields, start):
    minute, hour, day, month = fields
    moment = parse_schedule(f"{minute} {hour} {day} {month} *").next(start)
    there = datetime.fromtimestamp(moment, UTC)
    assert (there.minute, there.hour, there.day, there.month) == fields
    assert start < moment <= start + 366 * 86_400
