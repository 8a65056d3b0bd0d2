"""One attempt at a firing, and what follows: launched, tried again later, or given up."""

import asyncio
import dataclasses
import time
from collections.abc import Callable
from datetime import datetime

import structlog

from hookline import names
from hookline.decision import Decision, Verdict, object_name
from hookline.errors import PermanentError, TemporaryError
from hookline.eventbus.decisions import Stored
from hookline.eventbus.pull import Delivery
from sensor.carrier import Carried, Carrier
from sensor.desk import Desk
from sensor.occupancy import NoPlaceError, Occupancy
from sensor.pace import Pace
from sensor.party import Party
from sensor.probe import Probe
from trigger.spec import Trigger

log = structlog.get_logger(__name__)

LONGEST_WAIT = 30.0


class Attempts:
    """Makes the attempts of one trigger.

    Attributes:
        trigger: what the manifest says now (see `become`).
        probe: how far the trigger's target is trusted.
        kick: called when more (or fewer) deliveries may be in flight.
        occupancy: the places that it has, with `maxActive`.
    """

    def __init__(self, desk: Desk, carrier: Carrier, trigger: Trigger, window: int) -> None:
        self._desk = desk
        self._carrier = carrier
        self.trigger = trigger
        self.probe = Probe(window, time.monotonic)
        self.kick: Callable[[], None] = lambda: None
        self._pace = _pace(trigger)
        self._firing = 0
        self.occupancy: Occupancy | None = None

    def become(self, trigger: Trigger, window: int) -> None:
        """Go on with another version of the trigger."""
        if trigger.interval != self.trigger.interval:
            self._pace = _pace(trigger)
        self.trigger = trigger
        self.probe.window = window
        if self.occupancy is not None and trigger.max_active:
            self.occupancy.limit = trigger.max_active

    def limit(self) -> int:
        """Return how many deliveries may be in flight now."""
        allowed = self.probe.limit()
        if self._pace is not None:
            allowed = min(allowed, self._firing + self._pace.places())
        if self.occupancy is not None:
            allowed = min(allowed, self._firing + self.occupancy.room())
        return allowed

    async def fire(self, delivery: Delivery, party: Party) -> float | None:
        """Launch once; return the seconds to wait for another attempt, None when it is over.

        LeaseLostError: nothing was done.
        """
        if _is_given_up(party.before):
            return await self._fire_dlq(delivery, party)
        if self._pace is not None:
            if wait := self._pace.take():
                return wait
            # When the last place is gone nothing is pulled until somebody says so.
            asyncio.get_running_loop().call_later(self._pace.wait() + 0.001, self._kick)
        self._firing += 1
        try:
            return await self._launch(delivery, party)
        finally:
            self._firing -= 1

    async def _launch(self, delivery: Delivery, party: Party) -> float | None:
        started = time.perf_counter()
        carried = await self._carrier.carry(
            self.trigger, delivery, party, party.due, self.occupancy
        )
        match carried.error:
            case NoPlaceError() as error:
                return await self._wait(party, error)
            case TemporaryError() as error:
                return await self._failed(delivery, carried.party, error)
            case PermanentError() as error:
                self._desk.count(self._desk.metrics.failed)
                return await self._given_up(delivery, carried.party, error.reason, str(error))
        self._desk.count(self._desk.metrics.triggered)
        self._desk.took(time.perf_counter() - started)
        await self._launched(carried)
        return None

    async def _launched(self, carried: Carried) -> None:
        party, reference = carried.party, carried.reference
        record = party.delivered.record
        if self.probe.worked():
            self._desk.say("target is back", record.event, record.dependency)
            self.kick()
        for part in party.others:
            ended = part.record.ended(Verdict.LAUNCHED, carried.remark, reference=reference)
            await self._desk.store(ended, part.before)
        ended = record.ended(Verdict.LAUNCHED, carried.remark, reference=reference)
        await self._desk.store(ended, party.before)
        self._desk.say("launched", record.event, record.dependency, object=_show(reference))

    async def _wait(self, party: Party, error: NoPlaceError) -> float:
        """Record that all places are taken, which counts as no attempt; return the wait."""
        last = party.before.decision if party.before is not None else None
        noted = party.delivered.record.noted(last, error.reason)
        await self._desk.store(noted, party.before)
        return error.delay or LONGEST_WAIT

    async def _failed(
        self, delivery: Delivery, party: Party, error: TemporaryError
    ) -> float | None:
        """Record a failed attempt; return the wait until the next, or None when given up."""
        self._desk.count(self._desk.metrics.failed)
        if error.whole_target:
            self._target_failed(error)
        record = party.delivered.record
        last = party.before.decision if party.before is not None else None
        retrying = record.retrying(last, error, counted=not error.whole_target)
        if _is_enough(self.trigger, retrying):
            self._desk.count(self._desk.metrics.gave_up)
            return await self._given_up(delivery, party, error.reason, str(error))
        await self._desk.store(retrying, party.before)
        log.warning(
            "retrying",
            event_id=record.event.id,
            sensor=self._desk.sensor,
            trigger=self.trigger.name,
            attempts=retrying.attempts,
            error=str(error),
            every=f"retrying {self._desk.sensor} {self.trigger.name} {error.reason}",
        )
        if error.whole_target:
            return max(backoff(delivery.count), 2 * self.probe.wait(), error.delay or 0.0)
        return max(self.trigger.retry.delay(retrying.attempts), error.delay or 0.0)

    def _target_failed(self, error: TemporaryError) -> None:
        self.probe.failed(str(error), error.delay)
        pause = max(0.0, self.probe.resume_at - time.monotonic())
        asyncio.get_running_loop().call_later(pause + 0.001, self._kick)

    def _kick(self) -> None:
        self.kick()  # the one that is set by then

    async def _given_up(
        self, delivery: Delivery, party: Party, reason: str, error: str
    ) -> float | None:
        """Go on with the dlqTrigger, where there is one; that is on record before it begins."""
        if self.trigger.dlq is None:
            await self.give_up(party, reason, error)
            return None
        noted = party.delivered.record.giving_up(reason, error)
        stored = await self._desk.store(noted, party.before)
        return await self._fire_dlq(delivery, dataclasses.replace(party, before=stored))

    async def _fire_dlq(self, delivery: Delivery, party: Party) -> float | None:
        """Try the dlqTrigger once; the dead letters come after it, whether it worked or not."""
        last = party.before.decision if party.before is not None else None
        if last is None or last.verdict is Verdict.LAUNCHED:
            return None  # another worker launched it meanwhile
        reason, _, why = last.given_up.partition(": ")
        dlq = self.trigger.dlq
        if dlq is None:
            await self.give_up(party, reason, why)
            return None
        record = party.delivered.record
        due = dataclasses.replace(party.due, key=names.dlq_due(party.due.key))
        carried = await self._carrier.carry(dlq, delivery, party, due)
        party, error = carried.party, carried.error
        if isinstance(error, TemporaryError):
            last = party.before.decision if party.before is not None else None
            retrying = record.retrying(last, error, counted=True)
            if not _is_enough(dlq, retrying):
                await self._desk.store(retrying, party.before)
                return max(dlq.retry.delay(retrying.attempts), error.delay or 0.0)
        if error is not None:
            await self.give_up(party, reason, f"{why}; dlqTrigger: {error}")
            return None
        self._desk.say(
            "dlqTrigger worked", record.event, record.dependency, object=_show(carried.reference)
        )
        await self.give_up(party, reason, why, carried.reference)
        return None

    async def give_up(
        self, party: Party, reason: str, error: str, reference: dict[str, str] | None = None
    ) -> None:
        """Make dead letters of all that was fired together, the delivered one last.

        `reference` is what the dlqTrigger has made of them.
        """
        last = party.before.decision if party.before is not None else None
        for part in party.others:
            decision = part.record.dead_lettered(last, reason, error, reference)
            await self._desk.dead_letter(part.data, decision, part.before)
        delivered = party.delivered
        decision = delivered.record.dead_lettered(last, reason, error, reference)
        await self._desk.dead_letter(delivered.data, decision, party.before)


def _pace(trigger: Trigger) -> Pace | None:
    return Pace(trigger.interval, time.monotonic) if trigger.interval else None


def _is_given_up(before: Stored | None) -> bool:
    return before is not None and bool(before.decision.given_up)


def _is_enough(trigger: Trigger, retrying: Decision) -> bool:
    """Whether a trigger has had all attempts, or all the time, that its manifest allows."""
    since = datetime.fromisoformat(retrying.since).timestamp()
    too_long = time.time() - since > trigger.give_up_after
    return trigger.retry.exhausted(retrying.attempts) or too_long


def backoff(count: int) -> float:
    """Return the seconds to wait after the delivery number `count` could not be worked on."""
    return min(2.0 ** min(count - 1, 10), LONGEST_WAIT)


def _show(reference: dict[str, str] | None) -> str:
    return "" if reference is None else object_name(reference)
