import asyncio
import resource
import signal
import sys

import pytest

from hookline.errors import TemporaryError
from hookline.eventbus.errors import (
    BusBusyError,
    BusDownError,
    BusTimeoutError,
    NoRespondersError,
    StreamFullError,
    TooLargeError,
    WrongSequenceError,
)
from hookline.eventbus.publisher import Ack, Publisher


async def make_stream(connection, name="s", **config):
    body = {"name": name, "subjects": [f"{name}.>"], "storage": "file", **config}
    await connection.api(f"STREAM.CREATE.{name}", body)


async def stored(connection, name="s"):
    return (await connection.api(f"STREAM.INFO.{name}"))["state"]["messages"]


async def test_a_publish_returns_where_the_message_is_stored(connection):
    await make_stream(connection)
    publisher = Publisher(connection)
    assert await publisher.publish("s.a", b"one") == Ack("s", 1, duplicate=False)
    assert await publisher.publish("s.a", b"two", {"X": "y"}) == Ack("s", 2, duplicate=False)
    raw = await connection.api("STREAM.MSG.GET.s", {"seq": 2})
    assert raw["message"]["data"] == "dHdv"


async def test_the_same_message_id_is_stored_once_and_said_to_be_a_duplicate(connection):
    await make_stream(connection)
    publisher = Publisher(connection)
    first = await publisher.publish("s.a", b"x", {"Nats-Msg-Id": "id"})
    again = await publisher.publish("s.a", b"x", {"Nats-Msg-Id": "id"})
    assert (first.duplicate, again.duplicate) == (False, True)
    assert again.sequence == first.sequence
    assert await stored(connection) == 1


async def test_hundreds_under_way_each_get_their_own_answer(connection):
    await make_stream(connection)
    publisher = Publisher(connection)
    acks = await asyncio.gather(*(publisher.publish("s.a", b"%d" % n) for n in range(500)))
    assert sorted(ack.sequence for ack in acks) == list(range(1, 501))
    last = await connection.api("STREAM.MSG.GET.s", {"seq": acks[123].sequence})
    assert last["message"]["data"] == "MTIz"


async def test_more_than_the_window_is_refused_at_once_and_not_sent(connection):
    await make_stream(connection)
    publisher = Publisher(connection, window=2)
    results = await asyncio.gather(
        *(publisher.publish("s.a", b"x") for _ in range(3)), return_exceptions=True
    )
    assert [type(result) for result in results] == [Ack, Ack, BusBusyError]
    assert await stored(connection) == 2
    assert (await publisher.publish("s.a", b"x")).sequence == 3


async def test_too_many_bytes_under_way_are_refused(make_nats_server, make_connection):
    connection = await make_connection(url=make_nats_server("max_payload: 8MB").url)
    await make_stream(connection)
    publisher = Publisher(connection)
    payload = bytes(7 * 1024 * 1024)
    results = await asyncio.gather(
        *(publisher.publish("s.a", payload) for _ in range(5)), return_exceptions=True
    )
    assert [type(result) for result in results] == [*[Ack] * 4, BusBusyError]


async def test_what_the_server_would_refuse_for_its_size_is_never_sent(connection):
    await make_stream(connection)
    publisher = Publisher(connection)
    limit = connection.max_payload - 64 * 1024
    await publisher.publish("s.a", bytes(limit))
    with pytest.raises(TooLargeError):
        await publisher.publish("s.a", bytes(limit + 1))
    assert await stored(connection) == 1


async def test_the_limit_follows_the_server(make_nats_server, make_connection):
    connection = await make_connection(url=make_nats_server("max_payload: 128KB").url)
    await make_stream(connection)
    with pytest.raises(TooLargeError, match="65536"):
        await Publisher(connection).publish("s.a", bytes(65_537))


async def test_a_full_stream_is_an_error_at_once_and_drops_nothing(connection):
    await make_stream(connection, discard="new", max_msgs=1)
    publisher = Publisher(connection)
    await publisher.publish("s.a", b"x")
    with pytest.raises(StreamFullError) as caught:
        await publisher.publish("s.a", b"y")
    assert (caught.value.code, caught.value.reason) == (10077, "StreamFull")


async def test_a_stream_that_is_out_of_bytes_is_full(connection):
    await make_stream(connection, discard="new", max_bytes=1000)
    with pytest.raises(StreamFullError):
        await Publisher(connection).publish("s.a", bytes(2000))


async def test_a_stream_that_discards_old_drops_unprocessed_events_without_a_word(connection):
    await make_stream(connection, discard="old", max_msgs=1)
    publisher = Publisher(connection)
    await publisher.publish("s.a", b"x")
    assert (await publisher.publish("s.a", b"y")).sequence == 2
    assert await stored(connection) == 1


async def test_a_compare_and_set_that_meets_another_state_is_a_wrong_sequence(connection):
    await make_stream(connection)
    publisher = Publisher(connection)
    expected = {"Nats-Expected-Last-Subject-Sequence": "0"}
    await publisher.publish("s.a", b"x", expected)
    with pytest.raises(WrongSequenceError):
        await publisher.publish("s.a", b"y", expected)


