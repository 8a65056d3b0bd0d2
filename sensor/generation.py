"""Whether a worker's version of a Sensor is the current one: what hookline-starts says now."""

import asyncio

from hookline.eventbus.starts import Starts


class Generation:
    """One version of one Sensor in one process.

    Attributes:
        sensor: its name; digest: the version.
        outdated: another version was the current one when last looked.
    """

    def __init__(self, starts: Starts, sensor: str, digest: str) -> None:
        self.sensor = sensor
        self.digest = digest
        self.outdated = False
        self._starts = starts
        self._asking = asyncio.Lock()
        self._next: asyncio.Task[bool] | None = None

    async def is_current(self) -> bool:
        """Ask the bus; who asks while an answer is under way shares the next one.

        The question is always sent after the call, so an event that was there before the call was
        there before any later version. BusError when the bus does not answer.
        """
        if self._next is None:
            self._next = asyncio.create_task(self._ask())
        return await asyncio.shield(self._next)

    async def _ask(self) -> bool:
        async with self._asking:
            self._next = None
            current = await self._starts.manifest(self.sensor)
        self.outdated = current is not None and current.hash != self.digest
        return not self.outdated
