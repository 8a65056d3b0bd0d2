import asyncio
import json

import pytest
from bus_work import a_decision, an_event, eventually, publish

from hookline import names
from hookline.errors import PermanentError
from hookline.eventbus.bus import Bus
from hookline.eventbus.errors import BusBusyError, BusDownError, BusError, BusRefusedError
from hookline.eventbus.reader import read
from hookline.eventbus.settings import BusSettings


async def stored(bus):
    return [message async for message in read(bus.connection, "default")]


async def test_an_event_is_stored_on_its_subject_under_its_identity(bus):
    ack = await bus.publish_event(an_event("42", data=b'{"a":1}'), made_id=True)
    assert (ack.stream, ack.sequence, ack.duplicate) == ("default", 1, False)
    (message,) = await stored(bus)
    assert message.subject == "default.hook.push"
    assert message.headers["Nats-Msg-Id"] == names.identity("default", "hook", "push", "42")
    assert message.headers["Hookline-Id"] == "made"
    assert json.loads(message.data)["data"] == {"a": 1}


async def test_an_id_that_came_with_the_event_is_marked_as_the_senders(bus):
    await bus.publish_event(an_event("42"), made_id=False)
    (message,) = await stored(bus)
    assert message.headers["Hookline-Id"] == "sender"


async def test_an_event_sent_again_under_its_id_is_a_duplicate_and_stored_once(bus):
    await bus.publish_event(an_event("42"), made_id=False)
    again = await bus.publish_event(an_event("42"), made_id=False)
    assert (again.sequence, again.duplicate) == (1, True)
    other = await bus.publish_event(an_event("42", name="pull"), made_id=False)
    assert not other.duplicate


async def test_the_same_id_in_another_namespace_is_another_identity():
    one, other = (names.identity(space, "hook", "push", "42") for space in ("a", "b"))
    assert one != other


async def test_an_event_that_is_too_large_is_refused_for_good(bus):
    with pytest.raises(PermanentError) as caught:
        await bus.publish_event(an_event("1", data=b'"%s"' % (b"x" * 1_100_000)), made_id=True)
    assert caught.value.reason == "TooLarge"


async def test_a_bus_that_breaks_a_promise_is_refused_at_the_start(connection, nats_server):
    config = {"name": "default", "subjects": ["default.*.*"], "storage": "memory"}
    await connection.api("STREAM.CREATE.default", config)
    bus = Bus(BusSettings(nats_server.url))
    try:
        with pytest.raises(BusRefusedError):
            await bus.start()
    finally:
        await bus.close()


async def test_a_start_waits_for_a_server_that_is_not_there_yet(make_nats_server, until):
    server = make_nats_server(start=False)
    bus = Bus(BusSettings(server.url))
    starting = asyncio.create_task(bus.start())
    await until(lambda: "nats-server at" in (bus.connection.problem or ""))
    assert not starting.done()
    server.start()
    await asyncio.wait_for(starting, 30)
    assert await publish(bus, "a") == 1
    await bus.close()


async def test_streams_that_were_lost_with_the_server_are_made_again(bus, nats_server, until):
    await publish(bus, "a")
    await bus.connection.api("STREAM.DELETE.default")
    await bus.connection.api("STREAM.DELETE.KV_hookline-starts")
    nats_server.kill()
    await until(lambda: bus.connection.problem is not None)
    nats_server.start()
    await until(lambda: bus.connection.problem is None)
    assert await publish(bus, "b") == 1
    with pytest.raises(BusRefusedError):
        await bus.starts.claim("another")


async def test_events_are_refused_while_the_server_is_away_and_taken_when_it_is_back(
    bus, nats_server, until
):
    nats_server.kill()
    await until(lambda: bus.connection.problem is not None)
    with pytest.raises(BusDownError):
        await publish(bus, "a")
    nats_server.start()

    async def taken():
        try:
            return await publish(bus, "a")
        except BusError:
            return 0

    assert await eventually(taken) == 1


async def test_a_flood_of_events_does_not_keep_a_decision_from_being_recorded(bus):
    flood = [asyncio.create_task(publish(bus, str(number))) for number in range(3000)]
    await asyncio.sleep(0)
    stored = await bus.decisions.record(a_decision("1"))
    assert stored.sequence == 1
    results = await asyncio.gather(*flood, return_exceptions=True)
    assert any(isinstance(result, BusBusyError) for result in results)
