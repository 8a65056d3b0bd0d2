"""Joins over a real bus: what is held, what fires together, what becomes of the rest."""

import asyncio

import pytest
from bus_work import eventually

from hookline.errors import PermanentError, TemporaryError
from hookline.eventbus import cursors
from hookline.eventbus.errors import BusTimeoutError
from hookline.eventbus.janitor import Janitor
from hookline.eventbus.joins import Dropped, Firing, Hand, Member
from hookline.eventbus.ledger import audit
from sensor.join import Join
from trigger.retry import RetryStrategy
from trigger.waiting import Waiting


def passing():
    return TemporaryError("not now", reason="NotNow", delay=0.0)


def member(text, sequence, dependency=None):
    return Member(
        dependency=dependency or text[0],
        sequence=sequence,
        source="hook",
        event=text[0],
        event_id=text,
    )


async def fired(stage, count=1):
    async def enough():
        return len(stage.scribe.fired) >= count

    await eventually(enough)
    return stage.scribe.fired


async def ledger(stage):
    found = await audit(stage.bus)
    return {key: value for key, value in found.as_json().items() if value}


async def test_two_events_fire_together_once(stage):
    await stage.play("a && b")
    await stage.publish("a1")
    await stage.expect("a1", "held")
    assert stage.scribe.fired == []
    await stage.publish("b1")
    await stage.expect("b1", "launched")
    await stage.expect("a1", "launched")
    assert stage.scribe.fired == [{"a": "a1", "b": "b1"}]
    assert (await stage.hand()).needed == ()


async def test_the_latest_event_of_each_dependency_counts(stage):
    await stage.play("a && b")
    await stage.publish("a1", "a2", "b1", "b2")
    await stage.expect("b2", "held")
    await stage.expect("a1", "skipped superseded")
    await stage.expect("a2", "launched")
    assert stage.scribe.fired == [{"a": "a2", "b": "b1"}]
    assert await ledger(stage) == {"events": 4, "launched": 2, "skipped": 1, "held": 1}


async def test_no_conditions_join_all_dependencies(stage):
    await stage.play("")
    await stage.publish("c1", "b1")
    await stage.expect("b1", "held")
    await stage.publish("a1", data=b'{"n": 11}')
    (events,) = await fired(stage)
    assert events == {"a": "a1", "b": "b1", "c": "c1", "same": "a1", "big": "a1"}


async def test_an_alternative_fires_with_the_half_that_is_held(stage):
    await stage.play("(a && b) || c")
    await stage.publish("c1", "a1", "c2", "b1")
    await stage.expect("b1", "held")
    assert stage.scribe.fired == [{"c": "c1"}, {"a": "a1", "c": "c2"}]


async def test_two_dependencies_over_one_event_complete_in_one_message(stage):
    await stage.play("a && same")
    await stage.publish("a1")
    await stage.expect("a1", "launched", "same")
    await stage.expect("a1", "launched", "a")
    assert stage.scribe.fired == [{"a": "a1", "same": "a1"}]


async def test_what_a_filter_refuses_is_not_held(stage):
    await stage.play("big && b")
    await stage.publish("a1", "b1")
    await stage.expect("b1", "held")
    assert (await stage.verdict("a1", "big")).startswith("filtered")
    await stage.publish("a2", data=b'{"n": 11}')
    assert await fired(stage) == [{"big": "a2", "b": "b1"}]


async def test_a_failed_attempt_keeps_the_pair_and_its_name(stage):
    stage.scribe.failures += [passing(), passing()]
    await stage.play("a && b", retry=RetryStrategy(duration=0.01))
    await stage.publish("a1", "b1", "a2")
    await stage.expect("a2", "held")
    assert stage.scribe.fired == [{"a": "a1", "b": "b1"}]
    assert len(stage.scribe.keys) == 3
    assert len(set(stage.scribe.keys)) == 1


