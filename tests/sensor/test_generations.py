"""Two versions of one Sensor at work at the same time: the later one counts, nothing is lost."""

import asyncio

import pytest
from bus_work import eventually

from hookline.eventbus.ledger import audit
from hookline.eventbus.starts import Manifest, Starts
from sensor.generation import Generation


@pytest.fixture
async def other(make_bus, stage):
    """Another process on the same bus."""
    other = type(stage)(await make_bus())
    yield other
    await asyncio.gather(*(roster.drain(0.0) for roster in other.rosters))


async def consumer(stage):
    return (await stage.bus.starts.trigger("pairs", "pair")).record.consumer


async def resting(roster):
    async def rests():
        return roster.resting()

    return await eventually(rests)


async def test_a_worker_rests_when_another_has_a_later_version_and_says_so(stage, other):
    old = await stage.play("a", modified=1.0)
    new = await other.play("a || b", modified=2.0)
    assert "later version" in (await resting(old))["pairs"]
    assert new.resting() == {}
    await other.publish("a1", "b1")
    await other.expect("b1", "launched")
    await other.expect("a1", "launched")
    assert stage.scribe.fired == []


async def test_an_older_version_that_starts_later_moves_nothing(stage, other):
    await stage.play("a || b", modified=2.0)
    before = await consumer(stage)
    old = await other.play("a", modified=1.0)
    assert "--take-over" in old.resting()["pairs"]
    assert await consumer(stage) == before
    await stage.publish("a1")
    await stage.expect("a1", "launched")
    assert other.scribe.fired == []


async def test_equal_versions_work_side_by_side(stage, other):
    one = await stage.play("a", modified=1.0)
    two = await other.play("a", modified=2.0)
    assert (one.resting(), two.resting()) == ({}, {})


async def test_a_rollback_claims_by_hand_and_the_later_version_rests(stage, other):
    later = await stage.play("a || b", modified=2.0)
    await other.play("a", modified=1.0, take_over=True)
    await resting(later)
    await other.publish("a1")
    await other.expect("a1", "launched")
    assert stage.scribe.fired == []


async def test_a_version_that_is_the_current_one_again_goes_on(stage, other):
    old = await stage.play("a", modified=1.0)
    new = await other.play("a || b", modified=2.0)
    await resting(old)
    await new.drain(1.0)
    again = await other.play("a", modified=3.0)
    await again.drain(1.0)
    await stage.publish("a1")
    await stage.expect("a1", "launched")
    assert stage.scribe.fired == [{"a": "a1"}]

    async def awake():
        return not old.resting()

    await eventually(awake)


async def test_an_added_dependency_on_the_same_events_misses_none_while_both_run(stage, other):
    """The consumer stays the same, so the old version gets deliveries that the new one wants."""
    await stage.play("a", modified=1.0)
    await stage.publish(*(f"a{n}" for n in range(20)))
    publishing = asyncio.create_task(stage.publish(*(f"a{n}" for n in range(20, 200))))
    await other.play("a || same", modified=2.0)
    named = (await stage.bus.starts.trigger("pairs", "pair")).record
    await publishing
    await stage.expect("a199", "launched")
    await stage.expect("a199", "launched", "same")

    async def settled():
        ledger = await audit(stage.bus)
        return ledger if not ledger.pending else None

    ledger = await eventually(settled)
    assert (ledger.unaccounted, ledger.lost) == (0, 0)
    added = next(since for since in named.dependencies if since.name == "same")
    assert ledger.events == ledger.launched == 200 + (200 - added.start + 1)
    keys = stage.scribe.keys + other.scribe.keys
    assert len(keys) == len(set(keys))


async def test_a_dependency_on_other_events_is_never_skipped_by_the_old_version(stage, other):
    await stage.play("a && b", modified=1.0)
    await stage.publish("a1")
    await stage.expect("a1", "held")
    await other.play("a && c", modified=2.0)
    await stage.publish("c1")
    await stage.expect("c1", "launched")
    assert other.scribe.fired == [{"a": "a1", "c": "c1"}]


async def test_an_event_without_a_local_dependency_is_skipped_on_record(stage):
    roster = await stage.play("a || b")
    post = next(iter(roster._posts.values()))
    post.runner.dependencies = post.runner.dependencies[:1]
    await stage.publish("b1")

    async def verdict():
        stored = await stage.bus.decisions.last("b1", "hook", "b", "pairs", "pair", "")
        return stored and stored.decision

    decision = await eventually(verdict)
    assert (decision.verdict, decision.reason) == ("skipped", "no dependency")


class Counting(Starts):
    """Starts that count how often they are asked."""

    asked = 0

    async def manifest(self, sensor):
        self.asked += 1
        return await super().manifest(sensor)


async def test_who_asks_together_shares_an_answer_that_is_no_older_than_the_question(stage):
    starts = Counting(stage.bus.starts._bucket)
    await starts.name_manifest(Manifest("s", "mine", 1.0))
    generation = Generation(starts, "s", "mine")
    assert await asyncio.gather(*(generation.is_current() for _ in range(50))) == [True] * 50
    assert starts.asked == 1
    await starts.name_manifest(Manifest("s", "other", 2.0))
    assert not await generation.is_current()
    assert generation.outdated
