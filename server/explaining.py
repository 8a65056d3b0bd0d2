"""What `hookline explain` tells: where an event is, and what each trigger made of it."""

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from hookline.decision import Decision, Verdict, object_name
from hookline.eventbus.bus import Bus
from hookline.eventbus.history import StoredEvent, find_events
from hookline.eventbus.starts import TriggerStart


class Explained(msgspec.Struct, frozen=True, rename="camel"):
    """One event, in the stable form of `-o json`.

    Attributes:
        stored_at: RFC 3339, empty when the event has left the stream.
        sequence: in the stream.
        decisions: what is on record, one for each trigger and dependency.
        pending: `sensor/trigger` that want the event and have nothing on record yet.
        full: `sensor/trigger` of these whose `maxActive` is reached, and with how many Workflows.
        too_early: `sensor/trigger` that want such events, but began after this one was stored.
    """

    event_id: str
    source: str
    event: str
    stored_at: str
    sequence: int
    decisions: list[Decision]
    pending: list[str]
    full: dict[str, str]
    too_early: list[str]


async def explain(
    bus: Bus, event_id: str, source: str | None, event: str | None
) -> list[Explained]:
    """Return what is known of an id: one item for each event that has it; empty for none."""
    decisions = await bus.decisions.find(event_id, source, event)
    stored = await find_events(bus, event_id, source, event)
    starts = [kept.record for kept in await bus.starts.triggers()]
    full = {
        f"{places.sensor}/{places.trigger}": f"{len(places.taken)} of {places.limit}"
        for places in await bus.slots.all()
        if places.limit and len(places.taken) >= places.limit
    }
    at = {(item.source, item.event): item for item in stored}
    whose = sorted({*at, *((d.source, d.event) for d in decisions)})
    return [
        _explained(
            event_id,
            of,
            at.get(of),
            [d for d in decisions if (d.source, d.event) == of],
            starts,
            full,
        )
        for of in whose
    ]


def _explained(
    event_id: str,
    of: tuple[str, str],
    stored: StoredEvent | None,
    decisions: list[Decision],
    starts: list[TriggerStart],
    full: Mapping[str, str],
) -> Explained:
    decided = {(d.sensor, d.trigger) for d in decisions}
    open_ = [s for s in starts if _names(s, of) and (s.sensor, s.trigger) not in decided]
    sequence = decisions[0].sequence if stored is None else stored.sequence
    pending = [f"{s.sensor}/{s.trigger}" for s in open_ if stored and s.start <= sequence]
    tried = [f"{d.sensor}/{d.trigger}" for d in decisions if d.verdict is Verdict.RETRYING]
    return Explained(
        event_id=event_id,
        source=of[0],
        event=of[1],
        stored_at="" if stored is None else _moment(stored.stored_at),
        sequence=sequence,
        decisions=sorted(decisions, key=lambda d: (d.sensor, d.trigger, d.dependency)),
        pending=pending,
        full={name: full[name] for name in (*pending, *tried) if name in full},
        too_early=[f"{s.sensor}/{s.trigger}" for s in open_ if s.start > sequence],
    )


def _names(start: TriggerStart, of: tuple[str, str]) -> bool:
    return of in {(dependency.source, dependency.event) for dependency in start.dependencies}


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def as_text(found: list[Explained]) -> str:
    """Return what a person reads."""
    return "\n".join(line for item in found for line in _lines(item))


def _lines(item: Explained) -> list[str]:
    where = f"stored {item.stored_at}" if item.stored_at else "no longer in the stream"
    head = f"{item.source}/{item.event}/{item.event_id}: {where} (sequence {item.sequence})"
    lines = [head, *(line for decision in item.decisions for line in _decision(decision))]
    lines += [f"  {name}: pending, nobody has worked on it yet" for name in item.pending]
    lines += [
        f"  {name}: {count} Workflows are at work (maxActive); it goes on when one is finished"
        for name, count in item.full.items()
    ]
    lines += [f"  {name}: began only after the event was stored" for name in item.too_early]
    if len(lines) == 1:
        lines.append("  no trigger wants it: no Sensor has a dependency on this source and event")
    return lines


def _decision(decision: Decision) -> list[str]:
    who = f"  {decision.sensor}/{decision.trigger}"
    if decision.dependency:
        who += f" (dependency {decision.dependency})"
    lines = [f"{who}: {decision.verdict.value} {_what(decision)}".rstrip() + f" at {decision.at}"]
    for clause in decision.clauses:
        verdict = "yes" if clause.passed else "no"
        lines.append(f"      {verdict}: {clause.clause} {clause.expected}, got {clause.actual!r}")
    if decision.error:
        lines.append(f"      {decision.error}")
    return lines


def _what(decision: Decision) -> str:
    parts = [] if decision.object is None else [object_name(decision.object)]
    if decision.verdict in (Verdict.RETRYING, Verdict.DEAD_LETTERED):
        parts.append(f"({decision.reason}, attempts: {decision.attempts})")
    elif decision.reason:
        parts.append(f"({decision.reason})")
    return " ".join(parts)
