import asyncio
import json

import nats
import pytest
from bus_work import a_plan, info, publish, take

from hookline.eventbus import cursors
from hookline.eventbus.connection import Connection
from hookline.eventbus.errors import NotFoundError
from hookline.eventbus.settings import BusSettings


async def floor(bus, consumer):
    return (await cursors.survey(bus.connection, "default")).cursors[consumer].floor


async def test_the_floor_of_a_new_consumer_is_before_its_first_event(bus):
    bound = await bus.consumers.bind(a_plan())
    await publish(bus, "a")
    assert await floor(bus, bound.consumer) == 0


async def test_the_floor_is_before_the_first_event_that_is_not_finished(bus):
    bound = await bus.consumers.bind(a_plan())
    await publish(bus, "a", "b", "c")
    await take(bus, bound.consumer, 3, finish=lambda delivery: delivery.sequence != 2)
    assert await floor(bus, bound.consumer) == 1


async def test_a_consumer_whose_subject_is_quiet_has_finished_all_of_the_stream(bus):
    bound = await bus.consumers.bind(a_plan("hook/push"))
    await publish(bus, "a")
    await take(bus, bound.consumer, 1)
    await publish(bus, "b", "c", "d", name="pull")
    assert (await info(bus, bound.consumer))["ack_floor"]["stream_seq"] == 1
    assert await floor(bus, bound.consumer) == 4


async def test_a_stream_that_does_not_exist_is_not_found(bus):
    with pytest.raises(NotFoundError):
        await cursors.state(bus.connection, "nothing")


async def test_a_consumer_that_does_not_exist_is_none(bus):
    assert await cursors.find(bus.connection, "default", "nothing", 0) is None


async def test_consumers_are_read_through_all_pages(bus):
    async def make(name):
        config = {"durable_name": name, "ack_policy": "explicit"}
        body = {"stream_name": "default", "config": config}
        await bus.connection.api(f"CONSUMER.CREATE.default.{name}", body)

    await asyncio.gather(*(make(f"c{number}") for number in range(600)))
    found = await cursors.survey(bus.connection, "default")
    assert found.complete
    assert len(found.cursors) == 600
    assert len(await cursors.names(bus.connection, "default")) == 600


async def test_the_sequence_at_a_moment_is_the_first_one_stored_from_then_on(bus):
    assert await cursors.sequence_at(bus.connection, "default", "2020-01-01T00:00:00Z") is None
    await publish(bus, "a", "b")
    raw = await bus.connection.api("STREAM.MSG.GET.default", {"seq": 2})
    moment = raw["message"]["time"]
    assert await cursors.sequence_at(bus.connection, "default", moment) == 2
    assert await cursors.sequence_at(bus.connection, "default", "2020-01-01T00:00:00Z") == 1
    assert await cursors.sequence_at(bus.connection, "default", "2200-01-01T00:00:00Z") is None


_STREAM = {
    "created": "2026-01-01T00:00:00Z",
    "config": {"discard": "new"},
    "state": {"first_seq": 1, "last_seq": 9, "messages": 9, "bytes": 1},
}
_CONSUMER = {
    "name": "a",
    "config": {},
    "num_pending": 1,
    "num_ack_pending": 0,
    "ack_floor": {"stream_seq": 3},
    "delivered": {"consumer_seq": 0},
}


@pytest.mark.parametrize(
    ("page", "named", "complete"),
    [
        ({"consumers": [_CONSUMER], "total": 1}, ["a"], True),
        ({"consumers": [_CONSUMER], "total": 2, "missing": ["b"]}, ["a"], False),
        ({"consumers": [_CONSUMER], "total": 1}, ["a", "b"], False),
    ],
)
async def test_a_list_with_missing_consumers_is_not_complete(
    make_nats_server, page, named, complete
):
    """Only a cluster leaves consumers out; here a program answers in JetStream's place."""
    server = make_nats_server(jetstream=False)
    jetstream = await nats.connect(server.url)

    async def answer(message):
        verb = message.subject.removeprefix("$JS.API.").rpartition(".")[0]
        asked = json.loads(message.data or b"{}")
        listed = {**page, "consumers": [] if asked.get("offset") else page["consumers"]}
        names = {"consumers": named, "total": len(named)}
        answers = {"STREAM.INFO": _STREAM, "CONSUMER.LIST": listed, "CONSUMER.NAMES": names}
        await message.respond(json.dumps(answers.get(verb, {})).encode())

    await jetstream.subscribe("$JS.API.>", cb=answer)
    connection = Connection(BusSettings(server.url))
    await connection.start()
    try:
        found = await cursors.survey(connection, "default")
        assert (found.complete, set(found.cursors)) == (complete, {"a"})
        assert found.cursors["a"].floor == 3
    finally:
        await connection.close()
        await jetstream.close()
