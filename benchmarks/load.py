"""A small load generator: POSTs over kept-alive connections, each waiting for its answer."""

import asyncio
import time
from urllib.parse import urlsplit

BODY = b'{"number": 7, "text": "' + b"x" * 980 + b'"}'


def body(size: int, number: int = 7) -> bytes:
    """Return a JSON body of about `size` bytes."""
    return b'{"number": %d, "text": "%b"}' % (number, b"x" * (size - 26))


async def post(url: str, connections: int, seconds: float, payload: bytes = BODY) -> float:
    """Return the POSTs per second that were answered 200 within `seconds`."""
    deadline = time.perf_counter() + seconds
    started = time.perf_counter()
    counts = await asyncio.gather(*(_sender(url, deadline, payload) for _ in range(connections)))
    return sum(counts) / (time.perf_counter() - started)


async def paced(url: str, rate: float, count: int) -> list[float]:
    """POST `count` numbers at an even rate; return when each was sent, by the monotonic clock."""
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(16):
        reader, writer, _ = await _open(url)
        free.put_nowait((reader, writer))
    begin, sent, tasks = time.monotonic() + 0.1, [0.0] * count, []

    async def one(number: int) -> None:
        reader, writer = await free.get()
        sent[number] = time.monotonic()
        await _exchange(reader, writer, _request(url, body(1000, number)))
        free.put_nowait((reader, writer))

    for number in range(count):
        await asyncio.sleep(begin + number / rate - time.monotonic())
        tasks.append(asyncio.create_task(one(number)))
    await asyncio.gather(*tasks)
    return sent


async def post_count(url: str, connections: int, count: int) -> None:
    """POST exactly `count` times."""
    left = iter(range(count))
    await asyncio.gather(*(_counted(url, left) for _ in range(connections)))


async def _sender(url: str, deadline: float, payload: bytes) -> int:
    reader, writer, request = await _open(url, payload)
    count = 0
    while time.perf_counter() < deadline:
        await _exchange(reader, writer, request)
        count += 1
    writer.close()
    return count


async def _counted(url: str, left: object) -> None:
    reader, writer, request = await _open(url)
    for _ in left:  # type: ignore[attr-defined]  an iterator that all senders share
        await _exchange(reader, writer, request)
    writer.close()


async def _open(
    url: str, payload: bytes = BODY
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, bytes]:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    return reader, writer, _request(url, payload)


def _request(url: str, payload: bytes) -> bytes:
    parts = urlsplit(url)
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(payload)}\r\n\r\n"
    )
    return head.encode() + payload


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> None:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"unexpected answer: {head[:200]!r}")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    await reader.readexactly(length)
