"""One durable consumer for each trigger: found, made, moved and removed so that nothing is lost."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import structlog
from msgspec.structs import replace

from hookline import names
from hookline.eventbus import cursors, plans
from hookline.eventbus.backlog import Backlog, backlog, unmatched
from hookline.eventbus.connection import Connection
from hookline.eventbus.cursors import Cursor, StreamState
from hookline.eventbus.errors import (
    BusError,
    BusRefusedError,
    ExistsError,
    OutdatedError,
)
from hookline.eventbus.joins import Joins
from hookline.eventbus.plans import DependencyRef, TriggerPlan
from hookline.eventbus.retirement import Retirement
from hookline.eventbus.slot import EXPIRES
from hookline.eventbus.slots import Slots
from hookline.eventbus.starts import Kept, Manifest, Starts, TriggerStart, settled

__all__ = ["Backlog", "Bound", "Consumers", "DependencyRef", "TriggerPlan"]

ACK_WAIT = 10.0  # seconds until an event that nobody speaks for is delivered again
_MAX_ACK_PENDING = 10_000
_NO_MORE_CONSUMERS = 10026
_NANOSECOND = 1_000_000_000

_log = structlog.get_logger(__name__)


class Bound(NamedTuple):
    """A trigger's consumer.

    Attributes:
        start: the first sequence that it delivers.
        repeat_below: deliveries at or below this sequence may be repeats.
    """

    consumer: str
    start: int
    repeat_below: int


class Consumers:
    """The consumers of all triggers on the event stream of a namespace."""

    def __init__(
        self,
        connection: Connection,
        starts: Starts,
        joins: Joins,
        slots: Slots,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connection = connection
        self._starts = starts
        self._namespace = connection.settings.namespace
        self.stream = names.event_stream(self._namespace)
        self._bound: set[tuple[str, str]] = set()
        self._retirement = Retirement(
            connection,
            starts,
            joins,
            slots,
            self.stream,
            patience=ACK_WAIT + EXPIRES,
            clock=clock,
        )

    async def bind(self, plan: TriggerPlan) -> Bound:
        """Make or find the consumer of a trigger; what it has to deliver is never skipped.

        Raises:
            BusRefusedError: nats-server takes no more consumers, or `start_from` says nothing.
            OutdatedError: a later version of the sensor is the current one.
            BusError: the bus did not do it; call again.
        """
        manifest = Manifest(plan.sensor, plan.manifest_hash, plan.modified)
        await self._starts.name_manifest(manifest)
        state = await cursors.state(self._connection, self.stream)
        kept = await settled(lambda: self._record(plan, state))
        await self._bring(plan, kept.record)
        self._bound.add((plan.sensor, plan.trigger))
        return Bound(kept.record.consumer, kept.record.start, state.last)

    async def _record(self, plan: TriggerPlan, state: StreamState) -> Kept:
        """Write down where the trigger stands, before any consumer depends on it."""
        consumer = plan.consumer(self._namespace)
        kept = await self._starts.trigger(plan.sensor, plan.trigger)
        await self._refuse_outdated(plan)  # after the read: a later version moves the revision
        if kept is None:
            existing = await self._find(consumer, state.last)
            start = await self._first(plan, state) if existing is None else existing.floor + 1
            return await self._starts.store(plans.begin(plan, consumer, state.created, start), 0)
        record = kept.record
        if record.stream != state.created:
            _log.warning("the event stream was made anew", sensor=plan.sensor, trigger=plan.trigger)
            record = plans.anew(record, state.created, state.first)
        old = await self._find(record.consumer, state.last)
        floor = record.floor if old is None else old.floor
        wanted = plans.move(record, plan, consumer, floor, state.last)
        if old is None and consumer == record.consumer:
            wanted = replace(wanted, start=record.floor + 1)
        if wanted == kept.record:
            return kept
        return await self._starts.store(wanted, kept.revision)

    async def _refuse_outdated(self, plan: TriggerPlan) -> None:
        current = await self._starts.manifest(plan.sensor)
        if current is not None and current.hash != plan.manifest_hash:
            raise OutdatedError(
                f"another process has a later version of sensor {plan.sensor}; to go back to"
                " this one, run it with --take-over"
            )

    async def _first(self, plan: TriggerPlan, state: StreamState) -> int:
        start_from = plan.start_from or "now"
        if start_from == "now":
            return state.last + 1
        if start_from == "beginning":
            return state.first
        if start_from.isascii() and start_from.isdigit():
            return max(state.first, int(start_from))
        moment = _moment(start_from)
        found = await cursors.sequence_at(self._connection, self.stream, moment)
        return state.last + 1 if found is None else found

    async def _find(self, consumer: str, last: int) -> Cursor | None:
        return await cursors.find(self._connection, self.stream, consumer, last)

    async def _bring(self, plan: TriggerPlan, record: TriggerStart) -> None:
        """Make the consumer, or bring the one that is there to our settings."""
        wanted = _config(plan, record, plan.subjects(self._namespace))
        existing = await self._find(record.consumer, 0)
        try:
            if existing is None:
                await self._put(record.consumer, wanted, "create")
                _log.info("consumer-made", sensor=plan.sensor, trigger=plan.trigger)
                return
        except ExistsError:
            existing = await self._find(record.consumer, 0)
        if existing is not None:
            kept = {**wanted, "opt_start_seq": existing.config.get("opt_start_seq")}
            if any(existing.config.get(key) != value for key, value in kept.items()):
                await self._put(record.consumer, {**existing.config, **kept}, "update")

    async def _put(self, consumer: str, config: dict[str, Any], action: str) -> None:
        body = {"stream_name": self.stream, "config": config, "action": action}
        try:
            await self._connection.api(f"CONSUMER.CREATE.{self.stream}.{consumer}", body)
        except BusError as error:
            if error.code != _NO_MORE_CONSUMERS:
                raise
            raise BusRefusedError(
                f"nats-server takes no more consumers on stream {self.stream}, and every trigger"
                " needs one",
                setting="max_consumers",
                remedy="raise max_consumers in the account's jetstream limits, or remove Sensors"
                " that are gone with `hookline forget SENSOR`",
            ) from error

    async def settled_at(self, sensor: str, trigger: str) -> float | None:
        """Return a moment (seconds since 1970) up to which a trigger has worked on everything.

        It is now, by nats-server's clock; None while something is waiting or being worked on.
        """
        kept = await self._starts.trigger(sensor, trigger)
        if kept is None:
            return None
        now = await cursors.state(self._connection, self.stream)
        found = await self._find(kept.record.consumer, now.last)
        return now.at if found is not None and found.floor >= now.last else None

    async def backlog(self) -> dict[tuple[str, str], Backlog]:
        """Return what each (sensor, trigger) has not finished."""
        return await backlog(self._connection, self._starts, self.stream)

    async def unmatched(self) -> int:
        """Return how many events in the stream no trigger wants."""
        return await unmatched(self._connection, self._starts, self._namespace)

    async def missing(self) -> list[str]:
        """Return the triggers that were bound here and whose consumer is gone, `sensor/trigger`."""
        there = await cursors.names(self._connection, self.stream)
        records = [kept.record for kept in await self._starts.triggers()]
        return sorted(
            f"{record.sensor}/{record.trigger}"
            for record in records
            if (record.sensor, record.trigger) in self._bound and record.consumer not in there
        )

    async def retire(self) -> list[str]:
        """Remove replaced consumers that nobody works on; return those that went."""
        return await self._retirement.retire()

    async def forget(self, sensor: str, trigger: str | None = None) -> list[str]:
        """Remove the consumers and records of a sensor (or one trigger of it) that is gone.

        Returns what was removed. Raises BusRefusedError while somebody still pulls for it.
        """
        return await self._retirement.forget(sensor, trigger)


def _moment(text: str) -> str:
    """Return a moment as nats-server reads it; one without a zone is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BusRefusedError(
            f"{text!r} is no place to start from",
            setting=f"startFrom: {text}",
            remedy="write now, beginning, a moment like 2026-01-31T12:00:00Z, or a sequence number",
        ) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


def _config(plan: TriggerPlan, record: TriggerStart, subjects: tuple[str, ...]) -> dict[str, Any]:
    return {
        "durable_name": record.consumer,
        "name": record.consumer,
        "description": f"Hookline: {plan.sensor}/{plan.trigger}"[:1000],
        "deliver_policy": "by_start_sequence",
        "opt_start_seq": record.start,
        "ack_policy": "explicit",
        "ack_wait": int(ACK_WAIT * _NANOSECOND),
        "max_deliver": -1,
        "max_ack_pending": 1 if plan.serial else _MAX_ACK_PENDING,
        "filter_subjects": list(subjects),
        "replay_policy": "instant",
    }
