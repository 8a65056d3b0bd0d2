"""One message in our hands: what it says, how long it is ours, and how it is given back."""

import asyncio
import json
from contextlib import suppress
from typing import NamedTuple, Self

from hookline.eventbus.connection import Connection
from hookline.eventbus.errors import BusDownError
from hookline.eventbus.frames import ID_HEADER, MADE
from hookline.eventbus.lease import Lease, now
from hookline.eventbus.replies import Answer

_ACK_PREFIX = b"$JS.ACK."
_SHORT_FORM = 9  # tokens; the longer form has domain and account in front
_NANOSECOND = 1_000_000_000


class Origin(NamedTuple):
    """What the reply subject of a delivered message tells.

    Attributes:
        deliveries: how often it was delivered, 1 the first time.
        sequence: in the stream.
        stored_at: when it was stored, seconds since 1970.
    """

    deliveries: int
    sequence: int
    stored_at: float

    @classmethod
    def read(cls, reply: bytes) -> Self | None:
        """Return the origin of a message with this reply subject; None if no stream sent it."""
        if not reply.startswith(_ACK_PREFIX):
            return None
        tokens = reply.split(b".")
        first = 4 if len(tokens) == _SHORT_FORM else 6
        return cls(int(tokens[first]), int(tokens[first + 1]), int(tokens[first + 3]) / _NANOSECOND)


class Delivery:
    """A delivered message; it is held until it is acknowledged, put back or dropped.

    Attributes:
        subject, data, headers: the message; header_block: its headers as they came.
        sequence: in the stream; count: how often it was delivered; stored_at: seconds since 1970.
        may_repeat: it may have been worked on before, so look it up first.
    """

    def __init__(  # noqa: PLR0913  the parts of one message
        self,
        connection: Connection,
        origin: Origin,
        subject: str,
        data: bytes,
        headers: dict[str, str],
        *,
        reply: str,
        lease: Lease,
        known_until: int,
        header_block: bytes | None = None,
    ) -> None:
        self.subject = subject
        self.data = data
        self.headers = headers
        self.header_block = header_block
        self.sequence = origin.sequence
        self.count = origin.deliveries
        self.stored_at = origin.stored_at
        self.may_repeat = (
            origin.deliveries > 1
            or headers.get(ID_HEADER) != MADE
            or origin.sequence <= known_until
        )
        self._connection = connection
        self._reply = reply
        self._lease = lease
        self._prolonged = now()
        self._open = True

    def lease_is_live(self) -> bool:
        """Whether nobody else can have this message now; ask right before doing anything."""
        return self._lease.is_live()

    def ack(self) -> None:
        """Tell that it is done, without waiting; lost acks mean that it comes again."""
        self._answer(b"+ACK")

    def nak(self, delay: float) -> None:
        """Put it back for `delay` seconds; when the lease has ended it is only dropped."""
        if self.lease_is_live():
            self._answer(b"-NAK " + json.dumps({"delay": int(delay * _NANOSECOND)}).encode())
        self._open = False

    def drop(self) -> None:
        """Say nothing more: it comes again, here or elsewhere, when its time is up."""
        self._open = False

    def move(self, reply: str) -> None:
        """Answer to `reply` from now on: the message was delivered to us a second time."""
        self._reply = reply

    def keep(self, every: float, timeout: float) -> None:
        """Say "in progress" if that was said more than `every` seconds ago.

        The lease is prolonged when nats-server answers within `timeout` seconds.
        """
        sent = now()
        if not self._open or sent - self._prolonged < every or not self.lease_is_live():
            return
        self._prolonged = sent
        with suppress(BusDownError):
            future = self._connection.ask(self._reply, b"+WPI", timeout)
            future.add_done_callback(lambda done: self._kept(done, sent))

    def _kept(self, done: asyncio.Future[Answer], sent: float) -> None:
        if not done.cancelled() and done.exception() is None:
            self._lease.prolong(sent)

    def _answer(self, payload: bytes) -> None:
        if self._open:
            self._open = False
            with suppress(BusDownError):
                self._connection.publish(self._reply, payload)
