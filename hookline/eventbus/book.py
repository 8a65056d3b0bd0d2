"""The book of an audit: what should have been decided, what was, and the sums. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from hookline import names
from hookline.decision import Decision, Verdict
from hookline.eventbus.starts import TriggerStart

type Who = tuple[str, str]  # sensor, trigger
type Triple = tuple[str, str, str, str]  # identity of the event, sensor, trigger, dependency

_PENDING, _UNACCOUNTED = "pending", "unaccounted"
_COLUMNS = {
    Verdict.LAUNCHED: "launched",
    Verdict.FILTERED: "filtered",
    Verdict.HELD: "held",
    Verdict.DEAD_LETTERED: "deadLettered",
    Verdict.SKIPPED: "skipped",
    Verdict.RETRYING: _PENDING,
}
COLUMNS = tuple(dict.fromkeys((*_COLUMNS.values(), _UNACCOUNTED)))
_NAMED = 100


class Gap(NamedTuple):
    """An event that a trigger has finished without a decision."""

    sequence: int
    sensor: str
    trigger: str
    dependency: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """What became of the events that are still in the stream.

    Attributes:
        triggers: for each (sensor, trigger) how many (event, trigger, dependency) triples ended in
            which of COLUMNS.
        duplicate: second messages of one identity; unmatched: events that no trigger wants.
        lost: events that left the stream before a trigger had finished them.
        since: the moment after which events are counted, seconds since 1970.
        gaps: the first hundred triples that are unaccounted for.
    """

    triggers: Mapping[Who, Mapping[str, int]]
    duplicate: int
    unmatched: int
    lost: int
    since: float
    gaps: tuple[Gap, ...]

    @property
    def launched(self) -> int:
        """Triples that ended in an object or a call."""
        return self._sum("launched")

    @property
    def pending(self) -> int:
        """Triples that are not decided yet, or tried again."""
        return self._sum(_PENDING)

    @property
    def unaccounted(self) -> int:
        """Triples that were finished without a decision; must be 0."""
        return self._sum(_UNACCOUNTED)

    @property
    def events(self) -> int:
        """All triples."""
        return sum(self._sum(column) for column in COLUMNS)

    def as_json(self) -> dict[str, int]:
        """Return the stable form of `audit -o json`."""
        return {
            "events": self.events,
            **{column: self._sum(column) for column in COLUMNS},
            "duplicate": self.duplicate,
            "unmatched": self.unmatched,
            "lost": self.lost,
        }

    def _sum(self, column: str) -> int:
        return sum(counts.get(column, 0) for counts in self.triggers.values())


class Book:
    """Collects events and decisions, in any order, and adds them up."""

    def __init__(self, namespace: str, records: Iterable[TriggerStart]) -> None:
        self._namespace = namespace
        self._records = {(record.sensor, record.trigger): record for record in records}
        self._wants: dict[str, list[tuple[TriggerStart, str, int]]] = {}
        for record in self._records.values():
            for since in record.dependencies:
                subject = names.event_subject(namespace, since.source, since.event)
                self._wants.setdefault(subject, []).append((record, since.name, since.start))
        self._triples: dict[Triple, tuple[int, float]] = {}
        self._verdicts: dict[Triple, Verdict] = {}
        self._seen: set[str] = set()
        self._duplicate = 0
        self._unmatched = 0

    def event(
        self,
        identity: str,
        subject: str,
        sequence: int,
        stored_at: float,
        only: str | None = None,
    ) -> None:
        """Enter a message of the event stream.

        `stored_at`: seconds since 1970; `only`: key of the one trigger that it is meant for.
        """
        if identity in self._seen:
            self._duplicate += 1
        wants = self._wants.get(subject)
        if wants is None:
            self._unmatched += identity not in self._seen
        self._seen.add(identity)
        for record, dependency, start in wants or ():
            meant = only is None or only == names.trigger_key(record.sensor, record.trigger)
            if sequence >= start and meant:
                triple = (identity, record.sensor, record.trigger, dependency)
                self._triples.setdefault(triple, (sequence, stored_at))

    def decision(self, decision: Decision) -> None:
        """Enter a decision; the last one entered about a triple stands."""
        if (decision.sensor, decision.trigger) not in self._records:
            return
        identity = names.identity(
            self._namespace, decision.source, decision.event, decision.event_id
        )
        if identity in self._seen:
            triple = (identity, decision.sensor, decision.trigger, decision.dependency)
            self._verdicts[triple] = decision.verdict

    def close(self, floors: Mapping[Who, int], since: float) -> Ledger:
        """Add up what was stored from `since` on.

        Without a decision, what is above a trigger's floor is pending.
        """
        counts: dict[Who, Counter[str]] = {who: Counter() for who in self._records}
        gaps: list[Gap] = []
        for triple, (sequence, stored_at) in self._triples.items():
            if stored_at < since:
                continue
            _, sensor, trigger, dependency = triple
            column = self._column(triple, sequence > floors[sensor, trigger])
            counts[sensor, trigger][column] += 1
            if column == _UNACCOUNTED and len(gaps) < _NAMED:
                gaps.append(Gap(sequence, sensor, trigger, dependency))
        lost = sum(record.lost for record in self._records.values())
        return Ledger(counts, self._duplicate, self._unmatched, lost, since, tuple(gaps))

    def _column(self, triple: Triple, is_open: bool) -> str:  # noqa: FBT001  one of two facts
        identity, sensor, trigger, dependency = triple
        former = self._records[sensor, trigger].former
        # Under no name stands what matched no dependency, under a former one what was decided then.
        for name in (dependency, "", *former):
            verdict = self._verdicts.get((identity, sensor, trigger, name))
            if verdict is not None:
                return _COLUMNS[verdict]
        return _PENDING if is_open else _UNACCOUNTED
