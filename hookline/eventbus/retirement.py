"""Consumers that have had their time: replaced ones go when idle, those that are gone when told."""

from collections.abc import Callable
from contextlib import suppress

from msgspec.structs import replace

from hookline.eventbus import cursors
from hookline.eventbus.connection import Connection
from hookline.eventbus.errors import BusRefusedError, NotFoundError, WrongSequenceError
from hookline.eventbus.joins import Joins
from hookline.eventbus.slots import Slots
from hookline.eventbus.starts import Kept, Starts, TriggerStart


class Retirement:
    """Removes consumers of a stream; replaced ones after `patience` idle seconds of `clock`."""

    def __init__(
        self,
        connection: Connection,
        starts: Starts,
        joins: Joins,
        slots: Slots,
        stream: str,
        *,
        patience: float,
        clock: Callable[[], float],
    ) -> None:
        self._connection = connection
        self._starts = starts
        self._joins = joins
        self._slots = slots
        self._stream = stream
        self._patience = patience
        self._clock = clock
        self._idle_since: dict[str, float] = {}

    async def retire(self) -> list[str]:
        """Remove consumers that a change of subjects has replaced and that nobody works on.

        Nothing may have pulled from them, and nothing of theirs have been under way, for `ack_wait`
        and one pull's time. Returns the names of those that went.
        """
        removed: list[str] = []
        for kept in await self._starts.triggers():
            gone = [name for name in kept.record.retired if await self._is_over(name)]
            if gone:
                await self._strike(kept, gone)
            removed += gone
        return removed

    async def _strike(self, kept: Kept, gone: list[str]) -> None:
        left = tuple(name for name in kept.record.retired if name not in gone)
        with suppress(WrongSequenceError):  # the next round finds that they are gone
            await self._starts.store(replace(kept.record, retired=left), kept.revision)

    async def _is_over(self, consumer: str) -> bool:
        """Delete a replaced consumer when it has been idle for long enough; whether it is gone."""
        cursor = await cursors.find(self._connection, self._stream, consumer, 0)
        if cursor is None:
            return True
        if cursor.waiting or cursor.ack_pending:
            self._idle_since.pop(consumer, None)
            return False
        since = self._idle_since.setdefault(consumer, self._clock())
        if self._clock() - since < self._patience:
            return False
        del self._idle_since[consumer]
        await self._delete(consumer)
        return True

    async def forget(self, sensor: str, trigger: str | None = None) -> list[str]:
        """Remove the consumers and records of a sensor, or of one trigger of it, that is gone.

        The sensor's manifest goes with the last trigger. Returns what was removed. Raises
        BusRefusedError while somebody still pulls for it.
        """
        records = [k.record for k in await self._starts.triggers() if k.record.sensor == sensor]
        going = [record for record in records if trigger in (None, record.trigger)]
        for record in going:
            await self._refuse_if_pulled(record)
        removed: list[str] = []
        for record in going:
            removed += await self._forget(record)
        if len(going) == len(records) and await self._starts.manifest(sensor) is not None:
            await self._starts.forget_manifest(sensor)
            removed.append(f"manifest of {sensor}")
        return removed

    async def _forget(self, record: TriggerStart) -> list[str]:
        consumers = [
            f"consumer {name}"
            for name in (record.consumer, *record.retired)
            if await self._delete(name)
        ]
        await self._joins.forget(record.sensor, record.trigger)
        await self._slots.forget(record.sensor, record.trigger)
        await self._starts.forget(record.sensor, record.trigger)
        return [*consumers, f"start of {record.sensor}/{record.trigger}"]

    async def _refuse_if_pulled(self, record: TriggerStart) -> None:
        cursor = await cursors.find(self._connection, self._stream, record.consumer, 0)
        if cursor is not None and cursor.waiting:
            raise BusRefusedError(
                f"a process is still working on {record.sensor}/{record.trigger}",
                setting=f"{cursor.waiting} pulls wait on {record.consumer}",
                remedy="stop it, or take that out of its manifests first",
            )

    async def _delete(self, consumer: str) -> bool:
        try:
            await self._connection.api(f"CONSUMER.DELETE.{self._stream}.{consumer}")
        except NotFoundError:
            return False
        return True