async def test_what_waits_for_another_attempt_is_pending_not_lost(stage):
    stage.scribe.failures += [TemporaryError("not now", reason="NotNow", delay=600.0)]
    await stage.play("a && b")
    await stage.publish("a1", "b1")
    await stage.expect("b1", "retrying NotNow")
    assert await stage.verdict("a1") == "held"
    assert await ledger(stage) == {"events": 2, "held": 1, "pending": 1}


async def test_a_pair_that_is_given_up_becomes_dead_letters_as_a_whole(stage):
    stage.scribe.failures += [PermanentError("never", reason="Never")]
    await stage.play("a && b")
    await stage.publish("a1", "b1", "b2")
    await stage.expect("b2", "held")
    assert await stage.verdict("a1") == "deadLettered Never"
    assert await stage.verdict("b1") == "deadLettered Never"
    assert await stage.bus.dead_letters.count() == 2
    assert stage.scribe.fired == []
    assert [m.event_id for m in (await stage.hand()).members] == ["b2"]


async def test_attempts_that_are_used_up_give_the_pair_up(stage):
    stage.scribe.failures += [passing(), passing()]
    await stage.play("a && b", retry=RetryStrategy(duration=0.01, steps=2))
    await stage.publish("a1", "b1")
    await stage.expect("b1", "deadLettered NotNow")
    assert await stage.verdict("a1") == "deadLettered NotNow"


async def test_an_event_that_left_the_stream_by_force_makes_the_pair_a_dead_letter(stage):
    await stage.play("a && b")
    await stage.publish("a1")
    await stage.expect("a1", "held")
    await stage.bus.connection.api("STREAM.PURGE.default", {"seq": 2})
    await stage.publish("b1")
    await stage.expect("b1", "deadLettered EventGone")
    await stage.expect("a1", "deadLettered EventGone")


async def test_any_delivery_finishes_a_firing_that_was_left(stage):
    await stage.publish("a1", "b1")
    left = Firing(members=(member("a1", 1), member("b1", 2)), dependency="b", key="left")
    await stage.bus.joins.put(Hand(sensor="pairs", trigger="pair", firing=left), 0)
    await stage.play("a && b")
    await stage.publish("a2")
    await stage.expect("a2", "held")
    assert stage.scribe.fired == [{"a": "a1", "b": "b1"}]
    assert stage.scribe.keys == ["left"]
    assert await stage.verdict("a1") == await stage.verdict("b1") == "launched"


async def test_who_left_the_hand_before_a_crash_is_put_on_record_with_the_next_delivery(stage):
    await stage.publish("a1", "a2")
    hand = Hand(
        sensor="pairs",
        trigger="pair",
        members=(member("a2", 2),),
        dropped=(Dropped(member("a1", 1), "superseded"),),
    )
    await stage.play("a && b")
    await stage.bus.joins.put(hand, 0)
    await stage.publish("b1")
    await stage.expect("b1", "launched")
    assert await stage.verdict("a1") == "skipped superseded"


@pytest.mark.parametrize(
    ("conditions", "reason"), [("b && c", "no dependency"), ("a || b", "reset")]
)
async def test_a_changed_condition_lets_go_what_can_never_fire(stage, conditions, reason):
    old = await stage.play("a && b")
    await stage.publish("a1")
    await stage.expect("a1", "held")
    await old.drain(1.0)
    await stage.play(conditions, modified=2.0)
    await stage.expect("a1", f"skipped {reason}")
    assert (await stage.hand()).needed == ()


async def test_an_older_version_lets_nothing_go(stage):
    await stage.play("a && c", modified=2.0)
    await stage.publish("a1", "c1", "c2")
    await stage.expect("c2", "held")
    await stage.play("a && b", modified=1.0)
    assert [m.event_id for m in (await stage.hand()).members] == ["c2"]


async def test_a_held_event_that_left_the_stream_is_let_go_at_the_next_start(stage):
    old = await stage.play("a && b")
    await stage.publish("a1")
    await stage.expect("a1", "held")
    await old.drain(1.0)
    await stage.bus.connection.api("STREAM.PURGE.default", {"seq": 2})
    await stage.play("a && b")
    await stage.expect("a1", "skipped expired")


