"""How one more event changes what a join holds; pure."""

from msgspec.structs import replace

from hookline.eventbus.joins import Dropped, Firing, Hand, Member
from trigger.conditions import Condition

SUPERSEDED = "superseded"


def entered(hand: Hand, member: Member, condition: Condition, key: str) -> Hand:
    """Return the hand with one more event; the very same one when it holds that event already.

    The latest event of each dependency counts, by its sequence in the stream. Members of
    dependencies that the condition does not know are another version's: they are left alone.
    `key` is what the firing's objects are named by, if it makes the trigger due.
    """
    standing = next((m for m in hand.members if m.dependency == member.dependency), None)
    if standing is not None and _is_same(standing, member):
        return hand
    if standing is not None and standing.sequence > member.sequence:
        return replace(hand, dropped=(Dropped(member, SUPERSEDED),))
    members = (*(m for m in hand.members if m is not standing), member)
    dropped = () if standing is None else (Dropped(standing, SUPERSEDED),)
    known = tuple(m for m in members if m.dependency in condition.names)
    if not condition.holds({m.dependency for m in known}):
        return replace(hand, members=members, dropped=dropped)
    firing = Firing(members=known, dependency=member.dependency, key=key)
    left = tuple(m for m in members if m not in known)
    return replace(hand, members=left, dropped=dropped, firing=firing)


def _is_same(one: Member, other: Member) -> bool:
    return (one.source, one.event, one.event_id) == (other.source, other.event, other.event_id)
