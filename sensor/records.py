"""Makes the decision records of one (event, trigger, dependency): pure, but for the clock."""

from dataclasses import dataclass

import msgspec

from hookline.decision import Clause, Decision, Verdict
from hookline.errors import PermanentError, TemporaryError
from hookline.event import Event, now
from hookline.eventbus.pull import Delivery

MADE = "WaitsForLabels"
_ERROR_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class Record:
    """What all records about one event, trigger and dependency share.

    Attributes:
        sequence: of the event in the stream.
        deliveries: how often the delivery was made that is worked on.
    """

    event: Event
    sequence: int
    sensor: str
    trigger: str
    dependency: str
    deliveries: int

    def ended(
        self,
        verdict: Verdict,
        reason: str,
        *,
        clauses: tuple[Clause, ...] = (),
        reference: dict[str, str] | None = None,
    ) -> Decision:
        """Return the record of an end: launched, filtered, held or skipped."""
        return self._decision(verdict, reason=reason, clauses=clauses, object=reference)

    def retrying(self, last: Decision | None, error: TemporaryError, *, counted: bool) -> Decision:
        """Return the record of a failed attempt, going on from the last one.

        An attempt that the target as a whole refused is not `counted`.
        """
        last = last if last is not None and last.verdict is Verdict.RETRYING else None
        moment = now()
        return self._decision(
            Verdict.RETRYING,
            reason=error.reason,
            error=str(error)[:_ERROR_LENGTH],
            attempts=(last.attempts if last else 0) + int(counted),
            since=last.since if last else moment,
            deliveries=self.deliveries,
            given_up=last.given_up if last else "",
            object=last.object if last else None,
        )

    def made(self, last: Decision | None, reference: dict[str, str]) -> Decision:
        """Return the record of an object that is made, and has to get its labels yet."""
        return msgspec.structs.replace(self.noted(last, MADE), object=reference)

    def giving_up(self, reason: str, error: str) -> Decision:
        """Return the record of a trigger that is given up and whose dlqTrigger is tried now."""
        return self._decision(
            Verdict.RETRYING,
            reason="DlqTrigger",
            error=error[:_ERROR_LENGTH],
            since=now(),
            deliveries=self.deliveries,
            given_up=f"{reason}: {error[:_ERROR_LENGTH]}",
        )

    def noted(self, last: Decision | None, reason: str) -> Decision:
        """Return a record that says how far we are, and counts no attempt."""
        last = last if last is not None and last.verdict is Verdict.RETRYING else None
        return self._decision(
            Verdict.RETRYING,
            reason=reason,
            error=last.error if last else "",
            attempts=last.attempts if last else 0,
            since=last.since if last else now(),
            deliveries=self.deliveries,
            given_up=last.given_up if last else "",
            object=last.object if last else None,
        )

    def dead_lettered(
        self,
        last: Decision | None,
        reason: str,
        error: str,
        reference: dict[str, str] | None = None,
    ) -> Decision:
        """Return the record of an event that is given up; `reference`: what the dlqTrigger made."""
        retried = last if last is not None and last.verdict is Verdict.RETRYING else None
        return self._decision(
            Verdict.DEAD_LETTERED,
            reason=reason,
            error=error[:_ERROR_LENGTH],
            attempts=(retried.attempts if retried else 0) + 1,
            since=retried.since if retried else "",
            deliveries=self.deliveries,
            object=reference,
        )

    def _decision(self, verdict: Verdict, **fields: object) -> Decision:
        return Decision(
            event_id=self.event.id,
            source=self.event.source,
            event=self.event.name,
            sequence=self.sequence,
            sensor=self.sensor,
            trigger=self.trigger,
            dependency=self.dependency,
            verdict=verdict,
            at=now(),
            **fields,  # type: ignore[arg-type]  # names and types stand in the three callers above
        )


def bad_event(delivery: Delivery, sensor: str, trigger: str, error: PermanentError) -> Decision:
    """Return the record of bytes that are no CloudEvent; they are known by their sequence."""
    _, source, event = (*delivery.subject.split(".", 2), "", "")[:3]
    unreadable = Event(f"sequence-{delivery.sequence}", source, event, "", "", b"")
    record = Record(unreadable, delivery.sequence, sensor, trigger, "", delivery.count)
    return record.dead_lettered(None, error.reason, str(error))


def is_over(decision: Decision) -> bool:
    """Return whether an event is decided, so that it is not delivered again by itself."""
    return decision.verdict not in {Verdict.RETRYING, Verdict.HELD}


def is_final(decision: Decision, sequence: int) -> bool:
    """Return whether nothing is left to do for the message of this sequence.

    Launched and skipped are the end of an event; a dead letter is the end of its own message
    (another message is a redrive).
    """
    if decision.verdict in {Verdict.LAUNCHED, Verdict.SKIPPED}:
        return True
    return decision.verdict is Verdict.DEAD_LETTERED and decision.sequence == sequence
