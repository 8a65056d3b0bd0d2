"""Pulling from a consumer: never more than there is room for, each message in a task of its own."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from time import monotonic
from typing import Any

import structlog

from hookline.eventbus import frames
from hookline.eventbus.connection import Connection
from hookline.eventbus.delivery import Delivery, Origin
from hookline.eventbus.errors import BusDownError, BusError
from hookline.eventbus.lease import Lease
from hookline.eventbus.slot import EXPIRES, Slot

__all__ = ["Delivery", "Handle", "Puller"]

type Handle = Callable[[Delivery], Coroutine[Any, Any, None]]

_SLOTS = 2  # pull requests under way at a time
_FILLED = 0, 404, 408  # ends of a pull that are no trouble: no messages, its time is up
_IDLE_HEARTBEAT = 100
_WITHDRAW_TIMEOUT = 1.0  # seconds in which nats-server has to notice that pulling ended
_CANCEL_TIMEOUT = 1.0  # seconds in which a cancelled handler has to end

_log = structlog.get_logger(__name__)


class Puller:
    """Pulls a consumer's messages and runs `handle` for each, while `limit()` leaves room.

    A handler that raises leaves its message unacknowledged, and the error in the log.

    Attributes:
        last_answer: when nats-server last answered a pull, on time.monotonic; 0 before.
    """

    def __init__(
        self,
        connection: Connection,
        stream: str,
        consumer: str,
        handle: Handle,
        limit: Callable[[], int],
        ack_wait: float = 10.0,
    ) -> None:
        self._problem = "not started"
        self.last_answer = 0.0
        self._connection = connection
        self._stream = stream
        self._consumer = consumer
        self._handle = handle
        self._limit = limit
        self._ack_wait = ack_wait
        self._held: dict[int, tuple[Delivery, asyncio.Task[None]]] = {}
        self._slots: list[Slot] = []
        self._bound = -1
        self._known_until = 0
        self._stopping = False
        self._binding = asyncio.Lock()
        self._keeper: asyncio.Task[None] | None = None
        self._forget: Callable[[], None] = lambda: None

    @property
    def problem(self) -> str | None:
        """Why nothing can be pulled now, in words; None while it can."""
        return None if self._bound == self._connection.generation else self._problem

    @property
    def in_flight(self) -> int:
        """How many messages are held now."""
        return len(self._held)

    async def start(self) -> None:
        """Bind and start pulling; what fails is tried again for ever, see `problem`."""
        self._forget = self._connection.on_connect(self._bind)
        await self._bind()
        self._keeper = asyncio.create_task(self._keep(), name=f"keep {self._consumer}")

    async def stop(self, deadline: float) -> None:
        """Pull no more; finish within `deadline` seconds or put back what is held."""
        self._stopping = True
        end = monotonic() + deadline
        self._forget()
        async with self._binding:
            await self._withdraw()
        if self._held and (left := end - monotonic()) > 0:
            await asyncio.wait([task for _, task in self._held.values()], timeout=left)
        await self._put_back()
        if self._keeper is not None:
            self._keeper.cancel()
        await self._close_slots()

    def kick(self) -> None:
        """Look again how much room there is: `limit()` may give another number now."""
        if self._stopping or self.problem is not None:
            return
        limit = self._limit()
        room = limit - len(self._held) - sum(slot.left for slot in self._slots)
        idle = [slot for slot in self._slots if slot.left == 0]
        # The second pull waits until it is worth its while.
        if idle and room >= (1 if len(idle) == _SLOTS else max(1, limit // 2)):
            with suppress(BusDownError):
                idle[0].pull(room)

    async def _withdraw(self) -> None:
        for slot in self._slots:
            await slot.hush()
        with suppress(BusError):  # what comes before this answer is put back, nothing comes after
            await self._connection.api("INFO", timeout=_WITHDRAW_TIMEOUT)

    async def _put_back(self) -> None:
        tasks = [task for _, task in self._held.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_CANCEL_TIMEOUT)

    async def _bind(self) -> None:
        """Find the consumer and pull on fresh inboxes; after a connect nothing old counts."""
        async with self._binding:
            generation = self._connection.generation
            if self._stopping or self._bound == generation:
                return
            try:
                info = await self._connection.api(f"STREAM.INFO.{self._stream}")
                await self._connection.api(f"CONSUMER.INFO.{self._stream}.{self._consumer}")
            except BusDownError as error:
                self._problem = str(error)  # the connection has said it, once for all pullers
                return
            except BusError as error:
                self._trouble(str(error))
                return
            self._known_until = int(info["state"]["last_seq"])
            await self._close_slots()
            await self._open_slots()
            self._bound = generation
        self.kick()

    async def _open_slots(self) -> None:
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{self._stream}.{self._consumer}"
        # A lease counts from its pull, so a pull may wait for a part of it only.
        expires = min(EXPIRES, self._ack_wait / 5)
        while len(self._slots) < _SLOTS:
            slot = Slot(self._connection, subject, expires, self._arrived, self._answered)
            await slot.open()
            self._slots.append(slot)

    async def _close_slots(self) -> None:
        slots, self._slots = self._slots, []
        for slot in slots:
            await slot.close()

    async def _keep(self) -> None:
        """Keep leases, bind again after trouble, replace pulls that were never answered."""
        while True:
            await asyncio.sleep(self._ack_wait / 10)
            for delivery, _ in list(self._held.values()):
                delivery.keep(self._ack_wait * 0.3, self._ack_wait)
            if self._stopping:
                continue
            if any(slot.is_lost for slot in self._slots):
                self._trouble("a pull was not answered in time")
            if self.problem is not None:
                await self._bind()
            self.kick()

    def _trouble(self, problem: str) -> None:
        self._bound = -1
        for slot in self._slots:
            slot.left = 0
        self._problem = f"consumer {self._consumer}: {problem}"
        _log.warning("cannot-pull", problem=self._problem, every=f"pull {self._consumer}")

    def _arrived(
        self,
        slot: Slot,
        origin: Origin,
        subject: bytes,
        reply: bytes,
        data: bytes,
        headers: bytes | None,
    ) -> None:
        self.last_answer = monotonic()
        held = self._held.get(origin.sequence)
        if held is not None:
            held[0].move(reply.decode())
            return
        delivery = Delivery(
            self._connection,
            origin,
            subject.decode(),
            data,
            frames.headers(headers),
            reply=reply.decode(),
            lease=Lease(slot.sent, self._ack_wait),
            known_until=self._known_until,
            header_block=headers,
        )
        if self._stopping:
            delivery.nak(0)
            return
        task = asyncio.create_task(self._handle(delivery))
        self._held[origin.sequence] = delivery, task
        task.add_done_callback(lambda done: self._finished(delivery, done))
        self.kick()

    def _finished(self, delivery: Delivery, task: asyncio.Task[None]) -> None:
        del self._held[delivery.sequence]
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.error("handler-failed", sequence=delivery.sequence, exc_info=error)
        if self._stopping and task.cancelled():
            delivery.nak(0)
        delivery.drop()
        self.kick()

    def _answered(self, slot: Slot, code: int, text: str) -> None:
        self.last_answer = monotonic()
        if code == _IDLE_HEARTBEAT:
            return
        if code in _FILLED:
            self.kick()
        elif slot in self._slots:
            self._trouble(f"{text or 'refused'} ({code})")