async def test_the_janitor_keeps_what_is_held(make_bus, stage):
    bus = await make_bus(history=0.0)
    janitor = Janitor(bus)
    await stage.play("(a && b) || c")
    await stage.publish("c1", "a1", "a2")
    await stage.expect("a2", "held")

    async def swept():
        await janitor.sweep()
        state = await bus.connection.api("STREAM.INFO.default")
        return state["state"]["first_seq"]

    async def purged_up_to_the_held_one():
        return await swept() == 3

    await eventually(purged_up_to_the_held_one)
    await stage.publish("b1")
    await stage.expect("b1", "launched")

    async def purged():
        return await swept() == 5

    await eventually(purged)


async def test_a_half_that_keeps_the_stream_more_than_half_full_is_named(make_bus, stage):
    bus = await make_bus(history=0.0)
    janitor = Janitor(bus)
    await stage.play("a && b")
    await stage.publish("a1")
    await stage.expect("a1", "held")
    await janitor.sweep()
    assert janitor.pinned == []
    config = (await bus.connection.api("STREAM.INFO.default"))["config"]
    await bus.connection.api("STREAM.UPDATE.default", {**config, "max_bytes": 4000})
    await stage.publish("c1", data=b'"' + b"x" * 2500 + b'"')
    await janitor.sweep()
    (line,) = janitor.pinned
    assert "pairs" in line
    assert "a1" in line


async def test_an_event_of_two_alternatives_fires_twice(stage):
    await stage.play("a || same")
    await stage.publish("a1")
    await stage.expect("a1", "launched", "a")
    await stage.expect("a1", "launched", "same")
    assert stage.scribe.fired == [{"a": "a1"}, {"same": "a1"}]
    assert len(set(stage.scribe.keys)) == 2


async def test_forget_removes_what_is_held(stage):
    roster = await stage.play("a && b")
    await stage.publish("a1")
    await stage.expect("a1", "held")
    await roster.drain(1.0)

    async def forgotten():
        try:
            return await stage.bus.consumers.forget("pairs")
        except Exception:  # noqa: BLE001  a pull may still wait
            return None

    await eventually(forgotten)
    assert await stage.bus.joins.hands() == []


async def test_two_workers_share_a_join_and_keep_the_order(make_bus, stage):
    await stage.play("a && b")
    other = type(stage)(await make_bus())
    other.scribe = stage.scribe
    stage.rosters.append(await other.play("a && b"))
    await stage.publish(*(f"{name}{n}" for n in range(30) for name in "ab"))
    await stage.expect("b29", "launched")
    assert stage.scribe.fired == [{"a": f"a{n}", "b": f"b{n}"} for n in range(30)]


@pytest.mark.parametrize("stored", [True, False], ids=["stored", "not stored"])
async def test_a_change_of_the_hand_without_an_answer_is_looked_up_not_repeated(stage, stored):
    put = stage.bus.joins.put
    unanswered = set()

    async def put_without_answer(hand, revision):
        step = (hand.members, hand.firing)
        if step in unanswered:
            return await put(hand, revision)
        unanswered.add(step)
        if stored:
            await put(hand, revision)
        raise BusTimeoutError("no answer")

    stage.bus.joins.put = put_without_answer
    await stage.play("a && b")
    await stage.publish("a1", "a2", "b1", "b2")
    await stage.expect("b2", "held")
    assert len(unanswered) == 5
    assert stage.scribe.fired == [{"a": "a2", "b": "b1"}]
    assert await stage.verdict("a1") == "skipped superseded"
    assert await stage.verdict("a2") == await stage.verdict("b1") == "launched"