async def test_a_subject_that_no_stream_takes_is_a_temporary_error_at_once(connection):
    with pytest.raises(NoRespondersError) as caught:
        await Publisher(connection).publish("nowhere.a", b"x")
    assert isinstance(caught.value, TemporaryError)


async def test_an_answer_that_is_no_puback_is_an_error_and_not_a_success(connection):
    prefix = await connection.inbox(
        lambda _subject, reply, _data, _headers: connection.publish(reply.decode(), b"[1]")
    )
    with pytest.raises(TemporaryError, match="no PubAck"):
        await Publisher(connection).publish(f"{prefix}x", b"x")


async def test_a_lost_connection_fails_what_is_under_way_and_what_comes_after_at_once(
    connection, nats_server
):
    await make_stream(connection)
    publisher = Publisher(connection, deadline=600)
    nats_server.pause()
    waiting = [asyncio.ensure_future(publisher.publish("s.a", b"x")) for _ in range(3)]
    await asyncio.sleep(0)
    nats_server.kill()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(result) for result in results} == {BusDownError}
    with pytest.raises(BusDownError) as caught:
        await publisher.publish("s.a", b"x")
    assert caught.value.reason == "BusDown"


async def test_publishing_works_again_soon_after_the_server_was_killed(
    connection, nats_server, until
):
    await make_stream(connection)
    publisher = Publisher(connection)
    await publisher.publish("s.a", b"before")
    nats_server.kill()
    await until(lambda: not connection.connected)
    nats_server.start()
    await until(lambda: connection.connected)
    assert (await publisher.publish("s.a", b"after")).sequence == 2


async def test_a_hung_server_costs_the_deadline_and_nothing_refused_is_sent_later(
    connection, nats_server, until
):
    await make_stream(connection)
    publisher = Publisher(connection, deadline=0.3)
    nats_server.pause()
    # What the kernel has taken may be stored: "unknown". The rest is more than it takes.
    big = bytes(900_000)
    results = await asyncio.gather(
        *(publisher.publish("s.a", big, {"Nats-Msg-Id": f"big-{n}"}) for n in range(30)),
        return_exceptions=True,
    )
    assert {type(result) for result in results} <= {BusTimeoutError, BusDownError}
    await until(lambda: not connection.connected)
    with pytest.raises(BusDownError):
        await publisher.publish("s.a", b"refused", {"Nats-Msg-Id": "refused"})
    nats_server.resume()
    await until(lambda: connection.problem is None)
    assert await stored(connection) < 30
    assert not (await publisher.publish("s.a", b"x", {"Nats-Msg-Id": "refused"})).duplicate
    assert not (await publisher.publish("s.a", big, {"Nats-Msg-Id": "big-29"})).duplicate


async def test_a_retry_after_a_deadline_is_the_same_message_if_the_first_was_stored(
    connection, nats_server, until
):
    await make_stream(connection)
    publisher = Publisher(connection, deadline=0.2)
    nats_server.pause()
    with pytest.raises(BusTimeoutError):
        await publisher.publish("s.a", b"x", {"Nats-Msg-Id": "id"})
    nats_server.resume()
    retrying = Publisher(connection)
    assert (await retrying.publish("s.a", b"x", {"Nats-Msg-Id": "id"})).duplicate
    assert await stored(connection) == 1


async def test_a_cancelled_publish_gives_its_place_back(connection, nats_server):
    await make_stream(connection)
    publisher = Publisher(connection, window=1)
    nats_server.pause()
    waiting = asyncio.ensure_future(publisher.publish("s.a", b"x"))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    nats_server.resume()
    assert (await publisher.publish("s.a", b"y")).stream == "s"


@pytest.mark.skipif(sys.platform != "linux", reason="limits another process by prlimit")
async def test_a_server_that_cannot_write_any_more_is_a_problem_although_it_answers(
    connection, nats_server, until
):
    await make_stream(connection)
    publisher = Publisher(connection, deadline=0.3)
    await publisher.publish("s.a", b"x")
    assert publisher.problem is None
    resource.prlimit(nats_server.pid, resource.RLIMIT_FSIZE, (0, 0))
    with pytest.raises(BusTimeoutError):
        await publisher.publish("s.a", b"y")
    assert await connection.api("INFO")
    assert publisher.problem == (
        "nats-server does not acknowledge what is published; its log says why, restart it"
    )
    nats_server.kill()
    await until(lambda: not connection.connected)
    nats_server.start()
    await until(lambda: connection.problem is None)
    assert publisher.problem is None
    await publisher.publish("s.a", b"z")


async def test_a_doubt_about_the_server_ends_with_the_next_ack(connection, nats_server):
    await make_stream(connection)
    publisher = Publisher(connection, deadline=0.2)
    nats_server.pause()
    with pytest.raises(BusTimeoutError):
        await publisher.publish("s.a", b"x")
    assert publisher.problem is not None
    nats_server.send(signal.SIGCONT)
    await Publisher(connection).publish("s.a", b"x")
    assert publisher.problem is not None
    publisher._deadline = 5.0
    await publisher.publish("s.a", b"x")
    assert publisher.problem is None
