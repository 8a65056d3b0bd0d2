"""Who may work in this process now: many deliveries at a time, or one alone."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Gate:
    """Lets many in, or one alone when all others have left."""

    def __init__(self) -> None:
        self._inside = 0
        self._open = asyncio.Event()
        self._open.set()
        self._empty = asyncio.Event()
        self._turn = asyncio.Lock()

    @property
    def is_wanted(self) -> bool:
        """Whether somebody is in alone, or waits for all others to leave."""
        return not self._open.is_set()

    @asynccontextmanager
    async def among(self) -> AsyncGenerator[None]:
        """Be in with others."""
        while not self._open.is_set():
            await self._open.wait()
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1
            if not self._inside:
                self._empty.set()

    @asynccontextmanager
    async def alone(self) -> AsyncGenerator[None]:
        """Be in alone: waits until all have left, and nobody enters meanwhile."""
        async with self._turn:
            self._open.clear()
            try:
                while self._inside:
                    self._empty.clear()
                    await self._empty.wait()
                yield
            finally:
                self._open.set()
