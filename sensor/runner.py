"""The life of one delivery: dependencies, filters, launch, decision, acknowledgement.

One TriggerRunner works on the deliveries of one trigger's consumer. Every way out ends in a record,
then an acknowledgement or a delayed put-back; where neither is possible (bus gone, lease lost) the
delivery is dropped without a word and comes again.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

import structlog
from prometheus_client import Counter

from hookline import names
from hookline.decision import Decision, Verdict
from hookline.errors import PermanentError, TemporaryError
from hookline.event import Event, decode
from hookline.eventbus.bus import Bus
from hookline.eventbus.decisions import Stored
from hookline.eventbus.pull import Delivery
from hookline.metrics import Metrics
from sensor.probe import Probe
from sensor.records import Record, bad_event
from sensor.spec import Dependency
from trigger.action import Doors, Due, LeaseLostError
from trigger.spec import Trigger

log = structlog.get_logger(__name__)

LONGEST_WAIT = 30.0


class TriggerRunner:
    """Works on the deliveries of one trigger.

    Attributes:
        trigger, dependencies: what the manifest says now; a reload replaces them between two
            deliveries (`become`).
        probe: how far the trigger's target is trusted.
    """

    def __init__(
        self,
        bus: Bus,
        doors: Doors,
        metrics: Metrics,
        sensor: str,
        trigger: Trigger,
        dependencies: tuple[Dependency, ...],
        *,
        window: int,
    ) -> None:
        self._bus = bus
        self._doors = doors
        self._metrics = metrics
        self.sensor = sensor
        self.trigger = trigger
        self.dependencies = dependencies
        self.probe = Probe(1 if trigger.serial else window, time.monotonic)
        self.kick: Callable[[], None] = lambda: None

    def become(self, trigger: Trigger, dependencies: tuple[Dependency, ...], window: int) -> None:
        """Go on with another version of the same trigger."""
        self.trigger = trigger
        self.dependencies = dependencies
        self.probe.window = 1 if trigger.serial else window

    async def handle(self, delivery: Delivery) -> None:
        """Work on one delivery to its end; what remains unsaid comes again."""
        try:
            await self._handle(delivery)
        except LeaseLostError:
            delivery.drop()
        except (TemporaryError, PermanentError) as error:
            log.warning("put back", sensor=self.sensor, trigger=self.trigger.name, error=str(error))
            delivery.nak(_backoff(delivery.count))
        except Exception:
            log.exception("a bug in the sensor", sensor=self.sensor, trigger=self.trigger.name)
            delivery.nak(LONGEST_WAIT)

    async def _handle(self, delivery: Delivery) -> None:
        try:
            event = decode(delivery.data)
        except PermanentError as error:
            unreadable = bad_event(delivery, self.sensor, self.trigger.name, error)
            await self._dead_letter(delivery, unreadable, None)
            delivery.ack()
            return
        wanted = [d for d in self.dependencies if (d.source, d.event) == (event.source, event.name)]
        waits = [await self._settle(delivery, event, dependency) for dependency in wanted]
        if not wanted:
            record = Record(delivery, event, self.sensor, self.trigger.name, "")
            await self._end(delivery, record.ended(Verdict.SKIPPED, "no dependency"), None)
        again = [wait for wait in waits if wait is not None]
        if again:
            delivery.nak(max(again))
        else:
            delivery.ack()

    async def _settle(
        self, delivery: Delivery, event: Event, dependency: Dependency
    ) -> float | None:
        """Decide one (event, dependency); return the seconds to wait for another attempt, or None.

        A dead letter of the very same message ends it too: only its acknowledgement was lost.
        """
        record = Record(delivery, event, self.sensor, self.trigger.name, dependency.name)
        before = await self._before(delivery, record)
        if before is not None and _is_final(before.decision, delivery.sequence):
            return None
        judgement = dependency.judge(event)
        if not judgement.passed:
            clauses = tuple(clause for clause in judgement.clauses if not clause.passed)
            filtered = record.ended(Verdict.FILTERED, judgement.reason, clauses=clauses)
            await self._end(delivery, filtered, before)
            self._say("filtered", event, dependency, reason=judgement.reason)
            return None
        return await self._launch(delivery, record, dependency, before)

    async def _before(self, delivery: Delivery, record: Record) -> Stored | None:
        if not delivery.may_repeat:
            return None
        event = record.event
        return await self._bus.decisions.last(
            event.id, event.source, event.name, self.sensor, self.trigger.name, record.dependency
        )

    async def _launch(
        self, delivery: Delivery, record: Record, dependency: Dependency, before: Stored | None
    ) -> float | None:
        event = record.event
        due = self._due(event, dependency)
        started = time.perf_counter()
        try:
            order = self.trigger.launcher.order({dependency.name: event}, due)
            reference = await self.trigger.launcher.launch(
                order, self._doors, delivery.lease_is_live, repeat=delivery.may_repeat
            )
        except TemporaryError as error:
            return await self._failed(delivery, record, before, error)
        except PermanentError as error:
            self._count(self._metrics.failed)
            await self._give_up(delivery, record, before, error.reason, str(error))
            return None
        self._count(self._metrics.triggered)
        labels = (self._bus.namespace, self.sensor, self.trigger.name)
        self._metrics.action_seconds.labels(*labels).observe(time.perf_counter() - started)
        if self.probe.worked():
            self._say("target is back", event, dependency)
            self.kick()
        launched = record.ended(Verdict.LAUNCHED, "", reference=reference)
        await self._end(delivery, launched, before)
        self._say("launched", event, dependency, object=_show(reference))
        return None

    def _due(self, event: Event, dependency: Dependency) -> Due:
        identity = names.identity(self._bus.namespace, event.source, event.name, event.id)
        key = names.due(identity, self.sensor, self.trigger.name, dependency.name)
        return Due(identity=identity, key=key, dependency=dependency.name, event=event)

    async def _failed(
        self, delivery: Delivery, record: Record, before: Stored | None, error: TemporaryError
    ) -> float | None:
        """Record a failed attempt; return the wait until the next, or None when given up."""
        self._count(self._metrics.failed)
        if error.whole_target:
            self._target_failed(error)
        last = before.decision if before is not None else None
        retrying = record.retrying(last, error, counted=not error.whole_target)
        if self.trigger.retry.exhausted(retrying.attempts) or self._too_long(retrying):
            self._count(self._metrics.gave_up)
            await self._give_up(delivery, record, before, error.reason, str(error))
            return None
        await self._store(retrying, before)
        event = record.event
        log.warning(
            "retrying",
            event_id=event.id,
            sensor=self.sensor,
            trigger=self.trigger.name,
            attempts=retrying.attempts,
            error=str(error),
            every=f"retrying {self.sensor} {self.trigger.name} {error.reason}",
        )
        if error.whole_target:
            return max(_backoff(delivery.count), 2 * self.probe.wait(), error.delay or 0.0)
        return max(self.trigger.retry.delay(retrying.attempts), error.delay or 0.0)

    def _target_failed(self, error: TemporaryError) -> None:
        self.probe.failed(str(error), error.delay)
        pause = max(0.0, self.probe.resume_at - time.monotonic())
        asyncio.get_running_loop().call_later(pause + 0.001, self.kick)

    def _too_long(self, retrying: Decision) -> bool:
        since = datetime.fromisoformat(retrying.since).timestamp()
        return time.time() - since > self.trigger.give_up_after

    async def _give_up(
        self, delivery: Delivery, record: Record, before: Stored | None, reason: str, error: str
    ) -> None:
        last = before.decision if before is not None else None
        await self._dead_letter(delivery, record.dead_lettered(last, reason, error), before)

    async def _dead_letter(
        self, delivery: Delivery, decision: Decision, before: Stored | None
    ) -> None:
        await self._bus.dead_letters.put(delivery.data, decision)
        await self._end(delivery, decision, before)
        log.warning(
            "dead-lettered",
            event_id=decision.event_id,
            sensor=self.sensor,
            trigger=self.trigger.name,
            reason=decision.reason,
            error=decision.error,
        )

    async def _end(self, delivery: Delivery, decision: Decision, before: Stored | None) -> None:
        """Record an end, and how long it took from the event's storing."""
        await self._store(decision, before)
        labels = (self._bus.namespace, self.sensor, self.trigger.name)
        waited = max(0.0, time.time() - delivery.stored_at)
        self._metrics.event_seconds.labels(*labels).observe(waited)

    async def _store(self, decision: Decision, before: Stored | None) -> None:
        await self._bus.decisions.record(decision, before.sequence if before is not None else None)
        labels = (self._bus.namespace, self.sensor, self.trigger.name)
        self._metrics.decisions.labels(*labels, decision.verdict.value).inc()

    def _say(self, word: str, event: Event, dependency: Dependency, **fields: object) -> None:
        log.info(
            word,
            event_id=event.id,
            source=event.source,
            event_name=event.name,
            sensor=self.sensor,
            trigger=self.trigger.name,
            dependency=dependency.name,
            **fields,
        )

    def _count(self, counter: Counter) -> None:
        counter.labels(self._bus.namespace, self.sensor, self.trigger.name).inc()


def _backoff(count: int) -> float:
    return min(2.0 ** min(count - 1, 10), LONGEST_WAIT)


def _is_final(decision: Decision, sequence: int) -> bool:
    """Launched is final; a dead letter is final for its own message (another one is a redrive)."""
    if decision.verdict is Verdict.LAUNCHED:
        return True
    return decision.verdict is Verdict.DEAD_LETTERED and decision.sequence == sequence


def _show(reference: dict[str, str] | None) -> str:
    if reference is None:
        return ""
    return f"{reference['kind']} {reference['namespace']}/{reference['name']}"
