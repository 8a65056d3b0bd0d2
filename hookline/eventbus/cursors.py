"""Where every consumer of a stream stands, Argo's too: nothing up to its floor is unfinished."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hookline.eventbus.connection import Connection
from hookline.eventbus.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class StreamState:
    """A stream at a moment.

    Attributes:
        created: when it was made; another moment is another stream of the same name.
        first, last: sequences; an empty stream has `first` = `last` + 1.
        size: in bytes; max_size: its limit, -1 for none.
        lossy: it can drop messages by itself.
        at: that moment by nats-server's clock, seconds since 1970; 0 when it does not say.
    """

    created: str
    first: int
    last: int
    messages: int
    size: int
    max_size: int
    lossy: bool
    at: float


@dataclass(frozen=True, slots=True)
class Cursor:
    """A consumer at a moment.

    Attributes:
        floor: sequence; nothing at or below it is unfinished.
        pending: messages not delivered yet; ack_pending: delivered and not finished.
        waiting: pulls that wait for messages; delivered: counts all deliveries so far.
        config: its settings, as nats-server has them.
    """

    name: str
    floor: int
    pending: int
    ack_pending: int
    waiting: int
    delivered: int
    config: Mapping[str, Any]

    @property
    def subjects(self) -> frozenset[str]:
        """The subjects that it filters."""
        single = self.config.get("filter_subject")
        return frozenset([single] if single else self.config.get("filter_subjects") or [])


@dataclass(frozen=True, slots=True)
class Survey:
    """A stream and its consumers; `complete` is False when some may be missing here."""

    state: StreamState
    cursors: Mapping[str, Cursor]
    complete: bool


async def state(connection: Connection, stream: str) -> StreamState:
    """Return how a stream stands; NotFoundError when there is none."""
    info = await connection.api(f"STREAM.INFO.{stream}")
    config, now = info["config"], info["state"]
    return StreamState(
        created=info["created"],
        first=max(1, int(now["first_seq"])),
        last=int(now["last_seq"]),
        messages=int(now["messages"]),
        size=int(now["bytes"]),
        max_size=int(config.get("max_bytes", -1)),
        lossy=config.get("discard", "old") != "new"
        or config.get("max_age", 0) > 0
        or config.get("max_msgs_per_subject", -1) > 0,
        at=datetime.fromisoformat(info["ts"]).timestamp() if "ts" in info else 0.0,
    )


def cursor(info: Mapping[str, Any], last: int) -> Cursor:
    """Return where a consumer stands.

    `last` is the stream's last sequence, read before `info`: a consumer with nothing to do has
    finished all of that, whereas its own floor moves only with its own subjects.
    """
    pending, ack_pending = int(info["num_pending"]), int(info["num_ack_pending"])
    idle = pending == 0 and ack_pending == 0
    return Cursor(
        name=info["name"],
        floor=last if idle else int(info["ack_floor"]["stream_seq"]),
        pending=pending,
        ack_pending=ack_pending,
        waiting=int(info.get("num_waiting", 0)),
        delivered=int(info["delivered"]["consumer_seq"]),
        config=info["config"],
    )


async def sequence_at(connection: Connection, stream: str, moment: str) -> int | None:
    """Return the first sequence stored at or after `moment` (RFC 3339), None when there is none."""
    try:
        answer = await connection.api(f"STREAM.MSG.GET.{stream}", {"start_time": moment})
    except NotFoundError:
        return None
    return int(answer["message"]["seq"])


async def find(connection: Connection, stream: str, consumer: str, last: int) -> Cursor | None:
    """Return where one consumer stands, as `cursor`; None when it does not exist."""
    try:
        info = await connection.api(f"CONSUMER.INFO.{stream}.{consumer}")
    except NotFoundError:
        return None
    return cursor(info, last)


async def survey(connection: Connection, stream: str) -> Survey:
    """Return the stream and all its consumers, through all pages of the list."""
    now = await state(connection, stream)
    found: dict[str, Cursor] = {}
    complete, total = True, 1
    offset = 0
    while offset < total:
        page = await connection.api(f"CONSUMER.LIST.{stream}", {"offset": offset})
        listed = page.get("consumers") or []
        found |= {info["name"]: cursor(info, now.last) for info in listed}
        complete = complete and not page.get("missing")
        total = int(page["total"])
        offset += len(listed)
        if not listed:
            break
    # One that came or went meanwhile moves the pages, and one may fall in between.
    complete = complete and await names(connection, stream) <= found.keys()
    return Survey(now, found, complete)


async def names(connection: Connection, stream: str) -> set[str]:
    """Return the names of all consumers, through all pages of the list."""
    found: set[str] = set()
    total, offset = 1, 0
    while offset < total:
        page = await connection.api(f"CONSUMER.NAMES.{stream}", {"offset": offset})
        listed = page.get("consumers") or []
        found.update(listed)
        total, offset = int(page["total"]), offset + len(listed)
        if not listed:
            break
    return found
