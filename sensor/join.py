"""Joins: events wait in a hand for each other; each step can be repeated after a crash.

Order of the steps: the hand, then the records of who left it, then `held`. When due: the hand says
`firing`, launch, records of the others, record of the delivered one, `firing` away, acknowledge.
"""

import dataclasses
import time
from collections.abc import Callable
from datetime import UTC, datetime

from msgspec.structs import replace

from hookline.decision import Verdict
from hookline.event import Event
from hookline.eventbus.decisions import Stored
from hookline.eventbus.errors import WrongSequenceError
from hookline.eventbus.joins import Dropped, Firing, Hand, KeptHand, Member
from hookline.eventbus.pull import Delivery
from hookline.eventbus.starts import settled
from sensor.attempts import Attempts
from sensor.desk import Desk
from sensor.hand import entered, expired, find, ripened
from sensor.party import Part, Party
from sensor.records import Record, is_final
from sensor.spec import Dependency
from sensor.transform import TransformError
from trigger.action import LeaseLostError
from trigger.waiting import EXPIRED, RESET

NO_DEPENDENCY = "no dependency"
_GRACE = 1.0  # seconds in which a consumer surely counts what the stream has stored


class Join:
    """What one trigger holds, and how it fires."""

    def __init__(
        self,
        desk: Desk,
        attempts: Attempts,
        dependencies: Callable[[], tuple[Dependency, ...]] = tuple,
    ) -> None:
        self._dependencies = dependencies
        self._desk = desk
        self._attempts = attempts
        self._joins = desk.bus.joins

    async def open(self, delivery: Delivery) -> tuple[float | None, KeptHand]:
        """Finish what an earlier delivery has left half done, and return the hand.

        Any delivery does so, whoever's firing it is: its own may come behind this one, or never
        (when its dependency is gone from the manifest). The seconds say when to try again.
        """
        while True:
            kept = await self._read()
            await self._bury(kept.hand)
            firing = kept.hand.firing
            if firing is None:
                return None, kept
            wait = await self._fire(delivery, kept, firing, repeat=True)
            if wait is not None:
                return wait, kept

    @staticmethod
    def holds(hand: Hand, record: Record) -> bool:
        """Return whether an event is in the hand already; the filters have judged it then."""
        return find(hand, _member(record, 0.0)) is not None

    async def enter(
        self, delivery: Delivery, record: Record, before: Stored | None, kept: KeptHand
    ) -> float | None:
        """Hold an event that passed its filters, or fire; return the seconds until a retry."""
        member = _member(record, delivery.stored_at)
        trigger = self._attempts.trigger
        while True:
            hand = entered(kept.hand, member, trigger.condition, trigger.waiting)
            hand = ripened(hand, member, trigger.condition, self._key)
            if hand is not kept.hand:
                # Nobody else had the event until now; who gets it later meets another revision.
                if not delivery.lease_is_live():
                    raise LeaseLostError("the lease of the delivery ended before its entry")
                kept = await self._joins.put(hand, kept.revision)
                await self._bury(hand)
            if hand.firing is None:
                break
            wait = await self._fire(delivery, kept, hand.firing, repeat=delivery.may_repeat)
            if wait is not None or not self.holds(hand, record):
                return wait
            kept = await self._read()  # earlier ones of its queue have fired
        if self.holds(hand, record):
            await self._hold(record, before, delivery.stored_at)
        return None

    async def _hold(self, record: Record, before: Stored | None, stored_at: float) -> None:
        if before is None or before.decision.verdict is not Verdict.HELD:
            until = _until(self._attempts.trigger.waiting.end(stored_at))
            await self._desk.store(record.ended(Verdict.HELD, until), before)
            self._desk.say("held", record.event, record.dependency)

    def _key(self, member: Member) -> str:
        record = self._record(member)
        return self._desk.due(record).key

    def _record(self, member: Member) -> Record:
        event = Event(member.event_id, member.source, member.event, "", "", b"")
        return self._desk.record(event, member.sequence, member.dependency, 0)

    async def expire(self) -> None:
        """Let go what has waited too long, once nothing that came earlier is still to be judged.

        It only hastens the record: the next delivery would do the same, by the stream's clock.
        BusError when the bus does not answer, or when somebody changes the hand: call again.
        """
        trigger = self._attempts.trigger
        if not (trigger.waiting.ends and trigger.condition.joins):
            return
        kept = await self._read()
        if expired(kept.hand, trigger.condition, trigger.waiting, time.time()) is kept.hand:
            return
        now = await self._desk.bus.consumers.settled_at(self._desk.sensor, self._desk.trigger)
        if now is None:
            return
        await self._bury(kept.hand)
        hand = expired(kept.hand, trigger.condition, trigger.waiting, now - _GRACE)
        if hand is not kept.hand:
            await self._joins.put(hand, kept.revision)
            await self._bury(hand)

    async def tidy(self, dependencies: tuple[Dependency, ...]) -> None:
        """Let go what can never fire: the manifest has changed, or the event has left the stream.

        BusError when the bus does not answer, or when somebody changes the hand: call again.
        """
        kept = await self._read()
        hand = kept.hand
        await self._bury(hand)
        joins = self._attempts.trigger.condition.joins
        wanted = {(d.name, d.source, d.event) for d in dependencies}
        reasons = {m: await self._why_gone(m, wanted, joins=joins) for m in hand.members}
        firing = hand.firing
        if firing is not None and not joins:
            # The delivered one comes again and fires alone, under the name that it would have had.
            reasons |= {m: RESET for m in firing.members if m != firing.delivered}
            firing = None
        dropped = tuple(Dropped(member, why) for member, why in reasons.items() if why)
        if dropped or firing is not hand.firing:
            members = tuple(member for member in hand.members if not reasons[member])
            hand = replace(hand, members=members, dropped=dropped, firing=firing)
            await self._joins.put(hand, kept.revision)
            await self._bury(hand)

    async def _why_gone(
        self, member: Member, wanted: set[tuple[str, str, str]], *, joins: bool
    ) -> str:
        if not joins:
            return RESET
        if (member.dependency, member.source, member.event) not in wanted:
            return NO_DEPENDENCY
        _, event = await self._joins.read(member)
        return EXPIRED if event is None else ""

    async def _read(self) -> KeptHand:
        return await self._joins.hand(self._desk.sensor, self._desk.trigger)

    async def abandon(self, delivery: Delivery, reason: str, error: str) -> int | None:
        """Give up what is firing; return the sequence of its delivered event, None if none is."""
        kept = await self._read()
        firing = kept.hand.firing
        if firing is None:
            return None
        party = await self._party(firing, delivery.count, repeat=True)
        if not _is_over(party):
            await self._attempts.give_up(party, reason, error)
        await self._set_away(kept, firing)
        return firing.delivered.sequence

    async def _fire(
        self, delivery: Delivery, kept: KeptHand, firing: Firing, *, repeat: bool
    ) -> float | None:
        party = await self._party(firing, delivery.count, repeat=repeat)
        wait = None
        if not _is_over(party):
            gone = [p.record.dependency for p in (*party.others, party.delivered) if not p.data]
            if gone:
                error = f"the event of {' and '.join(gone)} has left the stream"
                await self._attempts.give_up(party, "EventGone", error)
            elif errors := [p.error for p in (*party.others, party.delivered) if p.error]:
                await self._attempts.give_up(party, "Transform", " and ".join(errors))
            else:
                wait = await self._attempts.fire(delivery, party)
        if wait is None:
            await self._set_away(kept, firing)
        return wait

    async def _party(self, firing: Firing, deliveries: int, *, repeat: bool) -> Party:
        """Read back what fires together."""
        delivered, *others = [
            await self._part(member, deliveries)
            for member in sorted(firing.members, key=lambda m: m.dependency != firing.dependency)
        ]
        due = dataclasses.replace(self._desk.due(delivered.record), key=firing.key)
        return Party(delivered, tuple(others), due, delivered.before, repeat)

    async def _part(self, member: Member, deliveries: int) -> Part:
        data, event = await self._joins.read(member)
        event = event or Event(member.event_id, member.source, member.event, "", "", b"")
        event, error = await self._transformed(member.dependency, event)
        record = self._desk.record(event, member.sequence, member.dependency, deliveries)
        return Part(record, data, error, await self._desk.last(record))

    async def _transformed(self, name: str, event: Event) -> tuple[Event, str]:
        """Return an event as the trigger sees it, and why not; it had passed when it came."""
        for dependency in self._dependencies():
            if dependency.name == name:
                try:
                    return await dependency.transformed(event), ""
                except TransformError:
                    return event, f"the transform of {name} gave no result"
        return event, ""

    async def _set_away(self, kept: KeptHand, firing: Firing) -> None:
        try:
            await self._joins.put(replace(kept.hand, firing=None), kept.revision)
        except WrongSequenceError:
            await settled(lambda: self._set_away_now(firing))

    async def _set_away_now(self, firing: Firing) -> None:
        kept = await self._read()
        if kept.hand.firing == firing:
            await self._joins.put(replace(kept.hand, firing=None), kept.revision)

    async def _bury(self, hand: Hand) -> None:
        """Write the records of who left the hand, unless they are written."""
        for dropped in hand.dropped:
            member = dropped.member
            record = self._record(member)
            before = await self._desk.last(record)
            if before is not None and is_final(before.decision, member.sequence):
                continue
            await self._desk.store(record.ended(Verdict.SKIPPED, dropped.reason), before)
            self._desk.say("skipped", record.event, member.dependency, reason=dropped.reason)


def _until(end: tuple[float, str] | None) -> str:
    """Return in words until when an event is held; empty for ever."""
    if end is None:
        return ""
    moment = datetime.fromtimestamp(end[0], UTC).isoformat(timespec="seconds")
    return f"until {moment}, then {end[1]}"


def _member(record: Record, stored_at: float) -> Member:
    event = record.event
    return Member(
        dependency=record.dependency,
        sequence=record.sequence,
        source=event.source,
        event=event.name,
        event_id=event.id,
        stored_at=stored_at,
    )


def _is_over(party: Party) -> bool:
    """Whether the delivered event, whose record comes last, is on record with an end."""
    sequence = party.delivered.record.sequence
    return party.before is not None and is_final(party.before.decision, sequence)
