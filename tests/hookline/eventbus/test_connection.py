import asyncio

import pytest
import structlog

from hookline.eventbus import connection as module
from hookline.eventbus.connection import Connection
from hookline.eventbus.errors import (
    BusDownError,
    BusTimeoutError,
    JetStreamOffError,
    NoRespondersError,
    NotFoundError,
)
from hookline.eventbus.settings import BusSettings


async def test_a_started_connection_is_usable_and_says_so(connection, until):
    assert connection.connected
    assert "streams" in await connection.api("INFO")
    await until(lambda: connection.problem is None)


async def test_a_request_that_nobody_answers_says_so_at_once(connection):
    with pytest.raises(NoRespondersError, match=r"nowhere\.at\.all"):
        await connection.request("nowhere.at.all", b"x", timeout=600)


async def test_a_request_returns_the_answer_of_whoever_listens(connection):
    prefix = await connection.inbox(
        lambda _subject, reply, data, _headers: connection.publish(reply.decode(), data[::-1])
    )
    assert await connection.request(f"{prefix}x", b"abc") == b"cba"


async def test_a_closed_inbox_hears_nothing_more(connection):
    heard = []
    prefix = await connection.inbox(lambda *message: heard.append(message))
    await connection.close_inbox(prefix)
    with pytest.raises(NoRespondersError):
        await connection.request(f"{prefix}x", b"abc")
    assert heard == []


async def test_a_refusal_of_jetstream_is_a_leaf_with_its_code(connection):
    with pytest.raises(NotFoundError) as caught:
        await connection.api("STREAM.INFO.nope")
    assert caught.value.code == 10059


async def test_a_request_has_its_own_deadline(connection, nats_server):
    nats_server.pause()
    with pytest.raises(BusTimeoutError):
        await connection.request("a", timeout=0.1)


async def test_a_start_keeps_trying_until_the_server_is_there(make_nats_server):
    server = make_nats_server(start=False)
    connection = Connection(BusSettings(server.url))
    with structlog.testing.capture_logs() as logs:
        starting = asyncio.ensure_future(connection.start())
        done, _ = await asyncio.wait([starting], timeout=0.2)
        assert not done
        assert not connection.connected
        assert "Connect call failed" in (connection.problem or "")
        with pytest.raises(BusDownError, match="Connect call failed"):
            await connection.api("INFO")
        server.start()
        await asyncio.wait_for(starting, 30)
        await connection.close()
    lines = [line for line in logs if line["event"] == "bus-unusable"]
    assert {line["every"] for line in lines} == {"bus-unusable"}
    assert all(server.url in line["problem"] for line in lines)


async def test_a_start_that_is_given_up_ends(make_nats_server):
    connection = Connection(BusSettings(make_nats_server(start=False).url))
    starting = asyncio.ensure_future(connection.start())
    await asyncio.sleep(0)
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    await connection.close()
    assert not connection.connected


async def test_a_killed_server_is_noticed_and_its_successor_is_found(
    connection, nats_server, until
):
    runs = []

    async def note():
        runs.append(connection.generation)

    take_off = connection.on_connect(note)
    await until(lambda: connection.problem is None)
    before = len(runs)
    nats_server.pause()
    waiting = connection.ask("$JS.API.INFO", b"", 600)
    nats_server.kill()
    await until(lambda: not connection.connected)
    assert connection.problem is not None
    with pytest.raises(BusDownError):
        await waiting
    with pytest.raises(BusDownError):
        await connection.request("a", timeout=600)
    with pytest.raises(BusDownError):
        connection.publish("a", b"")
    nats_server.start()
    await until(lambda: connection.problem is None)
    assert len(runs) == before + 1
    take_off()
    nats_server.kill()
    await until(lambda: not connection.connected)
    nats_server.start()
    await until(lambda: connection.problem is None)
    assert len(runs) == before + 1


