import asyncio
import json

import pytest

from eventsource.limits import Limits

PUSH = {"endpoint": "/push"}
POST = b"POST /push HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\n1"
QUICK = Limits(head_seconds=0.3, body_seconds=0.3, sweep_seconds=0.05)


@pytest.fixture
async def serving(running, webhooks, port):
    async with running(webhooks(port, example=PUSH)):
        yield port


@pytest.fixture
async def quick(running, webhooks, port):
    async with running(webhooks(port, example=PUSH), limits=QUICK):
        yield port


async def test_a_connection_serves_one_request_after_the_other(serving, wire, bus):
    line = await wire(serving)
    for _ in range(3):
        await line.send(POST)
        status, headers, _ = await line.answer()
        assert status == 200
        assert "connection" not in headers
        assert "date" in headers
    assert len(bus.events) == 3


async def test_pipelined_requests_are_answered_in_order(serving, wire, bus):
    line = await wire(serving)
    numbered = [POST.replace(b"host: x", b"host: x\r\nce-id: %d" % n) for n in range(20)]
    await line.send(b"".join(numbered))
    answers = [json.loads((await line.answer())[2])["eventId"] for _ in numbered]
    assert answers == [str(n) for n in range(20)]


async def test_a_pipeline_without_end_is_cut_after_what_was_taken(serving, wire, bus):
    line = await wire(serving)
    await line.send(POST * 5000)
    answered = (await line.ended()).count(b"HTTP/1.1 200")
    assert 0 < answered <= Limits().pipelined + 1
    assert len(bus.events) == answered


async def test_a_request_split_anywhere_is_the_same_request(serving, wire, bus):
    line = await wire(serving)
    for position in range(1, len(POST), 7):
        await line.send(POST[:position])
        await asyncio.sleep(0)
        await line.send(POST[position:])
        assert (await line.answer())[0] == 200


@pytest.mark.parametrize("count", [129, 10_000])
async def test_too_many_headers_are_431(serving, wire, bus, count):
    line = await wire(serving)
    fields = b"".join(b"x-%d: 1\r\n" % number for number in range(count))
    await line.send(b"POST /push HTTP/1.1\r\n" + fields + b"content-length: 1\r\n\r\n1")
    status, headers, body = await line.answer()
    assert (status, headers["connection"]) == (431, "close")
    assert "headers" in json.loads(body)["error"]
    assert bus.events == []
    assert await line.ended() == b""


@pytest.mark.parametrize(
    "start",
    [
        b"POST /",
        b"POST /push HTTP/1.1\r\nx: ",
        b"POST /push HTTP/1.1\r\nx",
        b"POST /push HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\n1\r\n0\r\nx: ",
        b"POST /push HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1;",
    ],
    ids=["url", "header value", "header name", "trailer", "chunk extension"],
)
async def test_a_head_without_end_is_431(serving, flood, start):
    sent, received = await flood(serving, start, b"x" * 65_536, 1000)
    assert sent < 1000
    assert received.startswith(b"HTTP/1.1 431")


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /push HTTP/1.1\r\ncontent-length: x\r\n\r\n",
        b"POST /push HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n1",
        b"POST /push HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n1\r\n1\r\n",
        b"POST /push HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"POST /push HTTP/1.1\r\nbad header: 1\r\n\r\n",
        b"CONNECT x:1 HTTP/1.1\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_400_and_the_end(serving, wire, bus, data):
    line = await wire(serving)
    await line.send(data)
    status, _, body = await line.answer()
    assert status == 400
    assert "error" in json.loads(body)
    assert await line.ended() == b""
    assert bus.events == []


async def test_an_answer_that_is_owed_comes_before_the_end(serving, wire, bus, until):
    bus.hold = asyncio.Event()
    line = await wire(serving)
    await line.send(POST)
    await until(lambda: bus.asked)
    await line.send(b"nonsense\r\n\r\n")
    later = await wire(serving)  # its answer means that the nonsense has been read
    await later.send(b"GET /nothing-here HTTP/1.1\r\n\r\n")
    assert (await later.answer())[0] == 404
    bus.hold.set()
    assert (await line.answer())[0] == 200
    assert await line.ended() == b""


@pytest.mark.parametrize("split", [0, 40, -1])
async def test_an_offer_of_another_protocol_is_ignored(serving, wire, bus, split):
    line = await wire(serving)
    offer = b"host: x\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c"
    post = POST.replace(b"host: x", offer)
    for _ in range(2):
        await line.send(post[:split])
        await asyncio.sleep(0.01)
        await line.send(post[split:])
        assert (await line.answer())[0] == 200
    assert [json.loads(event.data)["body"] for event in bus.events] == [1, 1]


async def test_a_large_body_is_refused_by_its_length_alone(serving, wire):
    line = await wire(serving)
    await line.send(b"POST /push HTTP/1.1\r\ncontent-length: 104857600\r\n\r\n")
    status, headers, _ = await line.answer()
    assert (status, headers["connection"]) == (413, "close")
    assert await line.ended() == b""


async def test_expect_100_continue_is_refused_before_the_body_is_sent(serving, wire):
    line = await wire(serving)
    expect = b"POST /push HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: %d\r\n\r\n"
    await line.send(expect % 104857600)
    assert (await line.answer())[0] == 413
    line = await wire(serving)
    await line.send(expect % 1)
    assert await line.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    await line.send(b"1")
    assert (await line.answer())[0] == 200


