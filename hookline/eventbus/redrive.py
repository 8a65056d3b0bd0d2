"""The dead letters as people handle them: read, looked at, sent to their trigger once more."""

import base64
from collections.abc import AsyncGenerator
from enum import StrEnum
from typing import Any

import msgspec

from hookline import names
from hookline.decision import Decision, Verdict
from hookline.errors import PermanentError
from hookline.event import decode
from hookline.eventbus.bus import Bus
from hookline.eventbus.dead_letters import REFERENCE
from hookline.eventbus.errors import NotFoundError
from hookline.eventbus.frames import FOR_HEADER
from hookline.eventbus.reader import read


class Letter(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One dead letter, as its headers tell; JSON with these names in camelCase.

    Attributes:
        number: its sequence among the dead letters: how people name it.
        source, event, event_id: which event; sequence: of it in the event stream.
        sensor, trigger, dependency: who gave it up.
        reason, error: why; attempts, since: how long that was tried (RFC 3339); at: when it ended.
        stored_at: seconds since 1970.
        reference: where its bytes are that were too large to copy, `stream:sequence`; or empty.
    """

    number: int
    source: str
    event: str
    event_id: str
    sequence: int
    sensor: str
    trigger: str
    dependency: str
    reason: str
    error: str
    attempts: int
    since: str
    at: str
    stored_at: float
    reference: str


class Outcome(StrEnum):
    """What a redrive did with a letter."""

    SENT = "sent"
    SETTLED = "settled already"
    GONE = "its bytes are gone from the event stream"
    NOBODY = "its trigger is not there any more"


async def letters(bus: Bus) -> AsyncGenerator[Letter]:
    """Yield all dead letters of the bus, oldest first; BusError when it does not answer."""
    async for message in read(bus.connection, _stream(bus), {"headers_only": True}):
        yield _letter(message.sequence, message.headers, message.stored_at)


async def body(bus: Bus, letter: Letter) -> bytes | None:
    """Return the event's bytes as they were on the bus; None when nobody has them any more."""
    stream, sequence = _stream(bus), letter.number
    if letter.reference:
        stream, _, number = letter.reference.rpartition(":")
        sequence = int(number)
    message = await _get(bus, stream, sequence)
    return None if message is None else base64.b64decode(message.get("data", ""))


async def redrive(bus: Bus, letter: Letter, *, dry: bool = False) -> Outcome:
    """Send a dead letter to its own trigger again, and take it off the dead letters.

    Doing it twice is harmless: the second message is a duplicate to JetStream, and later the
    record of the first one's end is looked up. With `dry` nothing is changed.
    """
    if await _is_settled(bus, letter):
        outcome = Outcome.SETTLED
    elif not await _is_wanted(bus, letter):
        return Outcome.NOBODY
    else:
        data = await body(bus, letter)
        if data is None:  # without a reference, another redrive was faster
            return Outcome.GONE if letter.reference else Outcome.SETTLED
        if not dry:
            await bus.publish_again(letter.source, letter.event, data, _headers(letter))
        outcome = Outcome.SENT
    if not dry:
        await _remove(bus, letter)
    return outcome


async def _is_settled(bus: Bus, letter: Letter) -> bool:
    """Whether its record goes by a later message: another redrive did that, or its sender."""
    last = await _decision(bus, letter)
    if last is None:
        return False
    return last.verdict is Verdict.LAUNCHED or last.sequence > letter.sequence


async def _decision(bus: Bus, letter: Letter) -> Decision | None:
    data = await body(bus, letter)
    event_id = letter.event_id  # may be cut in the header: the event itself tells all of it
    if data:
        try:
            event_id = decode(data).id
        except PermanentError:
            event_id = f"sequence-{letter.sequence}"
    stored = await bus.decisions.last(
        event_id, letter.source, letter.event, letter.sensor, letter.trigger, letter.dependency
    )
    return None if stored is None else stored.decision


async def _is_wanted(bus: Bus, letter: Letter) -> bool:
    who = (letter.sensor, letter.trigger)
    kept = await bus.starts.triggers()
    return any((each.record.sensor, each.record.trigger) == who for each in kept)


def _headers(letter: Letter) -> dict[str, str]:
    """Without a header that says who made its id, the event is looked up before it is run."""
    again = names.fingerprint("redrive", letter.at, str(letter.number), letter.event_id)
    return {"Nats-Msg-Id": again, FOR_HEADER: names.trigger_key(letter.sensor, letter.trigger)}


async def _remove(bus: Bus, letter: Letter) -> None:
    try:
        await bus.connection.api(f"STREAM.MSG.DELETE.{_stream(bus)}", {"seq": letter.number})
    except NotFoundError:
        return  # another redrive was faster


async def _get(bus: Bus, stream: str, sequence: int) -> dict[str, Any] | None:
    try:
        answer = await bus.connection.api(f"STREAM.MSG.GET.{stream}", {"seq": sequence})
    except NotFoundError:
        return None
    message: dict[str, Any] = answer["message"]
    return message


def _stream(bus: Bus) -> str:
    return names.dead_letters_stream(bus.namespace)


def _letter(number: int, headers: dict[str, str], stored_at: float) -> Letter:
    def told(name: str) -> str:
        return headers.get(f"Hookline-{name}", "")

    return Letter(
        number=number,
        source=told("Source"),
        event=told("Event"),
        event_id=told("Event-Id"),
        sequence=int(told("Sequence") or 0),
        sensor=told("Sensor"),
        trigger=told("Trigger"),
        dependency=told("Dependency"),
        reason=told("Reason"),
        error=told("Error"),
        attempts=int(told("Attempts") or 0),
        since=told("Since"),
        at=told("At"),
        stored_at=stored_at,
        reference=headers.get(REFERENCE, ""),
    )
