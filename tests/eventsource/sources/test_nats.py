import asyncio
import base64
import json
from contextlib import asynccontextmanager

import nats
import pytest

from hookline.errors import PermanentError, TemporaryError
from hookline.secrets import Secrets


@asynccontextmanager
async def stream(client, **config):
    js = client.jetstream()
    await js.add_stream(name="ORDERS", subjects=["orders.*"], **config)
    yield js


def bodies(bus):
    return sorted(json.loads(event.data)["body"] for event in bus.events)


async def test_a_message_becomes_an_event_of_upstreams_form(
    nats_server, client, source, running, bus, until
):
    async with running(source(nats_server.url, metadata={"team": "sales"})) as runner:
        assert runner.listening() == {"bus/said": None}
        assert runner.urls() == []
        await client.publish("orders.new", b'{"n": 1.50}', headers={"A-b": "x"})
        await until(lambda: bus.stored)
    (event, made) = bus.stored[0]
    assert made
    assert (event.source, event.name, event.type) == ("bus", "said", "nats")
    assert event.data == (
        b'{"subject":"orders.new","body":{"n":1.50},"header":{"A-b":["x"]},'
        b'"metadata":{"team":"sales"}}'
    )


async def test_without_json_body_the_bytes_travel_as_base64(
    nats_server, client, source, running, bus, until
):
    async with running(source(nats_server.url, jsonBody=False)):
        await client.publish("orders.new", b"\x00\xff<")
        await until(lambda: bus.stored)
    data = json.loads(bus.events[0].data)
    assert data == {"subject": "orders.new", "body": base64.b64encode(b"\x00\xff<").decode()}


@pytest.mark.parametrize(
    ("headers", "event_id"),
    [
        ({"Nats-Msg-Id": "a-1"}, "a-1"),
        ({"ce-id": "c-1"}, "c-1"),
        ({"Nats-Msg-Id": "a-1", "ce-id": "c-1"}, "a-1"),
        ({"ce-id": "x" * 257}, None),
        (None, None),
    ],
)
async def test_the_senders_id_is_the_events_id_where_it_can_be(  # noqa: PLR0917  fixtures
    nats_server, client, source, running, bus, until, headers, event_id
):
    async with running(source(nats_server.url)):
        await client.publish("orders.new", b"1", headers=headers)
        await until(lambda: bus.stored)
    event, made = bus.stored[0]
    assert made == (event_id is None)
    assert event.id == event_id or len(event.id) == 32


async def test_equal_processes_share_the_messages_and_others_have_their_own(
    nats_server, client, source, running, bus, until
):
    both, other = source(nats_server.url), source(nats_server.url, name="other")
    async with running(both), running(both), running(other):
        for number in range(100):
            await client.publish("orders.new", b"%d" % number)
        await until(lambda: len(bus.stored) == 200)
    assert sorted(event.source for event in bus.events) == ["bus"] * 100 + ["other"] * 100
    assert bodies(bus) == sorted([*range(100), *range(100)])


async def test_two_sources_with_one_queue_share_its_messages(
    nats_server, client, source, running, bus, until
):
    first = source(nats_server.url, queue="q")
    second = source(nats_server.url, name="other", queue="q")
    async with running(first, second):
        for number in range(50):
            await client.publish("orders.new", b"%d" % number)
        await until(lambda: len(bus.stored) == 50)
        await client.flush()
    assert bodies(bus) == list(range(50))


async def test_a_message_that_the_bus_cannot_take_yet_is_tried_again_under_one_id(
    nats_server, client, source, running, bus, until
):
    async with running(source(nats_server.url)):
        bus.error = TemporaryError("the bus is down")
        await client.publish("orders.new", b"1")
        await until(lambda: bus.asked >= 2)
        bus.error = None
        await until(lambda: bus.stored)
    assert bodies(bus) == [1]


