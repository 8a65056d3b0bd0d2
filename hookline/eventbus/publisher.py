"""Publishing to streams: many at a time, and each ends with its PubAck or an error in time."""

from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

import msgspec

from hookline.eventbus import frames
from hookline.eventbus.connection import Connection
from hookline.eventbus.errors import (
    BusBusyError,
    BusError,
    BusTimeoutError,
    NoRespondersError,
    TooLargeError,
    refusal,
)
from hookline.eventbus.replies import Answer

_ROOM = 64 * 1024  # bytes of max_payload left for headers and for what others add
_MAX_BYTES = 32 * 1024 * 1024  # under way at a time
_DOUBT = 10.0  # seconds that an unanswered publish counts as a problem when nothing follows
_SILENT = "nats-server does not acknowledge what is published; its log says why, restart it"


@dataclass(frozen=True, slots=True)
class Ack:
    """A PubAck: the message is stored in `stream` at `sequence`.

    `duplicate`: it was there before, nothing was stored now.
    """

    stream: str
    sequence: int
    duplicate: bool


class _PubAck(msgspec.Struct):
    stream: str = ""
    seq: int = 0
    duplicate: bool = False
    error: dict[str, Any] | None = None


_decode = msgspec.json.Decoder(_PubAck).decode


class Publisher:
    """Publishes with at most `window` messages under way, each for at most `deadline` seconds."""

    def __init__(self, connection: Connection, deadline: float = 5.0, window: int = 1024) -> None:
        self._connection = connection
        self._deadline = deadline
        self._window = window
        self._under_way = 0
        self._bytes = 0
        self._unanswered: tuple[int, float] | None = None

    @property
    def problem(self) -> str | None:
        """Why events are not stored although nats-server answers; None when they are.

        After a write error (a full disk) nats-server leaves publishes to that stream unanswered
        until it is restarted, and says nothing of it to its clients.
        """
        if self._unanswered is None:
            return None
        generation, since = self._unanswered
        passed = generation != self._connection.generation or monotonic() - since > _DOUBT
        return None if passed else _SILENT

    async def publish(
        self, subject: str, payload: bytes, headers: Mapping[str, str] | None = None
    ) -> Ack:
        """Return when the stream of `subject` has stored the message.

        Raises:
            TemporaryError: a BusError; after BusDownError from a lost connection and after
                BusTimeoutError the message may be stored, after the others it is not.
            TooLargeError: nats-server would not take it.
        """
        self._admit(len(payload))
        self._under_way += 1
        self._bytes += len(payload)
        try:
            future = self._connection.ask(subject, payload, self._deadline, headers)
            ack = _read(await future, subject)
        except BusTimeoutError:
            self._unanswered = self._connection.generation, monotonic()
            raise
        else:
            self._unanswered = None
            return ack
        finally:
            self._under_way -= 1
            self._bytes -= len(payload)

    def _admit(self, size: int) -> None:
        limit = self._connection.max_payload - _ROOM
        if size > limit:
            raise TooLargeError(f"{size} bytes are more than the bus takes ({limit})")
        if self._under_way >= self._window or self._bytes + size > _MAX_BYTES:
            raise BusBusyError(f"{self._under_way} messages are on their way to the bus already")


def _read(answer: Answer, subject: str) -> Ack:
    if answer.headers is not None and frames.status(answer.headers)[0] == frames.NO_RESPONDERS:
        raise NoRespondersError(f"no stream takes {subject}, or JetStream is off")
    try:
        ack = _decode(answer.data)
    except msgspec.MsgspecError as error:
        raise BusError(f"the answer to {subject} is no PubAck: {error}") from error
    if ack.error is not None:
        raise refusal(ack.error)
    if not ack.stream:
        raise BusError(f"what answers on {subject} is no stream")
    return Ack(ack.stream, ack.seq, ack.duplicate)
