import asyncio

import pytest
from bus_work import a_decision

from hookline import names
from hookline.decision import Clause, Verdict
from hookline.eventbus.decisions import Stored
from hookline.eventbus.errors import BusError
from hookline.eventbus.publisher import Publisher

WHERE = ("hook", "push", "s", "t", "push")


async def test_an_event_without_a_decision_has_none(bus):
    assert await bus.decisions.last("1", *WHERE) is None


async def test_what_was_recorded_is_the_last_one(bus):
    decision = a_decision(
        "1",
        Verdict.FILTERED,
        clauses=(Clause(clause="data[0] a", passed=False, actual={"b": [1, None]}),),
    )
    stored = await bus.decisions.record(decision)
    assert await bus.decisions.last("1", *WHERE) == stored == Stored(decision, 1)


async def test_each_trigger_and_dependency_has_a_record_of_its_own(bus):
    for changes in ({}, {"trigger": "u"}, {"dependency": "pull"}, {"sensor": "r"}):
        await bus.decisions.record(a_decision("1", **changes))
    assert len(await bus.decisions.find("1")) == 4


async def test_a_record_goes_over_the_one_that_was_read_before(bus):
    before = await bus.decisions.record(a_decision("1", Verdict.RETRYING, attempts=1))
    await bus.decisions.record(a_decision("1", Verdict.LAUNCHED), before.sequence)
    assert (await bus.decisions.last("1", *WHERE)).decision.verdict is Verdict.LAUNCHED
    assert len(await bus.decisions.find("1")) == 1


async def test_a_record_goes_over_an_unexpected_one_that_is_not_final(bus):
    await bus.decisions.record(a_decision("1", Verdict.RETRYING, attempts=1))
    await bus.decisions.record(a_decision("1", Verdict.DEAD_LETTERED))
    assert (await bus.decisions.last("1", *WHERE)).decision.verdict is Verdict.DEAD_LETTERED


@pytest.mark.parametrize("late", [Verdict.DEAD_LETTERED, Verdict.RETRYING, Verdict.FILTERED])
async def test_a_late_record_never_replaces_a_launched_one(bus, late):
    before = await bus.decisions.record(a_decision("1", Verdict.RETRYING, attempts=1))
    launched = await bus.decisions.record(a_decision("1"), before.sequence)
    assert await bus.decisions.record(a_decision("1", late), before.sequence) == launched
    assert await bus.decisions.last("1", *WHERE) == launched


async def test_a_second_launched_finds_that_the_first_one_stands(bus):
    first = await bus.decisions.record(a_decision("1", object={"name": "a"}))
    assert await bus.decisions.record(a_decision("1", object={"name": "b"})) == first


async def test_an_own_record_whose_acknowledgement_was_lost_is_recognised(bus):
    decision = a_decision("1", Verdict.RETRYING, attempts=1)
    first = await bus.decisions.record(decision)
    assert await bus.decisions.record(decision) == first


async def test_a_record_that_was_dropped_for_its_age_meanwhile_is_written_anew(bus):
    stored = await bus.decisions.record(a_decision("1", Verdict.RETRYING, attempts=1))
    await bus.connection.api("STREAM.PURGE.hookline-decisions")
    again = await bus.decisions.record(a_decision("1"), stored.sequence)
    assert await bus.decisions.last("1", *WHERE) == again


@pytest.mark.parametrize("round_", range(5))
async def test_launched_wins_a_race_of_two_workers(make_bus, round_):
    one, other = await make_bus(), await make_bus()
    await asyncio.gather(
        one.decisions.record(a_decision("1", Verdict.DEAD_LETTERED)),
        other.decisions.record(a_decision("1", Verdict.LAUNCHED)),
        one.decisions.record(a_decision("1", Verdict.RETRYING, attempts=2)),
    )
    assert (await one.decisions.last("1", *WHERE)).decision.verdict is Verdict.LAUNCHED


async def test_one_of_many_launched_at_the_same_time_stands_for_all(make_bus):
    buses = [await make_bus(), await make_bus()]
    stored = await asyncio.gather(
        *(
            buses[number % 2].decisions.record(a_decision("1", object={"name": str(number)}))
            for number in range(10)
        )
    )
    assert len({one.decision.object["name"] for one in stored}) == 1


async def test_an_id_alone_finds_the_decisions_of_all_events_that_have_it(bus):
    await bus.decisions.record(a_decision("1"))
    await bus.decisions.record(a_decision("1", event="pull"))
    await bus.decisions.record(a_decision("2"))
    assert {decision.event for decision in await bus.decisions.find("1")} == {"push", "pull"}
    (only,) = await bus.decisions.find("1", "hook", "pull")
    assert only.event == "pull"
    assert await bus.decisions.find("3") == []


async def test_all_yields_every_record_once_and_when_it_was_stored(bus):
    for number in range(3):
        await bus.decisions.record(a_decision(str(number), Verdict.RETRYING, attempts=1))
    last = await bus.decisions.last("0", *WHERE)
    await bus.decisions.record(a_decision("0"), last.sequence)
    found = [(decision.event_id, stored) async for decision, stored in bus.decisions.all()]
    assert [event_id for event_id, _ in found] == ["1", "2", "0"]
    assert all(stored > 1_700_000_000 for _, stored in found)


async def test_bytes_that_are_no_decision_are_named_by_their_sequence(bus):
    prefix = names.decision_prefix("hookline-decisions", "1", "hook", "push")
    subject = names.decision_subject(prefix, "s", "t", "push")
    await Publisher(bus.connection).publish(subject, b"{}")
    with pytest.raises(BusError, match="message 1 of the decisions"):
        await bus.decisions.last("1", *WHERE)
