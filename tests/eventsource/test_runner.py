import asyncio
import json
import socket

import httpx
import pytest

from eventsource.limits import Limits
from eventsource.runner import SourceRunner
from eventsource.server import ListenError, PortTakenError
from hookline.errors import TemporaryError
from hookline.secrets import Secrets

PUSH = {"endpoint": "/push"}
POST = b"POST /push HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\n1"


@pytest.fixture
async def client():
    async with httpx.AsyncClient(timeout=20) as session:
        yield session


def url(port, path="/push"):
    return f"http://127.0.0.1:{port}{path}"


async def test_it_says_where_each_event_is_called(running, webhooks, port):
    async with running(webhooks(port, example=PUSH)) as runner:
        assert runner.urls() == [{"eventSource": "hooks", "event": "example", "url": url(port)}]
        assert runner.listening() == {"hooks/example": None}


async def test_an_address_that_means_everywhere_is_shown_as_one_to_call(
    bus, metrics, webhooks, port
):
    everywhere = "0.0.0.0"  # noqa: S104  that is what this is about
    runner = SourceRunner(bus.publish, host=everywhere, secrets=Secrets(), metrics=metrics)
    await runner.start([webhooks(port, example=PUSH)])
    assert runner.urls()[0]["url"] == url(port)
    await runner.drain(1)


