"""The equation: what was promised, decided and made agree, each event once for each trigger. Pure.

Every (stored id, trigger) is in exactly one of: one object or answered call, filtered, held or
superseded in a join, dead letter. Every object belongs to an event that was sent.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from soak_history import History, Made, verdicts
from soak_kinds import BY_NAME, is_kept
from soak_load import Sent

from hookline import names
from hookline.decision import Decision, Verdict

LOST, TWICE, UNACCOUNTED = "lost", "twice", "unaccounted"
_AGREED = ("launched", "filtered", "held", "deadLettered", "skipped")


class Violation(NamedTuple):
    """One thing that is not as promised; `number`: of the event it is about, if it is about one."""

    what: str
    number: int | None
    why: str


@dataclass
class Checker:
    """Compares a history with itself."""

    history: History

    def violations(self) -> list[Violation]:
        """Return all that is wrong."""
        return [
            *self._promises(),
            *self._decided(),
            *self._objects(),
            *self._order(),
            *self._calls(),
            *self._ledger(),
        ]

    def story(self, number: int) -> list[str]:
        """Return everything that is known of one event, a line each."""
        sent = self.history.sent[number]
        lines = [f"event {number} ({sent.kind}), promised as {sent.event_id}"]
        lines += [f"  {answer.at:.3f} answered {answer.said}" for answer in sent.answers]
        lines += [f"  decided {each}" for each in self._decisions_of.get(number, [])]
        lines += [f"  made {each}" for each in self.history.made if number in each.numbers]
        ids = {each.event_id for each in self._decisions_of.get(number, [])}
        lines += [f"  {letter}" for letter in self.history.letters if letter.event_id in ids]
        for trigger, calls in self.history.calls.items():
            lines += [f"  called {trigger} {call}" for call in calls if call.number == number]
        return lines

    @cached_property
    def _numbers(self) -> dict[tuple[str, str], int]:
        """The numbers of events by their name and id, as far as these are known."""
        known: dict[tuple[str, str], int] = {}
        for sent in self.history.sent:
            for each in filter(None, (sent.event_id, sent.own_id)):
                known[sent.kind, each] = sent.number
        for made in self._made_by_name.values():
            for decision in self._launched_as.get((made.trigger, made.name), []):
                for number in made.numbers:
                    if self._kind(number) == decision.event:
                        known.setdefault((decision.event, _id(decision)), number)
        return known

    def _kind(self, number: int) -> str | None:
        sent = self.history.sent
        return sent[number].kind if number < len(sent) else None

    @cached_property
    def _made_by_name(self) -> dict[tuple[str, str], Made]:
        return {(made.trigger, made.name): made for made in self.history.made}

    @cached_property
    def _launched_as(self) -> dict[tuple[str, str], list[Decision]]:
        """The `launched` decisions by trigger and name of the object."""
        found: dict[tuple[str, str], list[Decision]] = defaultdict(list)
        for decision in self.history.decisions:
            if decision.verdict is Verdict.LAUNCHED and decision.object:
                found[decision.trigger, decision.object["name"]].append(decision)
        return found

    @cached_property
    def _decisions_of(self) -> dict[int, list[Decision]]:
        """The decisions by number; those of an id that nobody knows are left out."""
        found: dict[int, list[Decision]] = defaultdict(list)
        for decision in self.history.decisions:
            number = self._numbers.get((decision.event, _id(decision)))
            if number is not None:
                found[number].append(decision)
        return found

    def _promises(self) -> Iterator[Violation]:
        """Every stored event has one decision of each of its triggers."""
        for sent in self.history.sent:
            if sent.event_id is None:
                continue
            decided = Counter(each.trigger for each in self._decisions_of.get(sent.number, []))
            for trigger in BY_NAME[sent.kind].triggers:
                count = decided.pop(trigger, 0)
                if count == 0:
                    yield Violation(LOST, sent.number, f"{trigger} never decided it")
                if count > 1:
                    yield Violation(TWICE, sent.number, f"{trigger} decided it {count} times")
            for trigger in decided:
                yield Violation(UNACCOUNTED, sent.number, f"{trigger} does not wait for it")

    def _decided(self) -> Iterator[Violation]:
        """Every decision is what it must be, and what it speaks of is there."""
        letters = {(letter.trigger, letter.event_id) for letter in self.history.letters}
        keys = {call.key for call in self.history.calls.get("called", [])}
        for decision in self.history.decisions:
            number = self._numbers.get((decision.event, _id(decision)))
            wanted = _wanted(decision, number)
            if decision.verdict not in wanted:
                yield Violation(
                    UNACCOUNTED, number, f"{decision.trigger}: {decision.verdict}, not {wanted}"
                )
                continue
            key = decision.trigger, (decision.object or {}).get("name", "")
            missing = {
                Verdict.LAUNCHED: key not in self._made_by_name,
                Verdict.DEAD_LETTERED: (decision.trigger, decision.event_id) not in letters,
            }
            if decision.event == "called":
                missing[Verdict.LAUNCHED] = _key(decision) not in keys
            if missing.get(decision.verdict, False):
                yield Violation(LOST, number, f"{decision.verdict}, but there is nothing: {key}")

    def _objects(self) -> Iterator[Violation]:
        """Every object belongs to events that were sent and that have it on record; once each."""
        seen: set[tuple[str, int]] = set()
        for made in self.history.made:
            for number in made.numbers:
                kind = self._kind(number)
                if kind is None or made.trigger not in BY_NAME[kind].triggers:
                    yield Violation(UNACCOUNTED, number, f"{made} is of no event that was sent")
                if (made.trigger, number) in seen:
                    yield Violation(TWICE, number, f"{made.trigger} made more than one object")
                seen.add((made.trigger, number))
            records = self._launched_as.get((made.trigger, made.name), [])
            if len(records) != len(made.numbers):
                why = f"{made} has {len(records)} records, not {len(made.numbers)}"
                yield Violation(UNACCOUNTED, made.numbers[0], why)

    def _order(self) -> Iterator[Violation]:
        """A trigger with `atLeastOnce` saw its events in the order of the stream."""
        made = [each for each in self.history.made if each.trigger == "ordered"]
        made.sort(key=lambda each: each.order)
        for before, after in pairwise(made):
            first, second = (
                self._launched_as.get(("ordered", m.name), []) for m in (before, after)
            )
            if first and second and first[0].sequence > second[0].sequence:
                yield Violation(UNACCOUNTED, after.numbers[0], f"made after {before}: no order")

    def _calls(self) -> Iterator[Violation]:
        """Calls belong to events that were sent, and repeat their key."""
        for name, calls in self.history.calls.items():
            keys: dict[int, set[str]] = defaultdict(set)
            for call in calls:
                keys[call.number].add(call.key)
            for number, several in keys.items():
                if self._kind(number) != name:
                    yield Violation(UNACCOUNTED, number, f"{name} was called without an event")
                # An event without an id of its sender's is sent once only.
                if len(several) > 1:
                    yield Violation(TWICE, number, f"{name} was called with keys {several}")

    def _ledger(self) -> Iterator[Violation]:
        """`hookline audit` misses nothing, and adds up to what is on record."""
        ledger = self.history.ledger
        for row in ("lost", "unaccounted", "pending"):
            if ledger[row]:
                what = LOST if row == "lost" else UNACCOUNTED
                yield Violation(what, None, f"hookline audit: {row} {ledger[row]}")
        counted = verdicts(self.history)
        for row in _AGREED if self.history.whole else ():
            if ledger[row] != counted[row]:
                why = f"hookline audit has {ledger[row]} {row}, on record are {counted[row]}"
                yield Violation(UNACCOUNTED, None, why)


def _id(decision: Decision) -> str:
    """Return an event's id; of a `nats` event its sequence, as the load was told it."""
    kind = BY_NAME.get(decision.event)
    is_nats = kind is not None and kind.way == "nats"
    return decision.event_id.rpartition(":")[2] if is_nats else decision.event_id


def _key(decision: Decision) -> str:
    """Return the Idempotency-Key that the calls for an event carry."""
    identity = names.identity("default", decision.source, decision.event, decision.event_id)
    return names.due(identity, decision.sensor, decision.trigger, decision.dependency)


def _wanted(decision: Decision, number: int | None) -> set[Verdict]:
    """Return what an event of its kind may end as."""
    if decision.event == "broken":
        return {Verdict.DEAD_LETTERED}
    if decision.trigger == "pair":
        return {Verdict.LAUNCHED, Verdict.HELD, Verdict.SKIPPED}
    if decision.event == "thirds":
        if number is None:
            return {Verdict.LAUNCHED, Verdict.FILTERED}
        return {Verdict.LAUNCHED} if is_kept(number) else {Verdict.FILTERED}
    return {Verdict.LAUNCHED}


def count(found: list[Violation]) -> dict[str, int]:
    """Return how many violations there are of each kind."""
    counts = Counter(violation.what for violation in found)
    return {what: counts[what] for what in (LOST, TWICE, UNACCOUNTED)}


def stored(sent: list[Sent]) -> int:
    """Return how many events were promised to be stored."""
    return sum(each.event_id is not None for each in sent)
