"""What triggers hold of unfinished joins."""

import base64

import pytest
from bus_work import publish

from hookline.eventbus.errors import WrongSequenceError
from hookline.eventbus.joins import Dropped, Firing, Hand, Member


def member(event_id="a", sequence=1, **changes):
    fields = {"dependency": "push", "source": "hook", "event": "push"}
    return Member(event_id=event_id, sequence=sequence, **{**fields, **changes})


def hand(*members, **changes):
    return Hand(sensor="s", trigger="t", members=members, **changes)


async def test_a_trigger_that_never_held_anything_has_an_empty_hand(bus):
    assert await bus.joins.hand("s", "t") == (hand(), 0)


async def test_what_was_put_is_read_back(bus):
    firing = Firing(members=(member("b"),), dependency="push", key="k")
    full = hand(member(), dropped=(Dropped(member("c"), "superseded"),), firing=firing)
    kept = await bus.joins.put(full, 0)
    assert await bus.joins.hand("s", "t") == kept
    assert kept.hand == full
    assert await bus.joins.hands() == [full]


async def test_a_change_of_an_older_hand_is_refused(bus):
    kept = await bus.joins.put(hand(member()), 0)
    await bus.joins.put(hand(), kept.revision)
    with pytest.raises(WrongSequenceError):
        await bus.joins.put(hand(member("b")), kept.revision)


async def test_triggers_and_sensors_have_hands_of_their_own(bus):
    await bus.joins.put(hand(member()), 0)
    assert (await bus.joins.hand("s", "u")).hand.members == ()
    assert (await bus.joins.hand("r", "t")).hand.members == ()


async def test_what_is_needed_are_the_held_and_the_firing_ones_not_the_dropped(bus):
    firing = Firing(members=(member("b"),), dependency="push", key="k")
    full = hand(member(), dropped=(Dropped(member("c"), "superseded"),), firing=firing)
    assert [each.event_id for each in full.needed] == ["a", "b"]


async def test_an_event_is_read_back_from_the_stream(bus):
    sequence = await publish(bus, "a")
    data, event = await bus.joins.read(member("a", sequence))
    assert (event.id, event.source, event.name) == ("a", "hook", "push")
    assert b'"id":"a"' in data


@pytest.mark.parametrize("wanted", [member("a", 9), member("other", 1)])
async def test_an_event_that_is_not_there_any_more_is_none(bus, wanted):
    await publish(bus, "a")
    assert await bus.joins.read(wanted) == (b"", None)


async def test_no_body_is_ever_in_the_bucket(bus):
    await publish(bus, "a")
    await bus.joins.put(hand(member()), 0)
    answer = await bus.connection.api("STREAM.MSG.GET.KV_hookline-joins", {"seq": 1})
    stored = base64.b64decode(answer["message"]["data"])
    assert b"data" not in stored


async def test_what_is_forgotten_is_gone(bus):
    await bus.joins.put(hand(member()), 0)
    await bus.joins.forget("s", "t")
    assert await bus.joins.hands() == []