async def test_a_hung_server_is_noticed_by_missing_pongs(connection, nats_server, until):
    await until(lambda: connection.problem is None)
    connection._client.options["ping_interval"] = 0.05
    connection._client._ping_interval_task.cancel()
    connection._client._ping_interval_task = asyncio.create_task(
        connection._client._ping_interval()
    )
    nats_server.pause()
    await until(lambda: not connection.connected)
    connection._client.options["ping_interval"] = 2
    nats_server.resume()
    await until(lambda: connection.problem is None)
    assert await connection.api("INFO")


def test_pings_find_a_hung_server_within_six_seconds_and_reconnects_wait_one_at_most():
    assert module._PING_INTERVAL == 2
    assert module._RECONNECT_WAIT == 1


async def test_a_client_that_was_closed_for_good_is_replaced_and_the_callbacks_run_again(
    connection, until
):
    await until(lambda: connection.problem is None)
    runs = []

    async def note():
        runs.append(connection.generation)

    connection.on_connect(note)
    heard = []
    prefix = await connection.inbox(lambda *message: heard.append(message))
    first = connection._client
    first.send(b"NONSENSE\r\n")  # the server answers -ERR, and nats-py closes for good
    await until(lambda: runs)
    assert first.is_closed
    assert connection._client is not first
    await until(lambda: connection.problem is None)
    assert await connection.api("INFO")
    connection.publish(f"{prefix}x", b"hello")
    await until(lambda: heard)


async def test_while_a_callback_fails_all_run_again_and_the_problem_is_its_words(
    connection, nats_server, until
):
    await until(lambda: connection.problem is None)
    failures = ["second", "first"]
    runs = []

    async def fail():
        if failures:
            raise NotFoundError(f"the {failures.pop()} trouble")
        runs.append("ok")

    connection.on_connect(fail)
    with structlog.testing.capture_logs() as logs:
        nats_server.kill()
        await until(lambda: not connection.connected)
        nats_server.start()
        await until(lambda: connection.problem is None)
    problems = [line.get("problem", "") for line in logs]
    assert [text for text in problems if "trouble" in text] == [
        "the first trouble",
        "the second trouble",
    ]
    assert runs == ["ok"]


async def test_a_server_without_jetstream_is_connected_but_a_problem(
    make_nats_server, make_connection, until
):
    connection = await make_connection(url=make_nats_server(jetstream=False).url)
    assert connection.connected
    with pytest.raises(JetStreamOffError):
        await connection.api("INFO")
    await until(lambda: "JetStream is off: start nats-server with -js" in connection.problem)


async def test_a_jetstream_that_went_away_is_named_as_disabled_until_it_is_back(
    connection, nats_server, until
):
    await until(lambda: connection.problem is None)
    nats_server.stop()
    nats_server.configure(jetstream=False)
    nats_server.start()
    await until(lambda: connection.problem == "JetStream is disabled, restart nats-server")
    nats_server.stop()
    nats_server.configure()
    nats_server.start()
    await until(lambda: connection.problem is None)


async def test_user_and_password_in_the_address_are_used_and_never_shown(make_nats_server, until):
    server = make_nats_server('authorization { user: "me", password: "secret" }')
    right = Connection(BusSettings(server.url.replace("//", "//me:secret@")))
    await right.start()
    assert await right.api("INFO")
    await right.close()
    wrong = Connection(BusSettings(server.url.replace("//", "//me:guess@")))
    with structlog.testing.capture_logs() as logs:
        starting = asyncio.ensure_future(wrong.start())
        await until(lambda: "Authorization Violation" in (wrong.problem or ""))
        starting.cancel()
        await wrong.close()
    assert "guess" not in str(logs)


async def test_a_closed_connection_leaves_no_task_and_fails_what_waits(nats_server, until):
    before = asyncio.all_tasks()
    connection = Connection(BusSettings(nats_server.url))
    await connection.start()
    nats_server.pause()
    waiting = connection.ask("a", b"", 600)
    await connection.close()
    with pytest.raises(BusDownError):
        await waiting
    await until(lambda: asyncio.all_tasks() == before)
    assert not connection.connected