async def test_a_taken_port_is_one_clear_error(running, webhooks, port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(PortTakenError) as caught:
            async with running(webhooks(port, example=PUSH)):
                pass
    message = str(caught.value)
    assert f"port {port}" in message
    assert "hooks/example" in message
    assert "change `port`" in message
    assert "\n" not in message


async def test_a_failed_start_leaves_no_port_open(running, webhooks, free_ports):
    good, bad = free_ports(2)
    sources = [webhooks(good, "good", a=PUSH), webhooks(bad, "bad", a=PUSH)]
    with socket.socket() as other:
        other.bind(("127.0.0.1", bad))
        other.listen()
        with pytest.raises(PortTakenError):
            async with running(*sources):
                pass
    with socket.create_server(("127.0.0.1", good)):
        pass


async def test_a_host_that_is_not_ours_is_an_error_that_names_it(bus, metrics, webhooks, port):
    runner = SourceRunner(bus.publish, host="192.0.2.1", secrets=Secrets(), metrics=metrics)
    with pytest.raises(ListenError, match=rf"port {port} on 192\.0\.2\.1"):
        await runner.start([webhooks(port, example=PUSH)])


async def test_a_reload_adds_and_takes_away_paths_and_ports(
    running, webhooks, bus, client, free_ports, until
):
    first, second = free_ports(2)
    async with running(webhooks(first, a=PUSH, b={"endpoint": "/b"})) as runner:
        assert (await client.post(url(first, "/b"), json=1)).status_code == 200
        await runner.replace([webhooks(first, a=PUSH), webhooks(second, "more", c=PUSH)])
        assert (await client.post(url(first), json=1)).status_code == 200
        assert (await client.post(url(first, "/b"), json=1)).status_code == 404
        assert (await client.post(url(second), json=1)).status_code == 200
        await runner.replace([webhooks(first, a=PUSH)])
        with pytest.raises(httpx.TransportError):
            await client.post(url(second), json=1)


async def test_a_reload_keeps_connections_and_refuses_no_request(running, webhooks, wire, port):
    async with running(webhooks(port, a=PUSH)) as runner:
        stop = asyncio.Event()

        async def sender():
            line = await wire(port)
            statuses = []
            while not stop.is_set():
                await line.send(POST)
                statuses.append((await line.answer())[0])
            return statuses

        senders = [asyncio.create_task(sender()) for _ in range(4)]
        for number in range(20):
            await runner.replace([webhooks(port, a=PUSH | {"metadata": {"n": str(number)}})])
            await asyncio.sleep(0.005)
        stop.set()
        statuses = {status for each in senders for status in await each}
    assert statuses == {200}


async def test_a_request_in_flight_at_a_reload_ends_as_it_began(
    running, webhooks, bus, client, port, until
):
    bus.hold = asyncio.Event()
    async with running(webhooks(port, "old", a=PUSH)) as runner:
        pending = asyncio.create_task(client.post(url(port), json=1))
        await until(lambda: bus.asked)
        await runner.replace([])
        assert runner.urls() == []
        bus.hold.set()
        assert (await pending).status_code == 200
    assert bus.events[0].source == "old"


async def test_a_port_that_is_given_up_can_be_had_again_at_once(running, webhooks, client, port):
    async with running(webhooks(port, a=PUSH)) as runner:
        for _ in range(3):
            await runner.replace([])
            await runner.replace([webhooks(port, a=PUSH)])
            assert runner.listening() == {"hooks/a": None}
        assert (await client.post(url(port), json=1)).status_code == 200


async def test_a_port_taken_at_a_reload_is_a_problem_until_it_is_free(
    running, webhooks, client, free_ports, until
):
    first, second = free_ports(2)
    async with running(webhooks(first, a=PUSH)) as runner:
        with socket.create_server(("127.0.0.1", second)):
            await runner.replace([webhooks(first, a=PUSH), webhooks(second, "more", c=PUSH)])
            assert f"port {second}" in runner.listening()["more/c"]
            assert runner.listening()["hooks/a"] is None
            assert (await client.post(url(first), json=1)).status_code == 200
        await until(lambda: runner.listening()["more/c"] is None)
        assert (await client.post(url(second), json=1)).status_code == 200


async def test_a_reload_brings_new_secrets(running, webhooks, client, port):
    source = webhooks(port, a=PUSH | {"authSecret": {"name": "s", "key": "t"}})
    secrets = Secrets({("s", "t"): b"old"})
    async with running(source, secrets=secrets):

        async def status(token):
            headers = {"authorization": f"Bearer {token}"}
            return (await client.post(url(port), json=1, headers=headers)).status_code

        assert [await status("old"), await status("new")] == [200, 401]
        secrets.local = Secrets({("s", "t"): b"new"}).local
        assert [await status("old"), await status("new")] == [401, 200]


async def test_two_sources_on_one_endpoint_leave_the_second_unserved_and_say_so(
    running, webhooks, bus, client, port
):
    async with running(webhooks(port, "one", a=PUSH), webhooks(port, "two", a=PUSH)) as runner:
        assert (await client.post(url(port), json=1)).status_code == 200
        assert runner.listening()["one/a"] is None
        assert "belongs to one/a" in runner.listening()["two/a"]
        assert [each["eventSource"] for each in runner.urls()] == ["one"]
    assert bus.events[0].source == "one"


async def test_a_drain_finishes_what_is_in_flight_and_accepts_no_more(
    running, webhooks, bus, wire, port, until
):
    bus.hold = asyncio.Event()
    async with running(webhooks(port, a=PUSH)) as runner:
        busy, idle = await wire(port), await wire(port)
        await busy.send(POST)
        await until(lambda: bus.asked)
        draining = asyncio.create_task(runner.drain(20))
        assert await idle.ended() == b""
        with pytest.raises(ConnectionError):
            await wire(port)
        bus.hold.set()
        status, headers, body = await busy.answer()
        assert (status, headers["connection"]) == (200, "close")
        assert json.loads(body)["eventId"] == bus.events[0].id
        await draining
        assert runner.listening() == {}


async def test_a_drain_cuts_what_lasts_longer_than_its_deadline(running, webhooks, wire, port):
    limits = Limits(body_seconds=60)
    async with running(webhooks(port, a=PUSH), limits=limits) as runner:
        line = await wire(port)
        await line.send(POST[:-1])
        await line.send(b"")
        await asyncio.sleep(0.05)
        async with asyncio.timeout(10):
            await runner.drain(0.1)
        assert await line.ended() == b""


def sample(metrics, name, **labels):
    return metrics.registry.get_sample_value(name, {"namespace": "default", **labels})


async def test_everything_is_counted(running, webhooks, bus, metrics, client, port):
    labels = {"eventsource_name": "hooks", "event_name": "a"}
    async with running(webhooks(port, a=PUSH, b={"endpoint": "/b"})) as runner:
        assert (
            sample(metrics, "argo_events_event_service_running_total", eventsource_name="hooks")
            == 2
        )
        assert sample(metrics, "argo_events_events_sent_total", **labels) == 0
        for _ in range(2):
            await client.post(url(port), json=1, headers={"ce-id": "x"})
        await client.post(url(port), content=b"bad")
        bus.error = TemporaryError("down")
        await client.post(url(port), json=1)
        await client.post(url(port, "/nowhere"), json=1)
        await runner.replace([])
    assert sample(metrics, "argo_events_events_sent_total", **labels) == 1
    assert sample(metrics, "hookline_events_duplicate_total", **labels) == 1
    assert sample(metrics, "argo_events_events_sent_failed_total", **labels) == 1
    assert sample(metrics, "argo_events_events_processing_failed_total", **labels) == 2
    assert sample(metrics, "hookline_event_publish_seconds_count", **labels) == 2
    answers = {
        status: sample(metrics, "hookline_http_answers_total", port=str(port), status=status)
        for status in ("200", "400", "404", "503")
    }
    assert answers == {"200": 2, "400": 1, "404": 1, "503": 1}
    assert sample(metrics, "argo_events_event_service_running_total", eventsource_name="hooks") == 0


async def test_answers_that_the_connection_gives_by_itself_are_counted(
    running, webhooks, metrics, wire, port
):
    async with running(webhooks(port, a=PUSH)):
        line = await wire(port)
        await line.send(b"nonsense\r\n\r\n")
        await line.answer()
    assert sample(metrics, "hookline_http_answers_total", port=str(port), status="400") == 1
