"""How one more event changes what a join holds; pure."""

from collections.abc import Callable
from itertools import groupby

from msgspec.structs import replace

from hookline.eventbus.joins import Dropped, Firing, Hand, Member
from trigger.conditions import Condition
from trigger.waiting import Waiting

SUPERSEDED, REPEATED = "superseded", "repeated"
QUEUE = 100  # events of one dependency that wait at a time


def find(hand: Hand, member: Member) -> Member | None:
    """Return the event where it is held already, for the same dependency."""
    return next((standing for standing in hand.members if _is_same(standing, member)), None)


def entered(hand: Hand, member: Member, condition: Condition, waiting: Waiting) -> Hand:
    """Return the hand with one more event; the very same one when it holds that event already.

    Who may not wait any longer leaves it, judged at the moment at which the latest was stored.
    Members of dependencies that the condition does not know are another version's: they are left
    alone.
    """
    if find(hand, member) is not None:
        return hand
    foreign = [m for m in hand.members if m.dependency not in condition.names]
    known = [*(m for m in hand.members if m not in foreign), member]
    now = max(m.stored_at for m in known)
    dropped = [Dropped(m, why) for m in known if (why := waiting.why_gone(m.stored_at, now))]
    gone = [each.member for each in dropped]
    members = [m for m in known if m not in gone]
    for one in _by_dependency(members):
        dropped += _too_many(one, waiting)
    gone = [each.member for each in dropped]
    kept = (m for m in (*hand.members, member) if m not in gone)
    return replace(hand, members=tuple(kept), dropped=tuple(dropped))


def expired(hand: Hand, condition: Condition, waiting: Waiting, now: float) -> Hand:
    """Return the hand without those that may not wait any longer; the very same if all may."""
    dropped = tuple(
        Dropped(member, why)
        for member in hand.members
        if member.dependency in condition.names and (why := waiting.why_gone(member.stored_at, now))
    )
    if not dropped:
        return hand
    gone = [each.member for each in dropped]
    kept = tuple(member for member in hand.members if member not in gone)
    return replace(hand, members=kept, dropped=dropped)


def ripened(
    hand: Hand, last: Member, condition: Condition, key_of: Callable[[Member], str]
) -> Hand:
    """Return the hand with what is due taken out of it, to be fired; the same when nothing is.

    The first event of each dependency fires. The one that makes it due is `last`, or the latest of
    them when an earlier one stands before that in its queue; `key_of` it names the objects.
    """
    known = [m for m in hand.members if m.dependency in condition.names]
    heads = tuple(one[0] for one in _by_dependency(known))
    if hand.firing is not None or not condition.holds({m.dependency for m in heads}):
        return hand
    delivered = last if last in heads else max(heads, key=lambda m: m.sequence)
    firing = Firing(members=heads, dependency=delivered.dependency, key=key_of(delivered))
    left = tuple(m for m in hand.members if m not in heads)
    return replace(hand, members=left, firing=firing)


def _by_dependency(members: list[Member]) -> list[list[Member]]:
    """Return the members of each dependency, in the stream's order."""
    ordered = sorted(members, key=lambda m: (m.dependency, m.sequence))
    return [list(some) for _, some in groupby(ordered, key=lambda m: m.dependency)]


def _too_many(members: list[Member], waiting: Waiting) -> list[Dropped]:
    """Return who of one dependency's members leaves, by `onRepeat`."""
    if waiting.repeat == "first":
        return [Dropped(member, REPEATED) for member in members[1:]]
    bound = QUEUE if waiting.repeat == "queue" else 1
    return [Dropped(member, SUPERSEDED) for member in members[:-bound]]


def _is_same(one: Member, other: Member) -> bool:
    return (one.dependency, one.source, one.event, one.event_id) == (
        other.dependency,
        other.source,
        other.event,
        other.event_id,
    )
