"""Events that are delivered again and again without a word on record."""

import asyncio

import pytest
from bus_work import eventually
from msgspec.structs import replace

from hookline.decision import Decision, Verdict
from hookline.errors import TemporaryError
from hookline.eventbus.pull import Puller
from sensor.suspects import PATIENCE


async def wear_out(stage, times=PATIENCE):
    """Let the first event of the trigger be delivered so often, and nothing be said of it."""
    kept = await stage.bus.starts.trigger("pairs", "pair")
    enough = asyncio.Event()

    async def handle(delivery):
        delivery.nak(0.0)
        if delivery.count >= times:
            enough.set()

    puller = Puller(
        stage.bus.connection,
        "default",
        kept.record.consumer,
        handle,
        lambda: 0 if enough.is_set() else 1,
    )
    await puller.start()
    await asyncio.wait_for(enough.wait(), 30)
    await puller.stop(5.0)


@pytest.fixture
async def worn(stage):
    """A function that plays a condition on an event that was delivered often already."""

    async def play(conditions="a", *events, **more):
        roster = await stage.play(conditions)
        await roster.drain(1.0)
        await stage.publish(*(events or ("a1",)))
        await wear_out(stage)
        return await stage.play(conditions, **more)

    return play


async def test_it_runs_alone_and_that_is_on_record_before(stage, worn):
    seen = []

    async def note():
        seen.append(await stage.verdict("a1"))

    stage.scribe.before = note
    await worn()
    await stage.expect("a1", "launched")
    assert seen == ["retrying RunsAlone"]


async def test_it_runs_among_others_again_when_the_process_has_lived(stage, worn):
    stage.scribe.failures += [RuntimeError("a bug")]
    await worn()
    await stage.expect("a1", "retrying RanAlone")


async def test_a_failed_attempt_counts_as_a_sign_of_life(stage, worn):
    stage.scribe.failures += [TemporaryError("no", reason="NotNow", delay=600.0)]
    await worn()
    await stage.expect("a1", "retrying NotNow")


async def put_on_record(stage, text, dependency):
    await stage.bus.decisions.record(
        Decision(
            event_id=text,
            source="hook",
            event=text[0],
            sequence=1,
            sensor="pairs",
            trigger="pair",
            dependency=dependency,
            verdict=Verdict.RETRYING,
            reason="RunsAlone",
            at="2026-01-01T00:00:00Z",
            since="2026-01-01T00:00:00Z",
            deliveries=PATIENCE,
        )
    )


async def test_it_becomes_a_dead_letter_when_the_process_died_while_it_ran_alone(stage, worn):
    await put_on_record(stage, "a1", "a")
    await worn()
    await stage.expect("a1", "deadLettered KillsProcess")
    assert stage.scribe.keys == []
    assert await stage.bus.dead_letters.count() == 1


async def test_few_deliveries_raise_no_suspicion(stage):
    seen = []

    async def note():
        seen.append(await stage.verdict("a1"))

    stage.scribe.before = note
    roster = await stage.play("a")
    await roster.drain(1.0)
    await stage.publish("a1")
    await wear_out(stage, PATIENCE - 2)
    await stage.play("a")
    await stage.expect("a1", "launched")
    assert seen == [""]


async def test_a_join_that_kills_becomes_dead_letters_as_a_whole(stage):
    stage.scribe.failures += [TemporaryError("no", reason="NotNow", delay=0.5)]
    roster = await stage.play("a && b")
    await stage.publish("a1", "b1")
    await stage.expect("b1", "retrying NotNow")
    await roster.drain(1.0)
    await wear_out(stage, PATIENCE + 1)
    before = await stage.bus.decisions.last("b1", "hook", "b", "pairs", "pair", "b")
    noted = replace(before.decision, reason="RunsAlone")
    await stage.bus.decisions.record(noted, before.sequence)
    await stage.play("a && b")
    await stage.expect("b1", "deadLettered KillsProcess")
    await stage.expect("a1", "deadLettered KillsProcess")

    async def empty():
        return not (await stage.hand()).needed

    await eventually(empty)
