"""What outlives a consumer: where each trigger began, how far it came, and whose the bus is."""

import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import msgspec
import msgspec.structs

from hookline import names
from hookline.event import now
from hookline.eventbus.buckets import Bucket
from hookline.eventbus.errors import BusBusyError, BusRefusedError, WrongSequenceError

FORM = 1
_TRIES = 20  # of a compare-and-set, against other processes that start at the same time


class Since(msgspec.Struct, frozen=True):
    """A dependency of a trigger, and the first sequence that counts for it."""

    name: str
    source: str
    event: str
    start: int


class TriggerStart(msgspec.Struct, frozen=True, kw_only=True):
    """The record of one trigger.

    Attributes:
        stream: when the event stream was made; another moment is another stream.
        former: names that its dependencies had before; decisions may stand under them.
        consumer: the durable consumer that serves the trigger now.
        start: the first sequence that the consumer delivers.
        floor: nothing at or below it is unfinished, when last looked.
        lost: events that left the stream before they were finished.
        retired: consumers that served it before, and still exist.
        created: when the trigger was first loaded, RFC 3339.
    """

    form: int = FORM
    sensor: str
    trigger: str
    stream: str
    dependencies: tuple[Since, ...]
    consumer: str
    start: int
    floor: int
    former: tuple[str, ...] = ()
    lost: int = 0
    retired: tuple[str, ...] = ()
    created: str = ""


class Manifest(msgspec.Struct, frozen=True):
    """The current manifest of a sensor: hash of its text, and when its file was modified."""

    sensor: str
    hash: str
    modified: float
    form: int = FORM


class Owner(msgspec.Struct, frozen=True):
    """The namespace whose stream `default` is."""

    namespace: str
    claimed: str
    form: int = FORM


class Kept(NamedTuple):
    """A trigger's record and its revision."""

    record: TriggerStart
    revision: int


_encode = msgspec.json.Encoder().encode
_trigger = msgspec.json.Decoder(TriggerStart).decode
_manifest = msgspec.json.Decoder(Manifest).decode
_owner = msgspec.json.Decoder(Owner).decode


class Starts:
    """The bucket `hookline-starts`; nothing in it is deleted but by `forget`."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    async def claim(self, namespace: str) -> None:
        """Name `namespace` as the owner of the stream `default`, or find that it is.

        Raises BusRefusedError when it is another's.
        """

        async def once() -> bool:
            entry = await self._bucket.get(names.OWNER_KEY)
            if entry is not None:
                _refuse_other(_owner(entry.value).namespace, namespace)
                return True
            owner = Owner(namespace=namespace, claimed=now())
            await self._bucket.put(names.OWNER_KEY, _encode(owner), 0)
            return True

        await settled(once)

    async def trigger(self, sensor: str, trigger: str) -> Kept | None:
        """Return the record of a trigger, or None when it was never loaded."""
        entry = await self._bucket.get(names.trigger_key(sensor, trigger))
        return None if entry is None else Kept(_trigger(entry.value), entry.revision)

    async def triggers(self) -> list[Kept]:
        """Return the records of all triggers that were ever loaded and not forgotten."""
        return [
            Kept(_trigger(entry.value), entry.revision)
            async for entry in self._bucket.entries("trigger.>")
        ]

    async def store(self, record: TriggerStart, revision: int) -> Kept:
        """Write a record over `revision` (0: there is none); WrongSequenceError on a conflict."""
        key = names.trigger_key(record.sensor, record.trigger)
        return Kept(record, await self._bucket.put(key, _encode(record), revision))

    async def manifest(self, sensor: str) -> Manifest | None:
        """Return the current manifest of a sensor."""
        entry = await self._bucket.get(names.sensor_key(sensor))
        return None if entry is None else _manifest(entry.value)

    async def name_manifest(self, wanted: Manifest, *, take_over: bool = False) -> Manifest:
        """Make `wanted` the current manifest unless a later one is; return the current one.

        `take_over` claims it whatever the times say, as if its file had been written now: a
        rollback to an older file, which the later version's processes must not undo by a restart.
        """

        async def once() -> Manifest:
            entry = await self._bucket.get(names.sensor_key(wanted.sensor))
            named = wanted
            if entry is not None:
                current = _manifest(entry.value)
                if take_over:
                    moment = max(time.time(), current.modified)
                    named = msgspec.structs.replace(wanted, modified=moment)
                if current.hash == named.hash or current.modified > named.modified:
                    return current
            revision = 0 if entry is None else entry.revision
            await self._bucket.put(names.sensor_key(named.sensor), _encode(named), revision)
            return named

        return await settled(once)

    async def lost(self) -> int:
        """Return how many events left the stream before a trigger had finished them."""
        return sum(kept.record.lost for kept in await self.triggers())

    async def forget(self, sensor: str, trigger: str) -> None:
        """Remove the record of a trigger."""
        await self._bucket.remove(names.trigger_key(sensor, trigger))

    async def forget_manifest(self, sensor: str) -> None:
        """Remove what names the current manifest of a sensor."""
        await self._bucket.remove(names.sensor_key(sensor))


async def settled[T](once: Callable[[], Awaitable[T]]) -> T:
    """Repeat a read-and-compare-and-set until nobody else comes in between."""
    for _ in range(_TRIES):
        try:
            return await once()
        except WrongSequenceError:
            continue
    raise BusBusyError("a record in hookline-starts changes all the time")


def _refuse_other(owner: str, namespace: str) -> None:
    if owner != namespace:
        raise BusRefusedError(
            f"the stream default on this NATS account belongs to namespace {owner},"
            f" and this process is for {namespace}",
            setting=f"--namespace {namespace}",
            remedy=f"run with --namespace {owner}, or give this namespace an account of its own",
        )
