"""The life of one delivery: dependencies, filters, launch, decision, acknowledgement.

One TriggerRunner works on the deliveries of one trigger's consumer. Every way out ends in a record,
then an acknowledgement or a delayed put-back; where neither is possible (bus gone, lease lost) the
delivery is dropped without a word and comes again.
"""

from collections.abc import Callable
from dataclasses import replace

import structlog

from hookline import names
from hookline.decision import Verdict
from hookline.errors import PermanentError, TemporaryError
from hookline.event import Event, decode
from hookline.eventbus.decisions import Stored
from hookline.eventbus.frames import FOR_HEADER
from hookline.eventbus.pull import Delivery
from sensor.attempts import LONGEST_WAIT, Attempts, backoff
from sensor.carrier import Carrier
from sensor.desk import Desk
from sensor.filter import Judgement
from sensor.gate import Gate
from sensor.generation import Generation
from sensor.join import Join
from sensor.occupancy import Occupancy
from sensor.party import Part, Party
from sensor.probe import Probe
from sensor.records import Record, bad_event, is_final
from sensor.spec import Dependency
from sensor.suspects import Suspects
from trigger.action import Doors, LeaseLostError
from trigger.spec import Trigger

log = structlog.get_logger(__name__)

OUTDATED_WAIT = 1.0


