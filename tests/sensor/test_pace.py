"""How a trigger with a rateLimit is paced."""

import time

import pytest
from bus_work import eventually

from sensor.pace import SLACK, Pace


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_places_are_evenly_spaced(clock):
    pace = Pace(2.0, clock)
    assert (pace.places(), pace.take(), pace.take(), pace.places()) == (1, 0.0, 2.0, 0)
    clock.now += 1.5
    assert pace.wait() == pytest.approx(0.5)
    clock.now += 0.5
    assert (pace.places(), pace.take()) == (1, 0.0)


def test_a_few_places_that_nobody_took_are_kept(clock):
    pace = Pace(1.0, clock)
    clock.now += 3.0
    assert pace.places() == 4
    clock.now += 1000.0
    assert pace.places() == SLACK + 1
    assert [pace.take() for _ in range(SLACK + 1)] == [0.0] * (SLACK + 1)
    assert pace.take() == pytest.approx(1.0)


async def test_a_limited_trigger_pulls_only_what_it_may_fire(stage):
    await stage.play("a", interval=3600.0)
    await stage.publish("a1", "a2", "a3")
    await stage.expect("a1", "launched")

    async def waiting():
        (found,) = (await stage.bus.consumers.backlog()).values()
        return found if found.ack_pending == 0 and found.pending == 2 else None

    assert await eventually(waiting)
    assert stage.scribe.fired == [{"a": "a1"}]


async def test_a_limited_trigger_fires_everything_in_the_end_and_no_faster(stage):
    started = time.monotonic()
    await stage.play("a", interval=0.05)
    await stage.publish(*(f"a{n}" for n in range(20)))
    await stage.expect("a19", "launched")
    assert time.monotonic() - started >= (20 - SLACK - 1) * 0.05
    assert len(stage.scribe.fired) == 20


async def test_what_a_filter_refuses_takes_no_place(stage):
    await stage.play("big", interval=3600.0)
    await stage.publish(*(f"a{n}" for n in range(5)))
    await stage.publish("a5", data=b'{"n": 11}')
    await stage.expect("a5", "launched", "big")


async def test_a_limited_trigger_does_not_slow_its_neighbour(stage):
    more = '    - template: {name: neighbour, conditions: "a", log: {}}'
    sensor_triggers = {"pair": 3600.0, "neighbour": 0.0}
    await stage.play("a", more=more, intervals=sensor_triggers)
    await stage.publish(*(f"a{n}" for n in range(5)))

    async def six():
        return len(stage.scribe.fired) == 6

    await eventually(six)
