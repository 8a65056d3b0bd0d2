"""A small load generator: POSTs over kept-alive connections, each waiting for its answer."""

import asyncio
import time
from urllib.parse import urlsplit

BODY = b'{"number": 7, "text": "' + b"x" * 980 + b'"}'


async def post(url: str, connections: int, seconds: float) -> float:
    """Return the POSTs per second that were answered 200 within `seconds`."""
    deadline = time.perf_counter() + seconds
    started = time.perf_counter()
    counts = await asyncio.gather(*(_sender(url, deadline) for _ in range(connections)))
    return sum(counts) / (time.perf_counter() - started)


async def post_count(url: str, connections: int, count: int) -> None:
    """POST exactly `count` times."""
    left = iter(range(count))
    await asyncio.gather(*(_counted(url, left) for _ in range(connections)))


async def _sender(url: str, deadline: float) -> int:
    reader, writer, request = await _open(url)
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


async def _open(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, bytes]:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
    )
    return reader, writer, head.encode() + BODY


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> None:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"unexpected answer: {head[:200]!r}")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    await reader.readexactly(length)