class TriggerRunner:
    """Works on the deliveries of one trigger.

    Attributes:
        trigger, dependencies: what the manifest says now; a reload replaces them between two
            deliveries (`become`).
        generation: which version of the Sensor that is.
        attempts: makes the launches; its probe knows how far the trigger's target is trusted.
        join: what it holds until other events come.
    """

    def __init__(
        self,
        desk: Desk,
        doors: Doors,
        trigger: Trigger,
        dependencies: tuple[Dependency, ...],
        *,
        generation: Generation,
        window: int,
        gate: Gate,
    ) -> None:
        self.sensor = desk.sensor
        self.trigger = trigger
        self.dependencies = dependencies
        self.generation = generation
        self._desk = desk
        self._key = names.trigger_key(desk.sensor, desk.trigger)
        carrier = Carrier(self._desk, doors, gate)
        self.attempts = Attempts(self._desk, carrier, trigger, 1 if trigger.serial else window)
        if trigger.max_active:
            self.attempts.occupancy = Occupancy(desk, doors, trigger.max_active, trigger.home)
        self.join = Join(self._desk, self.attempts, lambda: self.dependencies)
        self._suspects = Suspects(self._desk, gate, self.attempts, self.join)

    def fits(self, trigger: Trigger) -> bool:
        """Whether this runner can go on with another version of its trigger."""
        return bool(trigger.max_active) == bool(self.trigger.max_active)

    def start(self, kick: Callable[[], None]) -> None:
        """Begin to count what is at work, where that is limited.

        `kick` is called when more (or fewer) deliveries may be in flight.
        """
        self.attempts.kick = kick
        if self.attempts.occupancy is not None:
            self.attempts.occupancy.start(kick)

    async def stop(self) -> None:
        """End what `start` began."""
        if self.attempts.occupancy is not None:
            await self.attempts.occupancy.stop()

    @property
    def probe(self) -> Probe:
        """How far the trigger's target is trusted."""
        return self.attempts.probe

    def become(
        self,
        trigger: Trigger,
        dependencies: tuple[Dependency, ...],
        *,
        generation: Generation,
        window: int,
    ) -> None:
        """Go on with another version of the same trigger."""
        self.trigger = trigger
        self.dependencies = dependencies
        self.generation = generation
        self.attempts.become(trigger, 1 if trigger.serial else window)

    def limit(self) -> int:
        """Return how many deliveries may be in flight now."""
        return 0 if self.generation.outdated else self.attempts.limit()

    async def handle(self, delivery: Delivery) -> None:
        """Work on one delivery to its end; what remains unsaid comes again."""
        try:
            wait = await self._work(delivery)
            if wait is None:
                delivery.ack()
                self._desk.ended(delivery.stored_at)
            else:
                delivery.nak(wait)
        except LeaseLostError:
            delivery.drop()
        except (TemporaryError, PermanentError) as error:
            log.warning("put back", sensor=self.sensor, trigger=self.trigger.name, error=str(error))
            delivery.nak(backoff(delivery.count))
        except Exception:
            log.exception("a bug in the sensor", sensor=self.sensor, trigger=self.trigger.name)
            delivery.nak(LONGEST_WAIT)

    async def _work(self, delivery: Delivery) -> float | None:
        """Return None when all is on record, or the seconds until another attempt.

        What is meant for another trigger alone is nothing to this one.

        While a later version of the Sensor is the current one, everything is put back: that version
        may have dependencies that this one does not know.
        """
        if delivery.headers.get(FOR_HEADER, self._key) != self._key:
            return None
        try:
            event = decode(delivery.data)
        except PermanentError as error:
            unreadable = bad_event(delivery, self.sensor, self.trigger.name, error)
            await self._desk.dead_letter(delivery.data, unreadable, None)
            return None
        if not await self.generation.is_current():
            return OUTDATED_WAIT
        wanted = [d for d in self.dependencies if (d.source, d.event) == (event.source, event.name)]
        if not wanted:
            record = self._record(delivery, event, "")
            await self._desk.store(record.ended(Verdict.SKIPPED, "no dependency"), None)
            return None
        records = [self._record(delivery, event, dependency.name) for dependency in wanted]
        return await self._suspects.run(
            delivery, records, lambda: self._settle_all(delivery, event, wanted)
        )

    async def _settle_all(
        self, delivery: Delivery, event: Event, wanted: list[Dependency]
    ) -> float | None:
        """Decide for each dependency; a join goes no further than the first that must wait."""
        waits: list[float] = []
        for dependency in wanted:
            wait = await self._settle(delivery, event, dependency)
            if wait is not None:
                waits.append(wait)
                if self.trigger.condition.joins:
                    break
        return max(waits, default=None)

    async def _settle(
        self, delivery: Delivery, event: Event, dependency: Dependency
    ) -> float | None:
        """Decide one (event, dependency); return the seconds to wait for another attempt, or None.

        A dead letter of the very same message ends it too: only its acknowledgement was lost.
        """
        record = self._record(delivery, event, dependency.name)
        kept = None
        if self.trigger.condition.joins:
            # Read before the lookup: what others decide after it moves the hand's revision.
            wait, kept = await self.join.open(delivery)
            if wait is not None:
                return wait
        before = await self._desk.last(record) if delivery.may_repeat else None
        if before is not None and is_final(before.decision, delivery.sequence):
            return None
        held = kept is not None and self.join.holds(kept.hand, record)
        if not held:
            examined = await dependency.examined(event)
            if not examined.judgement.passed:
                await self._filtered(record, dependency, examined.judgement, before)
                return None
            record = replace(record, event=examined.event)
        if kept is not None:
            return await self.join.enter(delivery, record, before, kept)
        due = self._desk.due(record)
        alone = Party(Part(record, delivery.data), (), due, before, repeat=delivery.may_repeat)
        return await self.attempts.fire(delivery, alone)

    def _record(self, delivery: Delivery, event: Event, dependency: str) -> Record:
        return self._desk.record(event, delivery.sequence, dependency, delivery.count)

    async def _filtered(
        self,
        record: Record,
        dependency: Dependency,
        judgement: Judgement,
        before: Stored | None,
    ) -> None:
        """Put on record that the filters, or the transform, said no."""
        clauses = tuple(clause for clause in judgement.clauses if not clause.passed)
        decision = record.ended(Verdict.FILTERED, judgement.reason, clauses=clauses)
        await self._desk.store(decision, before)
        self._desk.say("filtered", record.event, dependency.name, reason=judgement.reason)