@pytest.mark.parametrize("framing", [b"content-length: 104857600", b"transfer-encoding: chunked"])
async def test_100_mb_are_answered_413_without_reading_them_all(serving, flood, framing):
    head = b"POST /push HTTP/1.1\r\n" + framing + b"\r\n\r\n"
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    sent, received = await flood(serving, head, chunk, 100)
    assert sent < 50
    assert received.startswith(b"HTTP/1.1 413")


async def test_silence_is_408(quick, wire):
    line = await wire(quick)
    status, _, body = await line.answer()
    assert status == 408
    assert "headers" in json.loads(body)["error"]
    assert await line.ended() == b""


async def test_slow_headers_are_408(quick, wire):
    line = await wire(quick)
    await line.send(POST)
    assert (await line.answer())[0] == 200
    trickle = asyncio.create_task(_trickle(line, b"POST /push HTTP/1.1\r\n", b"x: y\r\n"))
    assert (await line.answer())[0] == 408
    trickle.cancel()


async def test_a_slow_body_is_408_however_steadily_it_comes(quick, wire, bus):
    line = await wire(quick)
    head = b"POST /push HTTP/1.1\r\ncontent-length: 1000\r\n\r\n"
    trickle = asyncio.create_task(_trickle(line, head, b"x"))
    status, _, body = await line.answer()
    assert status == 408
    assert "body" in json.loads(body)["error"]
    trickle.cancel()
    assert bus.events == []


async def _trickle(line, first, more):
    await line.send(first)
    while True:
        await line.send(more)
        await asyncio.sleep(0.02)


async def test_a_slow_bus_is_no_slow_client(quick, wire, bus, until):
    bus.hold = asyncio.Event()
    line = await wire(quick)
    await line.send(POST)
    await until(lambda: bus.asked)
    for _ in range(2):  # two that are silent since then have been cut for it
        assert (await (await wire(quick)).answer())[0] == 408
    bus.hold.set()
    assert (await line.answer())[0] == 200


async def test_an_idle_connection_is_closed(running, webhooks, port, wire):
    async with running(webhooks(port, example=PUSH), limits=Limits(idle_seconds=0.5)):
        line = await wire(port)
        await line.send(POST)
        assert (await line.answer())[0] == 200
        assert await line.ended() == b""


async def test_too_many_connections_at_work_are_503_and_recover(
    running, webhooks, port, wire, bus, until
):
    bus.hold = asyncio.Event()
    async with running(webhooks(port, example=PUSH), limits=Limits(connections=2)):
        first, second = await wire(port), await wire(port)
        for line in (first, second):
            await line.send(POST)
        await until(lambda: bus.asked == 2)
        third = await wire(port)
        status, headers, _ = await third.answer()
        assert (status, headers["retry-after"]) == (503, "1")
        assert await third.ended() == b""
        bus.hold.set()
        assert [(await line.answer())[0] for line in (first, second)] == [200, 200]
        line = await wire(port)
        await line.send(POST)
        assert (await line.answer())[0] == 200


async def test_the_connection_that_is_idle_longest_gives_way(
    running, webhooks, port, wire, bus, until
):
    async with running(webhooks(port, example=PUSH), limits=Limits(connections=3)):
        used, silent, half = [await wire(port) for _ in range(3)]
        await used.send(POST)
        assert (await used.answer())[0] == 200
        await half.send(POST[:-1])
        bus.hold = asyncio.Event()
        fourth, fifth = await wire(port), await wire(port)
        assert await silent.ended() == b""
        assert await used.ended() == b""
        await fourth.send(POST)
        await until(lambda: bus.asked == 2)
        sixth = await wire(port)
        assert await fifth.ended() == b""
        await half.send(POST[-1:])
        await sixth.send(POST)
        bus.hold.set()
        assert [(await line.answer())[0] for line in (half, fourth, sixth)] == [200, 200, 200]


async def test_a_client_that_reads_no_answers_is_cut(running, webhooks, port, wire, until):
    limits = Limits(unread_seconds=0.2, sweep_seconds=0.05)
    async with running(webhooks(port, example=PUSH), limits=limits):
        line = await wire(port)
        line.writer.transport.pause_reading()
        sending = asyncio.create_task(_flood(line))
        with pytest.raises(ConnectionError):
            async with asyncio.timeout(30):
                await sending


async def _flood(line):
    while True:
        await line.send(b"GET /nothing-here-%s HTTP/1.1\r\n\r\n" % (b"x" * 200) * 10)
        await asyncio.sleep(0)


async def test_a_client_that_goes_away_harms_nobody(serving, wire, bus, until):
    bus.hold = asyncio.Event()
    line = await wire(serving)
    await line.send(POST)
    await until(lambda: bus.asked)
    line.writer.transport.abort()
    bus.hold.set()
    await until(lambda: len(bus.events) == 1)
    half = await wire(serving)
    await half.send(POST[:-1])
    half.writer.transport.abort()
    other = await wire(serving)
    await other.send(POST)
    assert (await other.answer())[0] == 200


async def test_http_1_0_is_answered_and_closed(serving, wire):
    line = await wire(serving)
    await line.send(POST.replace(b"HTTP/1.1", b"HTTP/1.0"))
    assert (await line.answer())[0] == 200
    assert await line.ended() == b""
