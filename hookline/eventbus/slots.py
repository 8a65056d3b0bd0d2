"""The places of triggers with `maxActive`: which of their Workflows are not finished.

All of a trigger stands under one key, so that a compare-and-set keeps the number for all workers.
"""

from typing import NamedTuple

import msgspec
import msgspec.structs

from hookline import names
from hookline.eventbus.buckets import Bucket
from hookline.eventbus.starts import settled

FORM = 1


class Occupant(msgspec.Struct, frozen=True, kw_only=True):
    """One Workflow that has a place, by its full name, and the event that it is for."""

    namespace: str
    name: str
    event_id: str = ""
    source: str = ""
    event: str = ""
    dependency: str = ""

    @property
    def who(self) -> tuple[str, str]:
        """Its namespace and name."""
        return self.namespace, self.name


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """What one trigger has taken, of how many places."""

    form: int = FORM
    sensor: str
    trigger: str
    limit: int = 0
    taken: tuple[Occupant, ...] = ()

    def has(self, who: tuple[str, str]) -> bool:
        """Whether a Workflow has a place."""
        return any(occupant.who == who for occupant in self.taken)


class KeptPlaces(NamedTuple):
    """The places and the revision that the next change has to expect."""

    places: Places
    revision: int


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Places).decode


class Slots:
    """The bucket `hookline-slots` of a namespace; keys go only with `forget`."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    async def places(self, sensor: str, trigger: str) -> KeptPlaces:
        """Return what a trigger has taken; nothing at revision 0 when it never had a limit."""
        entry = await self._bucket.get(names.trigger_key(sensor, trigger))
        if entry is None:
            return KeptPlaces(Places(sensor=sensor, trigger=trigger), 0)
        return KeptPlaces(_decode(entry.value), entry.revision)

    async def enter(self, sensor: str, trigger: str, occupant: Occupant, limit: int) -> Places:
        """Take a place, unless all `limit` are taken; entering twice is harmless.

        Returns the places as they are then: they say whether `occupant` is among them.
        """

        async def once() -> Places:
            places, revision = await self.places(sensor, trigger)
            if places.has(occupant.who) or len(places.taken) >= limit:
                return places
            taken = (*places.taken, occupant)
            return await self._put(places, revision, taken, limit)

        return await settled(once)

    async def adopt(
        self, sensor: str, trigger: str, found: tuple[Occupant, ...], limit: int
    ) -> Places:
        """Enter what is at work already, over the limit if it must be; return the places."""

        async def once() -> Places:
            places, revision = await self.places(sensor, trigger)
            new = tuple(one for one in found if not places.has(one.who))
            if not new and places.limit == limit:
                return places
            return await self._put(places, revision, (*places.taken, *new), limit)

        return await settled(once)

    async def leave(self, sensor: str, trigger: str, gone: frozenset[tuple[str, str]]) -> Places:
        """Free the places of what is finished; return those that are taken still."""

        async def once() -> Places:
            places, revision = await self.places(sensor, trigger)
            taken = tuple(one for one in places.taken if one.who not in gone)
            if len(taken) == len(places.taken):
                return places
            return await self._put(places, revision, taken, places.limit)

        return await settled(once)

    async def all(self) -> list[Places]:
        """Return what all triggers with a limit have taken."""
        return [_decode(entry.value) async for entry in self._bucket.entries("trigger.>")]

    async def forget(self, sensor: str, trigger: str) -> None:
        """Remove what is kept for a trigger."""
        await self._bucket.remove(names.trigger_key(sensor, trigger))

    async def _put(
        self, places: Places, revision: int, taken: tuple[Occupant, ...], limit: int
    ) -> Places:
        changed = msgspec.structs.replace(places, taken=taken, limit=limit)
        key = names.trigger_key(places.sensor, places.trigger)
        await self._bucket.put(key, _encode(changed), revision)
        return changed
