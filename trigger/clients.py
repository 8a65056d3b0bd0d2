"""Connections that actions keep to other services: shared, bounded, closed at drain."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager, suppress
from typing import Protocol, cast

from hookline.errors import HooklineError

MOST = 64


class Client(Protocol):
    """A way to another service."""

    @property
    def alive(self) -> bool:
        """Whether it can be used once more."""

    async def close(self) -> None:
        """Give it up."""


class _Kept:
    """One client, or the opening of it.

    Attributes:
        users: how many use it now, or wait for it.
    """

    def __init__(self, opening: Awaitable[Client]) -> None:
        self.users = 0
        self._opening = asyncio.ensure_future(opening)

    @property
    def usable(self) -> bool:
        """Whether another one may use it, or wait for it."""
        if not self._opening.done():
            return True
        broken = self._opening.cancelled() or self._opening.exception() is not None
        return not broken and self._opening.result().alive

    async def client(self) -> Client:
        """Return it when it is open; all who wait get the same error."""
        # One who stops waiting must not end it for the others.
        return await asyncio.shield(self._opening)

    async def close(self) -> None:
        """Close it, or stop opening it."""
        self._opening.cancel()
        with suppress(asyncio.CancelledError, HooklineError):
            await (await self._opening).close()


class Clients:
    """Keeps one client for the same settings.

    Args:
        most: how many are kept; those in use are never closed for another.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    @asynccontextmanager
    async def use[C: Client](
        self, key: Hashable, connect: Callable[[], Awaitable[C]]
    ) -> AsyncGenerator[C]:
        """Lend the client of `key`, which names all settings that it was opened with.

        Raises what `connect` raises; the next use then tries anew.
        """
        kept = self._kept.get(key)
        if kept is None or not kept.usable:
            kept = self._kept[key] = _Kept(cast("Awaitable[Client]", connect()))
        self._kept.move_to_end(key)
        kept.users += 1
        try:
            yield cast("C", await kept.client())
        finally:
            kept.users -= 1
            await self._tidy(key, kept)

    async def close(self) -> None:
        """Close all of them."""
        while self._kept:
            _, kept = self._kept.popitem()
            await kept.close()

    async def _tidy(self, key: Hashable, kept: _Kept) -> None:
        """Close what cannot be used any more, and those that are too many."""
        unwanted: list[_Kept] = []
        if self._kept.get(key) is kept and not kept.usable:
            del self._kept[key]
        if kept.users == 0 and self._kept.get(key) is not kept:
            unwanted.append(kept)
        for old, other in list(self._kept.items()):
            if len(self._kept) <= self._most:
                break
            if other.users == 0:
                unwanted.append(self._kept.pop(old))
        for each in unwanted:
            await each.close()
