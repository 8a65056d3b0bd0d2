"""What a trigger asks of the bus, and how its start record follows from it. Pure."""

from dataclasses import dataclass

from msgspec.structs import replace

from hookline import names
from hookline.event import now
from hookline.eventbus.starts import Since, TriggerStart


@dataclass(frozen=True, slots=True)
class DependencyRef:
    """A dependency by its name in the sensor, and the event that it waits for."""

    name: str
    source: str
    event: str


@dataclass(frozen=True, slots=True)
class TriggerPlan:
    """What a trigger needs delivered.

    Attributes:
        serial: one event at a time, in the stream's order.
        start_from: where a trigger begins that was never loaded: None or `now`, `beginning`, a
            moment (RFC 3339) or a sequence number.
        manifest_hash: of the sensor's manifest; modified: its file's time, seconds since 1970.
    """

    sensor: str
    trigger: str
    dependencies: tuple[DependencyRef, ...]
    serial: bool
    start_from: str | None
    manifest_hash: str
    modified: float

    def subjects(self, namespace: str) -> tuple[str, ...]:
        """The subjects of its dependencies, each once, sorted."""
        found = {names.event_subject(namespace, d.source, d.event) for d in self.dependencies}
        return tuple(sorted(found))

    def consumer(self, namespace: str) -> str:
        """The durable consumer that delivers exactly these subjects to this trigger."""
        return names.consumer(self.sensor, self.trigger, self.subjects(namespace))


def begin(plan: TriggerPlan, consumer: str, stream: str, start: int) -> TriggerStart:
    """Return the record of a trigger that is loaded for the first time."""
    return TriggerStart(
        sensor=plan.sensor,
        trigger=plan.trigger,
        stream=stream,
        dependencies=tuple(Since(d.name, d.source, d.event, start) for d in plan.dependencies),
        consumer=consumer,
        start=start,
        floor=start - 1,
        created=now(),
    )


def move(
    record: TriggerStart, plan: TriggerPlan, consumer: str, floor: int, last: int
) -> TriggerStart:
    """Return the record when the plan may have changed; the same one when it has not.

    `floor` is the old consumer's, where a new one goes on; `last` the stream's last sequence: what
    it holds already is delivered under the names that dependencies had so far.
    """
    moved = consumer != record.consumer
    known = {(d.name, d.source, d.event): d for d in record.dependencies}
    subjects = {(d.source, d.event) for d in record.dependencies}
    since = tuple(
        known.get((d.name, d.source, d.event))
        or Since(
            d.name,
            d.source,
            d.event,
            last + 1 if (d.source, d.event) in subjects else floor + 1,
        )
        for d in plan.dependencies
    )
    present = {d.name for d in plan.dependencies}
    former = {d.name for d in record.dependencies} | set(record.former)
    retired = {*record.retired, record.consumer} if moved else set(record.retired)
    return replace(
        record,
        dependencies=since,
        former=tuple(sorted(former - present)),
        consumer=consumer,
        start=floor + 1 if moved else record.start,
        floor=max(record.floor, floor),
        retired=tuple(sorted(retired - {consumer})),
    )


def anew(record: TriggerStart, stream: str, first: int) -> TriggerStart:
    """Return the record when the event stream itself was made anew: all of it counts."""
    return replace(
        record,
        stream=stream,
        dependencies=tuple(replace(since, start=first) for since in record.dependencies),
        start=first,
        floor=first - 1,
        retired=(),
    )
