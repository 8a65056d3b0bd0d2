"""The ledger: every event in the stream that a trigger wants, against the decisions on record."""

import asyncio
import base64
import time
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime
from itertools import batched

from hookline import names
from hookline.errors import PermanentError
from hookline.event import decode
from hookline.eventbus import cursors
from hookline.eventbus.book import COLUMNS, Book, Gap, Ledger, Who
from hookline.eventbus.bus import Bus
from hookline.eventbus.errors import NotFoundError
from hookline.eventbus.frames import FOR_HEADER, ID_HEADER
from hookline.eventbus.reader import Message, read
from hookline.eventbus.starts import TriggerStart

__all__ = ["COLUMNS", "Gap", "Ledger", "audit"]

_AT_A_TIME = 64  # bodies that are fetched at a time
_NANOSECOND = 1_000_000_000


async def audit(bus: Bus, since: float | None = None) -> Ledger:
    """Add up the events against the decisions; `since` (seconds since 1970) leaves out older ones.

    Floors are read first and decisions last: what is at or below a floor was decided before, so
    without a decision it is unaccounted for. Raises BusError when the bus does not answer.
    """
    records, floors = await _floors(bus)
    book = Book(bus.namespace, records)
    await _enter_events(bus, book, max(await _horizon(bus), since or 0.0))
    async for decision, _ in bus.decisions.all():
        book.decision(decision)
    # Decisions may have been dropped while all this was read.
    return book.close(floors, max(await _horizon(bus), since or 0.0))


async def _floors(bus: Bus) -> tuple[list[TriggerStart], Mapping[Who, int]]:
    """Return the triggers' records, and the sequence up to which each has finished everything."""
    found = (await cursors.survey(bus.connection, bus.consumers.stream)).cursors
    records = [kept.record for kept in await bus.starts.triggers()]
    floors = {
        (record.sensor, record.trigger): found[record.consumer].floor
        if record.consumer in found
        else record.floor
        for record in records
    }
    return records, floors


async def _horizon(bus: Bus) -> float:
    """Return the moment (seconds since 1970) after which no decision was dropped for its age.

    A decision is later than its event. So while only age drops decisions, those about events
    younger than that age are all there; at the limit of messages, those younger than the oldest.
    """
    info = await bus.connection.api(f"STREAM.INFO.{names.decisions_stream(bus.namespace)}")
    config, state = info["config"], info["state"]
    if 0 < config["max_msgs"] <= state["messages"]:
        return datetime.fromisoformat(state["first_ts"]).timestamp()
    age = config["max_age"] / _NANOSECOND
    return time.time() - age if age else 0.0


async def _enter_events(bus: Bus, book: Book, begin: float) -> None:
    foreign: list[Message] = []
    async for message in _events(bus, begin):
        if ID_HEADER in message.headers:
            _enter(book, message, message.headers["Nats-Msg-Id"])
        else:
            foreign.append(message)
    for some in batched(foreign, _AT_A_TIME):
        identities = await asyncio.gather(*(_identity(bus, message) for message in some))
        for message, identity in zip(some, identities, strict=True):
            if identity is not None:
                _enter(book, message, identity)


def _enter(book: Book, message: Message, identity: str) -> None:
    only = message.headers.get(FOR_HEADER)
    book.event(identity, message.subject, message.sequence, message.stored_at, only)


def _events(bus: Bus, begin: float) -> AsyncGenerator[Message]:
    """Yield the events stored after `begin`, without their bodies."""
    start = {
        "deliver_policy": "by_start_time",
        "opt_start_time": datetime.fromtimestamp(begin, UTC).isoformat(),
        "headers_only": True,
    }
    return read(bus.connection, bus.consumers.stream, start)


async def _identity(bus: Bus, message: Message) -> str | None:
    """Return the identity of an event that others have published; None when it is gone by now."""
    stream = bus.consumers.stream
    try:
        answer = await bus.connection.api(f"STREAM.MSG.GET.{stream}", {"seq": message.sequence})
    except NotFoundError:
        return None
    raw = base64.b64decode(answer["message"].get("data", ""))
    try:
        event = decode(raw)
    except PermanentError:
        _, source, name = message.subject.split(".", 2)
        return names.identity(bus.namespace, source, name, f"sequence-{message.sequence}")
    return names.identity(bus.namespace, event.source, event.name, event.id)
