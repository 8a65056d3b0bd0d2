"""Who waits for which answer: one inbox for all, a counter as address, one timer for deadlines."""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import NamedTuple

from hookline.eventbus.errors import BusDownError, BusTimeoutError

_TICK = 0.1  # seconds between two looks for what is overdue


class Answer(NamedTuple):
    """One answer as it came: its bytes and its raw header block."""

    data: bytes
    headers: bytes | None


class Replies:
    """The answers that are awaited below `prefix` (`_INBOX.<random>.`).

    `on_overdue` is called after a tick in which a deadline passed.
    """

    def __init__(self, prefix: str, on_overdue: Callable[[], None]) -> None:
        self.prefix = prefix
        self._on_overdue = on_overdue
        self._waiting: dict[bytes, tuple[asyncio.Future[Answer], float]] = {}
        self._count = 0
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def expect(self, timeout: float) -> tuple[str, asyncio.Future[Answer]]:
        """Return an address for one answer and the future that gets it.

        The future fails with BusTimeoutError after `timeout` seconds, or BusDownError when the
        connection is lost before.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        self._count += 1
        token = str(self._count)
        self._waiting[token.encode()] = (future, monotonic() + timeout)
        if self._timer is None:
            self._timer = loop.call_later(_TICK, self._sweep)
        return self.prefix + token, future

    def arrived(self, subject: bytes, _reply: bytes, data: bytes, headers: bytes | None) -> None:
        """Give an answer to who waits for it; late ones are nobody's."""
        waiting = self._waiting.pop(subject[len(self.prefix) :], None)
        if waiting is not None and not waiting[0].done():
            waiting[0].set_result(Answer(data, headers))

    def fail(self, why: str) -> None:
        """Fail everything that waits: the connection is lost."""
        waiting, self._waiting = self._waiting, {}
        for future, _ in waiting.values():
            if not future.done():
                future.set_exception(BusDownError(why))

    def close(self) -> None:
        """Fail everything that waits, and stop the timer."""
        self.fail("the connection to nats-server was closed")
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _sweep(self) -> None:
        now = monotonic()
        overdue = [token for token, (_, end) in self._waiting.items() if end <= now]
        for token in overdue:
            future, _ = self._waiting.pop(token)
            if not future.done():
                future.set_exception(BusTimeoutError("nats-server did not answer in time"))
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(_TICK, self._sweep) if self._waiting else None
        if overdue:
            self._on_overdue()
