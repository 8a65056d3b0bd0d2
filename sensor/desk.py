"""Where one trigger writes down what became of events, counts it and says it aloud."""

import time

import structlog
from prometheus_client import Counter

from hookline import names
from hookline.decision import Decision, Verdict
from hookline.event import Event
from hookline.eventbus.bus import Bus
from hookline.eventbus.decisions import Stored
from hookline.metrics import Metrics
from sensor.records import Record
from trigger.action import Due

log = structlog.get_logger(__name__)


class Desk:
    """The records, figures and log lines of one trigger.

    Attributes:
        bus, metrics: of the process; sensor, trigger: their names.
    """

    def __init__(self, bus: Bus, metrics: Metrics, sensor: str, trigger: str) -> None:
        self.bus = bus
        self.metrics = metrics
        self.sensor = sensor
        self.trigger = trigger
        labels = self._labels = (bus.namespace, sensor, trigger)
        self._decisions = {
            verdict: metrics.decisions.labels(*labels, verdict.value) for verdict in Verdict
        }
        self._event_seconds = metrics.event_seconds.labels(*labels)
        self._action_seconds = metrics.action_seconds.labels(*labels)

    def record(self, event: Event, sequence: int, dependency: str, deliveries: int) -> Record:
        """Return what all records about an event share."""
        return Record(event, sequence, self.sensor, self.trigger, dependency, deliveries)

    def due(self, record: Record) -> Due:
        """Return the firing that an event makes due, for the dependency of its record."""
        event = record.event
        identity = names.identity(self.bus.namespace, event.source, event.name, event.id)
        key = names.due(identity, self.sensor, self.trigger, record.dependency)
        return Due(identity=identity, key=key, dependency=record.dependency, event=event)

    async def last(self, record: Record) -> Stored | None:
        """Return what stands on record about an event."""
        event = record.event
        return await self.bus.decisions.last(
            event.id, event.source, event.name, self.sensor, self.trigger, record.dependency
        )

    async def store(self, decision: Decision, before: Stored | None) -> Stored:
        """Put a decision on record and return what stands; `before` is what was read there."""
        expected = before.sequence if before is not None else None
        stored = await self.bus.decisions.record(decision, expected)
        self._decisions[decision.verdict].inc()
        return stored

    async def dead_letter(self, data: bytes, decision: Decision, before: Stored | None) -> None:
        """Keep the bytes of an event that is given up, then put that on record."""
        await self.bus.dead_letters.put(data, decision)
        await self.store(decision, before)
        log.warning(
            "dead-lettered",
            event_id=decision.event_id,
            sensor=self.sensor,
            trigger=self.trigger,
            reason=decision.reason,
            error=decision.error,
        )

    def say(self, word: str, event: Event, dependency: str, **fields: object) -> None:
        """Log one line about an event."""
        log.info(
            word,
            event_id=event.id,
            source=event.source,
            event_name=event.name,
            sensor=self.sensor,
            trigger=self.trigger,
            dependency=dependency,
            **fields,
        )

    def count(self, counter: Counter) -> None:
        """Add one to a counter of triggers."""
        counter.labels(*self._labels).inc()

    def ended(self, stored_at: float) -> None:
        """Note how long an event took from its storing (seconds since 1970) to its end."""
        self._event_seconds.observe(max(0.0, time.time() - stored_at))

    def occupied(self, places: int) -> None:
        """Note how many places of `maxActive` are taken."""
        self.metrics.active.labels(*self._labels).set(places)

    def took(self, seconds: float) -> None:
        """Note how long the action took."""
        self._action_seconds.observe(seconds)