async def test_what_is_no_json_or_too_large_is_counted_and_does_not_stop_the_others(
    nats_server, client, source, running, bus, until, metrics
):
    failed = metrics.processing_failed.labels("default", "bus", "said")
    async with running(source(nats_server.url)):
        await client.publish("orders.new", b"{no json")
        await until(lambda: failed._value.get() == 1)
        bus.error = PermanentError("too large", reason="TooLarge")
        await client.publish("orders.new", b"1")
        await until(lambda: failed._value.get() == 2)
        bus.error = None
        await client.publish("orders.new", b"2")
        await until(lambda: bus.stored)
    assert bodies(bus) == [2]


async def test_messages_over_the_bound_are_lost_and_counted(  # noqa: PLR0917  fixtures
    nats_server, client, source, running, bus, until, metrics, monkeypatch
):
    monkeypatch.setattr("eventsource.sources.nats.core._WAITING", 10)
    failed = metrics.processing_failed.labels("default", "bus", "said")
    bus.hold = asyncio.Event()
    async with running(source(nats_server.url)):
        for number in range(200):
            await client.publish("orders.new", b"%d" % number)
        await until(lambda: failed._value.get() > 0)
        bus.hold.set()
        await until(lambda: len(bus.stored) + failed._value.get() == 200)
        assert len(bus.stored) >= 10


async def test_a_stop_finishes_what_was_heard_and_hears_nothing_more(
    nats_server, client, source, running, bus, until
):
    bus.hold = asyncio.Event()
    async with running(source(nats_server.url)) as runner:
        for number in range(100):
            await client.publish("orders.new", b"%d" % number)
        await until(lambda: bus.asked == 64)
        draining = asyncio.ensure_future(runner.drain(20))
        bus.hold.set()
        await draining
        await client.publish("orders.new", b"100")
        await client.flush()
    assert bodies(bus) == list(range(100))


async def test_a_lost_server_is_a_problem_until_it_is_back(
    nats_server, source, running, bus, until
):
    async with running(source(nats_server.url)) as runner:
        nats_server.kill()
        await until(lambda: "Connect call failed" in (runner.listening()["bus/said"] or ""))
        nats_server.start()
        await until(lambda: runner.listening() == {"bus/said": None})
        client = await nats.connect(nats_server.url)
        await client.publish("orders.new", b"1")
        await until(lambda: bus.stored)
        await client.close()


async def test_a_subject_that_may_not_be_heard_is_told_until_it_may(
    make_nats_server, source, running, until
):
    def users(allowed):
        user = f'user: u, password: p, permissions: {{ subscribe: "{allowed}" }}'
        return f"authorization {{ users: [ {{ {user} }} ] }}"

    server = make_nats_server(users("_INBOX.>"))
    auth = {"basic": {"username": {"name": "n", "key": "u"}, "password": {"name": "n", "key": "p"}}}
    secrets = Secrets({("n", "u"): b"u", ("n", "p"): b"p"})
    async with running(source(server.url, auth=auth), secrets=secrets) as runner:
        await until(lambda: "permissions violation" in str(runner.listening()["bus/said"]).lower())
        server.stop()
        server.configure(users(">"))
        server.start()
        await until(lambda: runner.listening() == {"bus/said": None})


async def test_a_reload_keeps_what_is_the_same_and_loses_no_message_of_what_is_not(
    nats_server, client, source, running, bus, until
):
    async with running(source(nats_server.url)) as runner:
        same = runner._listeners._all["bus/said"]
        await runner.replace([source(nats_server.url)])
        assert runner._listeners._all["bus/said"] is same
        saying = asyncio.ensure_future(say(client, 300))
        await runner.replace([source(nats_server.url, metadata={"a": "b"})])
        await saying
        await until(lambda: len(bus.stored) == 300)
        assert bodies(bus) == list(range(300))
        await runner.replace([])
        assert runner.listening() == {}


async def say(client, count):
    for number in range(count):
        await client.publish("orders.new", b"%d" % number)
        await asyncio.sleep(0.001)


STREAM = {"stream": "ORDERS", "durable": "hookline"}


