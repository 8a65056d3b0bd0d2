"""What a Sensor makes of events, worked out offline: clauses, firings, the objects created."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from msgspec.structs import replace as replace_hand

from hookline import names
from hookline.decision import Clause
from hookline.errors import PermanentError, TemporaryError
from hookline.event import Event
from hookline.eventbus.joins import Hand, Member
from sensor.filter import Judgement
from sensor.hand import entered, ripened
from sensor.spec import Sensor
from server.samples import Sample
from trigger.action import Doors, Due, Order
from trigger.config_maps import NO_SOURCE
from trigger.spec import Trigger


@dataclass(frozen=True, slots=True)
class Judged:
    """What a dependency says of one event: `sample` is as the triggers see it."""

    sample: Sample
    judgement: Judgement

    def as_json(self) -> dict[str, Any]:
        """Return the documented form: `name`, `passed`, `clauses`."""
        return {
            "name": self.sample.dependency.name,
            "passed": self.judgement.passed,
            "clauses": [_clause(clause) for clause in self.judgement.clauses],
        }


@dataclass(frozen=True, slots=True)
class Firing:
    """What a trigger does for one event, or that it does nothing.

    Attributes:
        event_id: the event that made it due; empty when none did.
        object: what would be created; None where nothing is.
        error: why it was due and could not be ordered, or None.
        elsewhere: where the object, or the rest of it, is and was not read, in words; else empty.
    """

    name: str
    fired: bool
    event_id: str = ""
    object: dict[str, Any] | None = None
    error: str | None = None
    elsewhere: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the documented form: `name`, `fired`, `object`, `error`."""
        return {
            "name": self.name,
            "fired": self.fired,
            "object": self.object,
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class Rendering:
    """All that a Sensor makes of some events."""

    dependencies: tuple[Judged, ...]
    triggers: tuple[Firing, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the documented form of `render -o json`."""
        return {
            "dependencies": [judged.as_json() for judged in self.dependencies],
            "triggers": [firing.as_json() for firing in self.triggers],
        }

    @property
    def exit_code(self) -> int:
        """1 with an error, else 0 if a trigger fired, else 3."""
        if any(firing.error is not None for firing in self.triggers):
            return 1
        return 0 if any(firing.fired for firing in self.triggers) else 3


async def render(
    sensor: Sensor,
    triggers: Iterable[Trigger],
    samples: Iterable[Sample],
    namespace: str,
    doors: Doors,
) -> Rendering:
    """Return what these triggers of a Sensor do for the events; nothing is sent.

    Args:
        sensor: whose triggers they are.
        triggers: those that are asked for.
        samples: the events.
        namespace: of the process that would see them: it is part of every name.
        doors: to what is at hand, without a way to Kubernetes.
    """
    judged = [_judged(sample) for sample in samples]
    firings = [
        await _filled(each, doors)
        for one in triggers
        for each in _firings(sensor, one, judged, namespace)
    ]
    return Rendering(tuple(judged), tuple(firings))


async def _filled(ordered: tuple[Firing, Order | None], doors: Doors) -> Firing:
    """Return a firing with the object of its order, or with why there is none."""
    firing, order = ordered
    if order is None:
        return firing
    try:
        return replace(firing, object=(await order.filled(doors)).object)
    except (PermanentError, TemporaryError) as error:
        if error.reason == NO_SOURCE:
            where = f"{order.elsewhere} ({error})"
            return replace(firing, object=order.object, elsewhere=where)
        return replace(firing, fired=False, error=str(error))


def _judged(sample: Sample) -> Judged:
    examined = sample.dependency.examine(sample.event)
    return Judged(replace(sample, event=examined.event), examined.judgement)


def _firings(
    sensor: Sensor, trigger: Trigger, judged: list[Judged], namespace: str
) -> Iterator[tuple[Firing, Order | None]]:
    due = [
        each.sample
        for each in judged
        if each.judgement.passed and each.sample.dependency.name in trigger.waits_for
    ]
    fired = False
    hand = Hand(sensor=sensor.name, trigger=trigger.name)
    for number, sample in enumerate(due):
        member = _member(number, sample)
        hand = entered(hand, member, trigger.condition, trigger.waiting)
        hand = ripened(hand, member, trigger.condition, lambda one: one.event_id)
        if hand.firing is None:
            continue
        fired = True
        events = {one.dependency: due[one.sequence].event for one in hand.firing.members}
        hand = replace_hand(hand, firing=None)
        yield _firing(sensor, trigger, sample, events, namespace)
    if not fired:
        yield Firing(trigger.name, fired=False), None


def _member(number: int, sample: Sample) -> Member:
    """Return a sample as a join holds it; each is an event of its own, whatever its id."""
    event = sample.event
    return Member(
        dependency=sample.dependency.name,
        sequence=number,
        source=event.source,
        event=event.name,
        event_id=str(number),
        stored_at=sample.stored_at,
    )


def _firing(
    sensor: Sensor, trigger: Trigger, sample: Sample, events: dict[str, Event], namespace: str
) -> tuple[Firing, Order | None]:
    event, dependency = sample.event, sample.dependency.name
    identity = names.identity(namespace, event.source, event.name, event.id)
    key = names.due(identity, sensor.name, trigger.name, dependency)
    try:
        order = trigger.launcher.order(events, Due(identity, key, dependency, event))
    except (PermanentError, TemporaryError) as error:
        return Firing(trigger.name, fired=False, event_id=event.id, error=str(error)), None
    return Firing(trigger.name, fired=True, event_id=event.id), order


def _clause(clause: Clause) -> dict[str, Any]:
    return {
        "clause": clause.clause,
        "passed": clause.passed,
        "expected": clause.expected,
        "actual": clause.actual,
    }
