"""The decisions on record: one for each (event, trigger, dependency), `launched` for good."""

from collections.abc import AsyncGenerator
from typing import NamedTuple

import msgspec

from hookline import names
from hookline.decision import Decision, Verdict, decode, encode
from hookline.eventbus.buckets import EXPECTED, last
from hookline.eventbus.connection import Connection
from hookline.eventbus.errors import BusBusyError, BusError, WrongSequenceError
from hookline.eventbus.publisher import Publisher
from hookline.eventbus.reader import Message, read

_TRIES = 20  # of a compare-and-set, against other workers that hold the same event


class Stored(NamedTuple):
    """A decision and its sequence in the decisions stream."""

    decision: Decision
    sequence: int


class Decisions:
    """The stream `hookline-decisions` of a namespace."""

    def __init__(self, connection: Connection, publisher: Publisher) -> None:
        self._connection = connection
        self._publisher = publisher
        self._stream = names.decisions_stream(connection.settings.namespace)

    async def last(
        self, event_id: str, source: str, event: str, sensor: str, trigger: str, dependency: str
    ) -> Stored | None:
        """Return what stands on record, as the stream's leader has it."""
        prefix = names.decision_prefix(self._stream, event_id, source, event)
        standing = await self._standing(names.decision_subject(prefix, sensor, trigger, dependency))
        return None if standing is None else Stored(standing[0], standing[1])

    async def record(self, decision: Decision, expected: int | None = None) -> Stored:
        """Put a decision on record and return what stands then.

        `expected` is the sequence that was read before (None: nothing was there). When another
        stands there by now: `launched` is final and returned, anything else is written over.
        """
        subject = self._subject(decision)
        payload = encode(decision)
        sequence = expected or 0
        for _ in range(_TRIES):
            try:
                return Stored(decision, await self._write(subject, payload, sequence))
            except WrongSequenceError:
                standing = await self._standing(subject)
            if standing is None:
                sequence = 0
                continue
            there, sequence, raw = standing
            # The same bytes are our own: the acknowledgement of an earlier try was lost.
            if there.verdict is Verdict.LAUNCHED or raw == payload:
                return Stored(there, sequence)
        raise BusBusyError(f"the record of event {decision.event_id} changes all the time")

    async def find(
        self, event_id: str, source: str | None = None, event: str | None = None
    ) -> list[Decision]:
        """Return the decisions about an event (without a source: about all that have this id)."""
        prefix = names.decision_prefix(self._stream, event_id, source, event)
        config = {"filter_subject": f"{prefix}.>"}
        return [_read(message) async for message in read(self._connection, self._stream, config)]

    async def all(self) -> AsyncGenerator[tuple[Decision, float]]:
        """Yield every decision on record and when it was stored (seconds since 1970)."""
        async for message in read(self._connection, self._stream):
            yield _read(message), message.stored_at

    def _subject(self, decision: Decision) -> str:
        prefix = names.decision_prefix(
            self._stream, decision.event_id, decision.source, decision.event
        )
        return names.decision_subject(
            prefix, decision.sensor, decision.trigger, decision.dependency
        )

    async def _write(self, subject: str, payload: bytes, expected: int) -> int:
        headers = {EXPECTED: str(expected)}
        return (await self._publisher.publish(subject, payload, headers)).sequence

    async def _standing(self, subject: str) -> tuple[Decision, int, bytes] | None:
        entry = await last(self._connection, self._stream, subject)
        if entry is None:
            return None
        return _decode(entry.value, entry.revision), entry.revision, entry.value


def _read(message: Message) -> Decision:
    return _decode(message.data, message.sequence)


def _decode(raw: bytes, sequence: int) -> Decision:
    try:
        return decode(raw)
    except msgspec.MsgspecError as error:
        raise BusError(f"message {sequence} of the decisions is no decision: {error}") from error
