"""Core NATS: what is heard is kept in this process, within bounds, until it is stored."""

import asyncio

from eventsource.source import Emit, Happening, Surroundings
from eventsource.sources.nats.messages import Shape, not_an_event, refuse_own, sender_id
from hookline.errors import HooklineError, TemporaryError
from hookline.eventbus.settings import BusSettings
from hookline.eventbus.subscription import Subscription

_IN_FLIGHT = 64  # messages that are being stored at a time
_WAITING = 8192  # messages waiting behind them; more are lost, and counted
_WAITING_BYTES = 32 * 1024 * 1024
_LONGEST_PAUSE = 5.0  # seconds between two tries to store a message


class Core:
    """What is heard on a subject: kept, within bounds, until it is stored."""

    def __init__(
        self,
        settings: BusSettings,
        subject: str,
        queue: str | None,
        shape: Shape,
        emit: Emit,
        at: Surroundings,
    ) -> None:
        group = queue or f"hookline.{at.namespace}.{at.source}.{at.event}"
        self._subscription = Subscription(settings, subject, group, self._heard, at.say)
        self._shape = shape
        self._emit = emit
        self._at = at
        self._waiting: asyncio.Queue[tuple[bytes, bytes, bytes | None]] = asyncio.Queue(_WAITING)
        self._bytes = 0

    async def run(self) -> None:
        """Hear until it is time to stop, then finish what was heard."""
        hearing = asyncio.create_task(self._subscription.run())
        workers = [asyncio.create_task(self._work()) for _ in range(_IN_FLIGHT)]
        try:
            await self._at.stopping.wait()
            await self._subscription.hush()
            await self._waiting.join()
        finally:
            for task in (hearing, *workers):
                task.cancel()
            await asyncio.wait([hearing, *workers])

    def _heard(self, subject: bytes, _: bytes, payload: bytes, block: bytes | None) -> None:
        size = len(payload) + len(block or b"")
        if self._waiting.full() or self._bytes + size > _WAITING_BYTES:
            not_an_event(self._at, TemporaryError("too many messages wait to be stored: lost"))
            return
        self._bytes += size
        self._waiting.put_nowait((subject, payload, block))

    async def _work(self) -> None:
        while True:
            subject, payload, block = await self._waiting.get()
            try:
                await self._store(subject, payload, block)
            except HooklineError as error:
                not_an_event(self._at, error)
            finally:
                self._bytes -= len(payload) + len(block or b"")
                self._waiting.task_done()

    async def _store(self, subject: bytes, payload: bytes, block: bytes | None) -> None:
        """Return when it is stored: nobody sends it again, so it is tried for ever, as one id."""
        said_on = subject.decode("utf-8", "replace")
        refuse_own(said_on, block)
        data = self._shape(said_on, payload, block)
        given = sender_id(block)
        happening = Happening(data, given or self._at.new_id(), made=given is None)
        pause = 0.2
        while True:
            try:
                await self._emit(happening)
            except TemporaryError:
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                return
