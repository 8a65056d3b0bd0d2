"""Reading what a stream holds, many messages at a time, through a consumer that goes by itself."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from secrets import token_hex
from typing import Any, NamedTuple

import msgspec

from hookline.eventbus import frames
from hookline.eventbus.client import Listener
from hookline.eventbus.connection import Connection
from hookline.eventbus.delivery import Origin
from hookline.eventbus.errors import BusError, BusTimeoutError

PREFIX = "hookline-reader-"  # of the consumers that readers make
_BATCH = 1000
_SILENCE = 5.0  # seconds without a message after which the bus does not answer
_KEPT = 30_000_000_000  # nanoseconds after which nats-server removes a reader that was left
_encode = msgspec.json.Encoder().encode


class Message(NamedTuple):
    """A message as it is stored; `stored_at` in seconds since 1970."""

    subject: str
    headers: dict[str, str]
    data: bytes
    sequence: int
    stored_at: float


# None ends a batch that brought less than it was asked for.
type _Arrivals = asyncio.Queue[Message | None]


async def read(
    connection: Connection, stream: str, config: Mapping[str, Any] | None = None
) -> AsyncGenerator[Message]:
    """Yield the messages that the stream holds now, oldest first; what comes later is left out.

    `config` are more settings of the consumer: `filter_subject`, `headers_only`, `deliver_policy`.
    Raises BusError when the bus stops answering on the way.
    """
    name = f"{PREFIX}{token_hex(8)}"
    pending = await _make(connection, stream, name, config or {})
    arrivals: _Arrivals = asyncio.Queue()
    inbox = await connection.inbox(_listener(arrivals))
    try:
        pulled = _pull(connection, f"{stream}.{name}", inbox, arrivals, pending)
        async with aclosing(pulled):
            async for message in pulled:
                yield message
    finally:
        await connection.close_inbox(inbox)
        with suppress(BusError):
            await connection.api(f"CONSUMER.DELETE.{stream}.{name}")


async def _make(connection: Connection, stream: str, name: str, config: Mapping[str, Any]) -> int:
    """Make the consumer and return how many messages it has to bring."""
    settings = {
        "name": name,
        "ack_policy": "none",
        "deliver_policy": "all",
        "replay_policy": "instant",
        "inactive_threshold": _KEPT,
        "mem_storage": True,
        "num_replicas": 1,
        **config,
    }
    body = {"stream_name": stream, "config": settings, "action": "create"}
    return int((await connection.api(f"CONSUMER.CREATE.{stream}.{name}", body))["num_pending"])


def _listener(arrivals: _Arrivals) -> Listener:
    def arrived(subject: bytes, reply: bytes, data: bytes, headers: bytes | None) -> None:
        origin = Origin.read(reply)
        if origin is None:
            arrivals.put_nowait(None)
            return
        found = frames.headers(headers) if headers else {}
        arrivals.put_nowait(
            Message(subject.decode(), found, data, origin.sequence, origin.stored_at)
        )

    return arrived


async def _pull(
    connection: Connection, consumer: str, inbox: str, arrivals: _Arrivals, pending: int
) -> AsyncGenerator[Message]:
    """Yield `pending` messages, or fewer when some were removed meanwhile."""
    while pending > 0:
        wanted = min(_BATCH, pending)
        request = _encode({"batch": wanted, "no_wait": True})
        connection.publish(f"$JS.API.CONSUMER.MSG.NEXT.{consumer}", request, reply=f"{inbox}m")
        for count in range(wanted):
            message = await _next(arrivals)
            if message is None:
                if count == 0:
                    return
                break
            pending -= 1
            yield message


async def _next(arrivals: _Arrivals) -> Message | None:
    if not arrivals.empty():
        return arrivals.get_nowait()
    try:
        return await asyncio.wait_for(arrivals.get(), _SILENCE)
    except TimeoutError as error:
        raise BusTimeoutError("nats-server stopped answering while a stream was read") from error
