import pytest
from bus_work import a_decision, a_plan, an_event

from hookline import names
from hookline.decision import Verdict
from hookline.event import encode
from hookline.eventbus.frames import FOR_HEADER
from hookline.eventbus.reader import read
from hookline.eventbus.redrive import Outcome, body, letters, redrive


async def given_up(bus, event_id="1", **changes):
    """Store an event, bind the trigger, and give it up; returns the letter."""
    await bus.consumers.bind(a_plan())
    event = an_event(event_id)
    stored = await bus.publish_event(event, made_id=True)
    decision = a_decision(
        event_id,
        Verdict.DEAD_LETTERED,
        **{"sequence": stored.sequence, "reason": "Invalid", "attempts": 1, **changes},
    )
    await bus.dead_letters.put(encode(event), decision)
    await bus.decisions.record(decision)
    return [letter async for letter in letters(bus)][-1]


async def events(bus):
    return [message async for message in read(bus.connection, "default")]


async def count(bus):
    return await bus.dead_letters.count()


async def test_a_letter_goes_to_the_bus_for_its_own_trigger_and_off_the_list(bus):
    letter = await given_up(bus)
    assert await redrive(bus, letter) is Outcome.SENT
    first, again = await events(bus)
    assert again.data == first.data
    assert again.headers[FOR_HEADER] == names.trigger_key("s", "t")
    assert "Hookline-Id" not in again.headers
    assert await count(bus) == 0


async def test_two_redrives_of_one_letter_store_one_message(bus):
    letter = await given_up(bus)
    assert await redrive(bus, letter) is Outcome.SENT
    assert await redrive(bus, letter) is Outcome.SETTLED
    assert len(await events(bus)) == 2


async def test_a_dry_redrive_changes_nothing(bus):
    letter = await given_up(bus)
    assert await redrive(bus, letter, dry=True) is Outcome.SENT
    assert await count(bus) == 1
    assert len(await events(bus)) == 1


@pytest.mark.parametrize(
    ("verdict", "sequence"), [(Verdict.LAUNCHED, 1), (Verdict.RETRYING, 9), (Verdict.FILTERED, 9)]
)
async def test_what_a_later_message_has_settled_is_only_taken_off_the_list(bus, verdict, sequence):
    letter = await given_up(bus)
    last = await bus.decisions.last("1", "hook", "push", "s", "t", "push")
    await bus.decisions.record(a_decision("1", verdict, sequence=sequence), last.sequence)
    assert await redrive(bus, letter) is Outcome.SETTLED
    assert await count(bus) == 0
    assert len(await events(bus)) == 1


async def test_a_letter_of_a_trigger_that_nobody_has_stays(bus):
    letter = await given_up(bus, trigger="gone")
    assert await redrive(bus, letter) is Outcome.NOBODY
    assert await count(bus) == 1


async def test_bytes_that_were_too_large_to_copy_come_from_the_event_stream(bus):
    await bus.consumers.bind(a_plan())
    # As large as the bus takes an event, which leaves no room for the headers of a letter.
    event = an_event("1", data=b'"%b"' % (b"x" * (1024 * 1024 - 65536 - 300)))
    stored = await bus.publish_event(event, made_id=True)
    decision = a_decision("1", Verdict.DEAD_LETTERED, sequence=stored.sequence)
    await bus.dead_letters.put(encode(event) + b" " * 65536, decision)
    [letter] = [each async for each in letters(bus)]
    assert letter.reference == f"default:{stored.sequence}"
    assert await body(bus, letter) == encode(event)
    await bus.connection.api("STREAM.PURGE.default")
    assert await redrive(bus, letter) is Outcome.GONE
    assert await count(bus) == 1