async def test_a_stream_is_read_from_its_beginning_and_acknowledged_when_stored(
    nats_server, client, source, running, bus, until
):
    async with stream(client) as js:
        for number in range(50):
            await js.publish("orders.new", b"%d" % number)
        bus.error = TemporaryError("the bus is down")
        async with running(source(nats_server.url, jetstream=STREAM)):
            await until(lambda: bus.asked > 0)
            info = await js.consumer_info("ORDERS", "hookline")
            assert info.ack_floor.stream_seq == 0
            bus.error = None
            await until(lambda: len(bus.stored) >= 50)
            assert sorted({json.loads(e.data)["body"] for e in bus.events}) == list(range(50))
        assert (await js.consumer_info("ORDERS", "hookline")).num_pending == 0


async def test_a_redelivered_message_is_the_same_event_and_a_new_streams_is_not(
    nats_server, client, source, running, bus, until
):
    own = source(nats_server.url, jetstream=STREAM)
    async with stream(client) as js:
        await js.publish("orders.new", b"1")
        for durable in ("one", "two"):
            async with running(
                source(nats_server.url, jetstream={"stream": "ORDERS", "durable": durable})
            ):
                await until(lambda: bus.asked)
                bus.asked = 0
        assert len({event.id for event in bus.events}) == 1
        assert not any(made for _, made in bus.stored)
        async with running(own) as runner:
            await until(lambda: bus.asked)
            await js.delete_stream("ORDERS")
            await until(lambda: "ORDERS" in str(runner.listening()["bus/said"]))
            bus.stored.clear()
            async with stream(client):
                await js.publish("orders.new", b"1")
                await until(lambda: bus.stored)
                await until(lambda: runner.listening() == {"bus/said": None})
        first = bus.events[0].id
        assert first.startswith("ORDERS:")
        assert first.endswith(":1")


async def test_a_message_of_a_stream_that_is_no_event_is_acknowledged_and_counted(
    nats_server, client, source, running, bus, until, metrics
):
    failed = metrics.processing_failed.labels("default", "bus", "said")
    async with stream(client) as js:
        await js.publish("orders.new", b"{no json")
        async with running(source(nats_server.url, jetstream=STREAM)):
            await until(lambda: failed._value.get() == 1)
        info = await js.consumer_info("ORDERS", "hookline")
        assert (info.num_pending, info.num_ack_pending) == (0, 0)


async def test_a_consumer_that_cannot_be_used_is_a_problem(
    nats_server, client, source, running, until
):
    async with stream(client) as js:
        await js.add_consumer("ORDERS", durable_name="hookline", ack_policy="none")
        async with running(source(nats_server.url, jetstream=STREAM)) as runner:
            await until(lambda: "explicit" in str(runner.listening()["bus/said"]))


@pytest.mark.parametrize(
    ("own", "path", "code"),
    [
        ({"url": "http://a"}, "url", "bad-url"),
        ({"auth": {}}, "auth", "bad-value"),
        ({"tls": {}}, "tls", "bad-value"),
        ({"tls": {"clientCertSecret": {"name": "a", "key": "b"}}}, "tls", "bad-value"),
        ({"subject": "a b"}, "subject", "bad-value"),
        ({"queue": ""}, "queue", "bad-value"),
        ({"jetstream": {"stream": "a.b", "durable": "c"}}, "jetstream.stream", "bad-value"),
        ({"jetstream": STREAM, "queue": "q"}, "queue", "no-effect"),
    ],
)
def test_settings_that_cannot_work_are_named(read_source, own, path, code):
    settings = {"url": "nats://a", "subject": "b"} | own
    _, mistakes = read_source(nats={"said": settings})
    assert [(each.path, each.code) for each in mistakes] == [(f"spec.nats.said.{path}", code)]


def test_upstreams_settings_load(read_source):
    key = {"name": "a", "key": "b"}
    settings = {
        "url": "nats://a:4222",
        "subject": "b",
        "queue": "q",
        "jsonBody": True,
        "connectionBackoff": {"duration": "1s", "factor": 1.5, "jitter": 0.2, "steps": 5},
        "auth": {"credential": key},
        "tls": {"caCertSecret": key, "clientCertSecret": key, "clientKeySecret": key},
        "metadata": {"a": "b"},
    }
    source, mistakes = read_source(nats={"said": settings})
    assert mistakes == []
    assert source.events[0].endpoint is None
