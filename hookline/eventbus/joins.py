"""What triggers hold of unfinished joins: which events, never what is in them.

All of a trigger stands under one key, so that one compare-and-set moves it from state to state.
"""

import base64
from typing import NamedTuple

import msgspec

from hookline import names
from hookline.errors import PermanentError
from hookline.event import Event, decode
from hookline.eventbus.buckets import Bucket
from hookline.eventbus.connection import Connection
from hookline.eventbus.errors import NotFoundError

FORM = 1


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One event that is held for one dependency, by its identity and place in the stream.

    `stored_at` is when the stream stored it, seconds since 1970; 0 when that is not known.
    """

    dependency: str
    sequence: int
    source: str
    event: str
    event_id: str
    stored_at: float = 0.0


class Dropped(msgspec.Struct, frozen=True):
    """A member that will never fire, whose record may not be written yet, and why."""

    member: Member
    reason: str


class Firing(msgspec.Struct, frozen=True, kw_only=True):
    """A join that is due and not finished.

    Attributes:
        members: all its events, the delivered one included.
        dependency: that of the delivered one, which made it due.
        key: `names.due` of the delivered one; the objects' names are made of it.
    """

    members: tuple[Member, ...]
    dependency: str
    key: str

    @property
    def delivered(self) -> Member:
        """The event that made it due."""
        return next(member for member in self.members if member.dependency == self.dependency)


class Hand(msgspec.Struct, frozen=True, kw_only=True):
    """What one trigger holds.

    Attributes:
        members: those that wait for others; several of a dependency only in a queue.
        dropped: who left in the last change.
        firing: what is being launched.
    """

    form: int = FORM
    sensor: str
    trigger: str
    members: tuple[Member, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    firing: Firing | None = None

    @property
    def needed(self) -> tuple[Member, ...]:
        """The members whose events must stay in the stream."""
        return (*self.members, *(self.firing.members if self.firing else ()))


class KeptHand(NamedTuple):
    """A hand and the revision that the next change has to expect."""

    hand: Hand
    revision: int


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Hand).decode


class Joins:
    """The bucket `hookline-joins` of a namespace; keys go only with `forget`."""

    def __init__(self, connection: Connection, bucket: Bucket) -> None:
        self._connection = connection
        self._bucket = bucket
        self._stream = names.event_stream(connection.settings.namespace)

    async def hand(self, sensor: str, trigger: str) -> KeptHand:
        """Return what a trigger holds; an empty hand at revision 0 when it never held anything."""
        entry = await self._bucket.get(names.trigger_key(sensor, trigger))
        if entry is None:
            return KeptHand(Hand(sensor=sensor, trigger=trigger), 0)
        return KeptHand(_decode(entry.value), entry.revision)

    async def put(self, hand: Hand, revision: int) -> KeptHand:
        """Write a hand over `revision`; WrongSequenceError when another stands there."""
        key = names.trigger_key(hand.sensor, hand.trigger)
        return KeptHand(hand, await self._bucket.put(key, _encode(hand), revision))

    async def hands(self) -> list[Hand]:
        """Return what all triggers hold."""
        return [_decode(entry.value) async for entry in self._bucket.entries("trigger.>")]

    async def forget(self, sensor: str, trigger: str) -> None:
        """Remove what a trigger holds."""
        await self._bucket.remove(names.trigger_key(sensor, trigger))

    async def read(self, member: Member) -> tuple[bytes, Event | None]:
        """Return a member's bytes and event from the stream; (b"", None) when it is not there."""
        verb = f"STREAM.MSG.GET.{self._stream}"
        try:
            answer = await self._connection.api(verb, {"seq": member.sequence})
            data = base64.b64decode(answer["message"].get("data", ""))
            event = decode(data)
        except (NotFoundError, PermanentError):
            return b"", None
        if (event.source, event.name, event.id) != (member.source, member.event, member.event_id):
            return b"", None  # the stream was made anew, and counts from 1 again
        return data, event
