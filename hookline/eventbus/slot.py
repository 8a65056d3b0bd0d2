"""One pull request at a time, on an inbox of its own.

nats-server does not say which pull has brought a message; the inbox does. So a lease can count
from the very pull, and what is left of each is known.
"""

import json
from collections.abc import Callable

from hookline.eventbus import frames
from hookline.eventbus.connection import Connection
from hookline.eventbus.delivery import Origin
from hookline.eventbus.lease import now

EXPIRES = 2.0  # seconds that a pull waits at most before nats-server answers it
_GRACE = 1.0  # seconds that this answer may be late before the pull counts as lost
_NANOSECOND = 1_000_000_000
_IDLE_HEARTBEAT = 100

# (slot, origin, subject, reply, data, header block) of a message; (slot, code, text) of an end.
type OnMessage = Callable[["Slot", Origin, bytes, bytes, bytes, bytes | None], None]
type OnStatus = Callable[["Slot", int, str], None]


class Slot:
    """A place for one pull request, which nats-server answers after `expires` seconds at most.

    Attributes:
        sent: when the last one was sent, on the lease's clock.
        left: how many messages it may still bring.
    """

    def __init__(
        self,
        connection: Connection,
        subject: str,
        expires: float,
        on_message: OnMessage,
        on_status: OnStatus,
    ) -> None:
        self.sent = 0.0
        self.left = 0
        self._connection = connection
        self._subject = subject
        self._expires = expires
        self._on_message = on_message
        self._on_status = on_status
        self._inbox = ""
        self._count = 0

    async def open(self) -> None:
        """Open the inbox."""
        self._inbox = await self._connection.inbox(self._arrived)

    async def hush(self) -> None:
        """Withdraw the pull; what it has brought already may still arrive."""
        await self._connection.hush_inbox(self._inbox)

    async def close(self) -> None:
        """Close the inbox: what still arrives is dropped and comes again later."""
        self.left = 0
        await self._connection.close_inbox(self._inbox)

    def pull(self, batch: int) -> None:
        """Ask for up to `batch` messages; BusDownError when there is no connection."""
        self._count += 1
        body = {
            "batch": batch,
            "expires": int(self._expires * _NANOSECOND),
            "idle_heartbeat": int(self._expires / 2 * _NANOSECOND),
        }
        self.sent = now()
        reply = f"{self._inbox}{self._count}"
        self._connection.publish(self._subject, json.dumps(body).encode(), reply=reply)
        self.left = batch

    @property
    def is_lost(self) -> bool:
        """Whether an answer is overdue: no message and no end will come, or not in time."""
        return self.left > 0 and now() - self.sent > self._expires + _GRACE

    def _arrived(self, subject: bytes, reply: bytes, data: bytes, headers: bytes | None) -> None:
        origin = Origin.read(reply)
        if origin is not None:
            self.left = max(0, self.left - 1)
            self._on_message(self, origin, subject, reply, data, headers)
        elif subject.rpartition(b".")[2] == str(self._count).encode():
            code, text = frames.status(headers)
            if code != _IDLE_HEARTBEAT:
                self.left = 0
            self._on_status(self, code, text)
