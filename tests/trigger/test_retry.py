"""Waits between attempts."""

import pytest

from hookline.manifest import Document, Place
from trigger.retry import Backoff, RetryStrategy


def _strategy(**fields):
    place = Place(Document("f", 1, {}))
    block = Backoff.read(fields, place)
    assert block is not None, place.mistakes
    return block.strategy()


def test_upstreams_defaults_are_five_attempts_one_to_two_seconds_apart():
    strategy = _strategy()

    assert strategy == RetryStrategy(duration=1.0, factor=1.0, jitter=1.0, steps=5)
    assert all(1.0 <= strategy.delay(attempt) <= 2.0 for attempt in range(1, 6))


def test_steps_are_all_attempts_the_first_one_included():
    strategy = _strategy(steps=3)

    assert [strategy.exhausted(attempts) for attempts in (1, 2, 3, 4)] == [False, False, True, True]


@pytest.mark.parametrize("steps", [0, -1])
def test_no_steps_are_five(steps):
    assert _strategy(steps=steps).steps == 5


def test_without_a_strategy_only_the_time_ends_the_attempts():
    assert not RetryStrategy().exhausted(1_000_000)


def test_each_wait_is_the_factor_times_the_one_before():
    strategy = _strategy(duration="2s", factor=3, jitter=0)

    assert [strategy.delay(attempt) for attempt in (1, 2, 3)] == [2.0, 6.0, 18.0]


def test_a_factor_of_zero_keeps_the_wait():
    assert _strategy(duration="2s", factor=0, jitter=0).delay(5) == 2.0


def test_no_wait_is_longer_than_an_hour():
    assert _strategy(duration="1s", factor=10, jitter=1).delay(100_000) == 3600.0


def test_a_wait_of_nothing_stays_nothing():
    assert _strategy(duration="0s", factor=2).delay(100_000) == 0.0


def test_a_duration_may_be_nanoseconds():
    assert _strategy(duration=1_500_000_000).duration == 1.5


@pytest.mark.parametrize("fields", [{"factor": "2"}, {"jitter": "0.5"}, {"factor": -1}])
def test_numbers_that_argo_events_chokes_on_are_mistakes(fields):
    place = Place(Document("f", 1, {}))

    assert Backoff.read(fields, place) is None
    assert place.mistakes[0].path == next(iter(fields))