async def test_a_hand_that_another_worker_moved_is_read_again_before_anything_is_entered(stage):
    open_ = Join.open
    held_up = asyncio.Event()
    go_on = asyncio.Event()

    class Slow(Join):
        async def open(self, delivery):
            found = await open_(self, delivery)
            held_up.set()
            await go_on.wait()
            return found

    roster = await stage.play("a && b")
    runner = next(iter(roster._posts.values())).runner
    runner.join = Slow(runner._desk, runner.attempts)
    await stage.publish("a1")
    await asyncio.wait_for(held_up.wait(), 30)
    # What the other worker did meanwhile moved the hand.
    await stage.bus.joins.put(Hand(sensor="pairs", trigger="pair"), 0)
    runner.join = Join(runner._desk, runner.attempts)
    go_on.set()
    await stage.expect("a1", "held")
    assert [m.event_id for m in (await stage.hand()).members] == ["a1"]


class At:
    """A schedule of one moment."""

    def __init__(self, moment):
        self._moment = moment

    def next(self, moment):
        return self._moment if moment < self._moment else None


async def moment_of(stage):
    """Now, by the clock of nats-server."""
    return (await cursors.state(stage.bus.connection, "default")).at


async def test_the_record_of_a_held_event_says_until_when(stage):
    await stage.play("a && b", waiting=Waiting(resets=(At(4_102_444_800),)))
    await stage.publish("a1")
    await stage.expect("a1", "held until 2100-01-01T00:00:00+00:00, then reset")


async def test_what_waits_too_long_expires_and_never_fires(stage):
    await stage.play("a && b", waiting=Waiting(within=0.001))
    await stage.publish("a1")
    await stage.expect("a1", "skipped expired")
    await stage.publish("b1")
    await stage.expect("b1", "skipped expired")
    assert stage.scribe.fired == []
    assert (await stage.hand()).needed == ()
    assert await ledger(stage) == {"events": 2, "skipped": 2}


async def test_a_reset_while_nobody_worked_lets_go_what_came_before_it(stage):
    old = await stage.play("a && b")
    await stage.publish("a1")
    await stage.expect("a1", "held")
    await old.drain(1.0)
    reset = At(await moment_of(stage))
    await stage.publish("b1")
    await stage.play("a && b", modified=2.0, waiting=Waiting(resets=(reset,)))
    await stage.expect("a1", "skipped reset")
    await stage.expect("b1", "held")
    assert stage.scribe.fired == []
    assert await ledger(stage) == {"events": 2, "held": 1, "skipped": 1}


async def test_a_reset_lets_go_without_another_event(stage):
    old = await stage.play("a && b")
    await stage.publish("a1")
    await stage.expect("a1", "held")
    await old.drain(1.0)
    await stage.play("a && b", waiting=Waiting(resets=(At(await moment_of(stage)),)))
    await stage.expect("a1", "skipped reset")
    assert (await stage.hand()).needed == ()


async def test_two_events_from_before_a_reset_pair_even_if_they_are_worked_on_after_it(stage):
    old = await stage.play("a && b")
    await stage.publish("a1")
    await stage.expect("a1", "held")
    await old.drain(1.0)
    await stage.publish("b1")
    await stage.play("a && b", waiting=Waiting(resets=(At(await moment_of(stage)),)))
    await stage.expect("b1", "launched")
    assert stage.scribe.fired == [{"a": "a1", "b": "b1"}]


async def test_two_workers_pair_a_queue_first_with_first(make_bus, stage):
    queue = Waiting(repeat="queue")
    await stage.play("a && b", waiting=queue)
    other = type(stage)(await make_bus())
    other.scribe = stage.scribe
    stage.rosters.append(await other.play("a && b", waiting=queue))
    await stage.publish(*(f"a{n}" for n in range(10)), *(f"b{n}" for n in range(10)))
    await stage.expect("b9", "launched")
    assert stage.scribe.fired == [{"a": f"a{n}", "b": f"b{n}"} for n in range(10)]
    assert await ledger(stage) == {"events": 20, "launched": 20}


async def test_a_repeat_is_skipped_where_the_first_counts(stage):
    await stage.play("a && b", waiting=Waiting(repeat="first"))
    await stage.publish("a1", "a2", "b1")
    await stage.expect("b1", "launched")
    assert stage.scribe.fired == [{"a": "a1", "b": "b1"}]
    assert await stage.verdict("a2") == "skipped repeated"
