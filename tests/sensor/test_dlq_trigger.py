"""What is given up goes to the dlqTrigger first, and is a dead letter in any case."""

import asyncio

import pytest

from hookline import names
from hookline.errors import PermanentError, TemporaryError
from trigger.retry import RetryStrategy

NEVER = PermanentError("never", reason="Never")


def passing(delay=0.0):
    return TemporaryError("not now", reason="NotNow", delay=delay)


async def last(stage, text):
    stored = await stage.bus.decisions.last(text, "hook", text[0], "pairs", "pair", text[0])
    return stored.decision


async def test_it_gets_the_event_that_was_given_up_and_the_dead_letter_follows(stage):
    stage.scribe.failures += [NEVER]
    await stage.play("a", dlq=stage.rescue())
    await stage.publish("a1")
    await stage.expect("a1", "deadLettered Never")
    assert stage.rescuer.fired == [{"a": "a1"}]
    assert await stage.bus.dead_letters.count() == 1
    assert (await last(stage, "a1")).error == "never"


async def test_its_objects_have_names_of_their_own(stage):
    stage.scribe.failures += [NEVER]
    await stage.play("a", dlq=stage.rescue())
    await stage.publish("a1")
    await stage.expect("a1", "deadLettered Never")
    assert stage.rescuer.keys == [names.dlq_due(stage.scribe.keys[0])]


async def test_it_runs_when_the_attempts_are_used_up(stage):
    stage.scribe.failures += [passing(), passing()]
    strategy = RetryStrategy(duration=0.01, steps=2)
    await stage.play("a", retry=strategy, dlq=stage.rescue())
    await stage.publish("a1")
    await stage.expect("a1", "deadLettered NotNow")
    assert len(stage.scribe.keys) == 2
    assert stage.rescuer.fired == [{"a": "a1"}]


async def test_it_gets_all_events_of_a_join(stage):
    stage.scribe.failures += [NEVER]
    await stage.play("a && b", dlq=stage.rescue())
    await stage.publish("a1", "b1")
    await stage.expect("b1", "deadLettered Never")
    await stage.expect("a1", "deadLettered Never")
    assert stage.rescuer.fired == [{"a": "a1", "b": "b1"}]


async def test_it_is_tried_again_by_its_own_strategy_and_the_trigger_is_not(stage):
    stage.scribe.failures += [NEVER]
    stage.rescuer.failures += [passing(), passing()]
    await stage.play("a", dlq=stage.rescue(retry=RetryStrategy(duration=0.01, steps=3)))
    await stage.publish("a1")
    await stage.expect("a1", "deadLettered Never")
    assert len(stage.scribe.keys) == 1
    assert len(stage.rescuer.keys) == 3
    assert stage.rescuer.fired == [{"a": "a1"}]


@pytest.mark.parametrize("failure", [passing(), PermanentError("broken too", reason="Broken")])
async def test_when_it_fails_for_good_the_event_is_a_dead_letter_with_both_errors(stage, failure):
    stage.scribe.failures += [NEVER]
    stage.rescuer.failures += [failure]
    await stage.play("a", dlq=stage.rescue(retry=RetryStrategy(steps=1)))
    await stage.publish("a1")
    await stage.expect("a1", "deadLettered Never")
    assert (await last(stage, "a1")).error == f"never; dlqTrigger: {failure}"
    assert stage.rescuer.fired == []


async def test_another_process_goes_on_with_it_and_not_with_the_trigger(stage):
    stage.scribe.failures += [NEVER]
    stage.rescuer.failures += [passing()]
    first = await stage.play("a", dlq=stage.rescue(retry=RetryStrategy(duration=0.5, jitter=0.0)))
    await stage.publish("a1")
    await stage.expect("a1", "retrying NotNow")
    await first.drain(0.0)
    assert stage.rescuer.fired == []
    await stage.play("a", dlq=stage.rescue())
    await stage.expect("a1", "deadLettered Never")
    assert len(stage.scribe.keys) == 1
    assert stage.rescuer.fired == [{"a": "a1"}]


async def test_without_it_any_more_the_dead_letter_says_why_the_trigger_was_given_up(stage):
    stage.scribe.failures += [NEVER]
    stage.rescuer.failures += [passing()]
    first = await stage.play("a", dlq=stage.rescue(retry=RetryStrategy(duration=0.5, jitter=0.0)))
    await stage.publish("a1")
    await stage.expect("a1", "retrying NotNow")
    await first.drain(0.0)
    await stage.play("a")
    await stage.expect("a1", "deadLettered Never")
    assert (await last(stage, "a1")).error == "never"


async def test_its_death_before_it_ended_runs_it_again_under_the_same_key(stage):
    reached = asyncio.Event()

    async def hang():
        reached.set()
        await asyncio.sleep(3600)

    stage.scribe.failures += [NEVER]
    stage.rescuer.before = hang
    first = await stage.play("a", dlq=stage.rescue())
    await stage.publish("a1")
    await asyncio.wait_for(reached.wait(), 30)
    assert await stage.verdict("a1") == "retrying DlqTrigger"
    await first.drain(0.0)
    stage.rescuer.before = None
    await stage.play("a", dlq=stage.rescue())
    await stage.expect("a1", "deadLettered Never")
    assert len(stage.rescuer.keys) == 2
    assert len(set(stage.rescuer.keys)) == 1
