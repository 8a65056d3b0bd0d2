"""How many Workflows of a trigger with `maxActive` are at work, and whether there is room.

A place is taken on the bus before the create; a watch on the cluster only frees places. Nothing is
launched before the first complete list, so that what runs already is counted.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import structlog

from hookline.errors import TemporaryError
from hookline.eventbus.slots import Occupant, Places
from hookline.kube.errors import NotFoundError
from hookline.kube.watching import Seen
from hookline.names import label_value
from sensor.desk import Desk
from sensor.records import Record, is_over
from trigger.action import Doors, Order
from trigger.marks import SENSOR_LABEL, TRIGGER_LABEL

log = structlog.get_logger(__name__)

type Who = tuple[str, str]  # namespace, name

API_VERSION, KIND = "argoproj.io/v1alpha1", "Workflow"
_FINISHED = frozenset({"Succeeded", "Failed", "Error"})
_COMPLETED = "workflows.argoproj.io/completed"  # the controller's label of what is finished
_FULL = 2.0  # seconds until an event that found no place is tried again
_SWEEP = 5.0  # seconds between two looks at places whose Workflow the watch does not show
_AGAIN = 1.0  # seconds until a watch that broke is begun again


class NoPlaceError(TemporaryError):
    """As many Workflows as `maxActive` allows are at work."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"{limit} Workflows are at work, which is maxActive", reason="MaxActive", delay=_FULL
        )


class Occupancy:
    """The places of one trigger, as this process sees them.

    Attributes:
        problem: why the cluster does not tell what is at work; None while it does.
    """

    def __init__(self, desk: Desk, doors: Doors, limit: int, home: str) -> None:
        self.limit = limit
        self.problem: str | None = "the first list of what is at work is not there yet"
        self._desk = desk
        self._doors = doors
        self._kick: Callable[[], None] = lambda: None
        self._selector = (
            f"{SENSOR_LABEL}={label_value(desk.sensor)},{TRIGGER_LABEL}={label_value(desk.trigger)},"
            f"{_COMPLETED}!=true"
        )
        self._taken: dict[Who, Occupant] = {}
        self._at_work: dict[str, set[Who]] = {}  # by namespace, from its first list on
        self._firing: set[Who] = set()
        self._abandoned = 0
        self._home = home
        self._watches: dict[str, asyncio.Task[None]] = {}
        self._sweeper: asyncio.Task[None] | None = None
        self._entering = asyncio.Lock()

    def start(self, kick: Callable[[], None]) -> None:
        """Begin to look at the cluster; `kick` is called when there is room."""
        self._kick = kick
        self._follow(self._home)
        self._sweeper = asyncio.create_task(self._keep_sweeping())

    async def stop(self) -> None:
        """Look no more."""
        tasks = [*self._watches.values(), *([self._sweeper] if self._sweeper else [])]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def room(self) -> int:
        """Return how many more deliveries are worth pulling.

        That is one for each free place, and for each that an event has taken whose attempt is over:
        that event must come again.
        """
        if self._home not in self._at_work:
            return 0
        return max(0, self.limit - len(self._taken)) + self._abandoned

    async def enter(self, order: Order, record: Record) -> None:
        """Take the place of what is about to be created.

        Raises:
            NoPlaceError: all are taken.
            TemporaryError: the bus did not take it.
        """
        event, metadata = record.event, order.tree["metadata"]
        occupant = Occupant(
            namespace=metadata.get("namespace", ""),
            name=metadata["name"],
            event_id=event.id,
            source=event.source,
            event=event.name,
            dependency=record.dependency,
        )
        async with self._entering:
            who = self._desk.sensor, self._desk.trigger
            self._see(await self._desk.bus.slots.enter(*who, occupant, self.limit))
        if occupant.who not in self._taken:
            raise NoPlaceError(self.limit)
        self._follow(occupant.namespace)
        self._firing.add(occupant.who)

    def done(self, order: Order) -> None:
        """Say that an attempt is over, however it went; the place stays taken."""
        metadata = order.tree.get("metadata", {})
        self._firing.discard((metadata.get("namespace", ""), metadata.get("name", "")))

    def _see(self, places: Places) -> None:
        self._taken = {occupant.who: occupant for occupant in places.taken}
        self._desk.occupied(len(self._taken))

    def _follow(self, namespace: str) -> None:
        if namespace not in self._watches:
            self._watches[namespace] = asyncio.create_task(self._keep_watching(namespace))

    async def _keep_watching(self, namespace: str) -> None:
        while True:
            try:
                await self._watch(namespace)
                self.problem = None
            except TemporaryError as error:
                self.problem = f"maxActive: {error}"
                log.warning(
                    "cannot see what is at work",
                    sensor=self._desk.sensor,
                    trigger=self._desk.trigger,
                    error=str(error),
                    every=f"occupancy {self._desk.sensor} {self._desk.trigger}",
                )
                await asyncio.sleep(_AGAIN)

    async def _watch(self, namespace: str) -> None:
        """List what is at work, then follow its changes until the watch ends."""
        kube, selection = self._doors.cluster(), (API_VERSION, KIND, namespace, self._selector)
        listed = await kube.survey(*selection)
        found = [_who(seen) for seen in listed.items if not _is_finished(seen)]
        occupants = tuple(Occupant(namespace=space, name=name) for space, name in found)
        who = self._desk.sensor, self._desk.trigger
        self._see(await self._desk.bus.slots.adopt(*who, occupants, self.limit))
        self._at_work[namespace] = set(found)
        self.problem = None
        await self._free([_who(seen) for seen in listed.items if _is_finished(seen)])
        await self._sweep()
        stream = kube.watch(*selection, listed.metadata.resourceVersion)
        async with aclosing(stream) as changes:
            async for change in changes:
                if change.type == "BOOKMARK":
                    continue
                if change.type == "DELETED" or _is_finished(change.object):
                    self._at_work[namespace].discard(_who(change.object))
                    await self._free([_who(change.object)])
                else:
                    self._at_work[namespace].add(_who(change.object))

    async def _keep_sweeping(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP)
            try:
                await self._sweep()
            except TemporaryError as error:
                log.warning("cannot sweep", error=str(error), every="occupancy sweep")

    async def _sweep(self) -> None:
        """Look after places whose Workflow the watch does not show.

        Such a place is free again when its event is decided and the Workflow is finished or gone.
        While the event is not decided it keeps its place, and has to be delivered again.
        """
        sensor, trigger = self._desk.sensor, self._desk.trigger
        self._see((await self._desk.bus.slots.places(sensor, trigger)).places)
        for occupant in self._taken.values():
            self._follow(occupant.namespace)
        shown = set().union(*self._at_work.values())
        hidden = [
            occupant
            for who, occupant in self._taken.items()
            if who not in shown and who not in self._firing
        ]
        abandoned = 0
        for occupant in hidden:
            if not await self._is_decided(occupant):
                abandoned += 1
            elif not await self._is_at_work(occupant):
                await self._free([occupant.who])
        self._abandoned = abandoned
        self._kick()

    async def _is_decided(self, occupant: Occupant) -> bool:
        if not occupant.event_id:  # it was found at work, no event of ours waits for it
            return True
        stored = await self._desk.bus.decisions.last(
            occupant.event_id,
            occupant.source,
            occupant.event,
            self._desk.sensor,
            self._desk.trigger,
            occupant.dependency,
        )
        return stored is not None and is_over(stored.decision)

    async def _is_at_work(self, occupant: Occupant) -> bool:
        try:
            found = await self._doors.cluster().get(
                API_VERSION, KIND, occupant.namespace, occupant.name
            )
        except NotFoundError as error:
            return error.missing != "object"
        return (found.get("status") or {}).get("phase") not in _FINISHED

    async def _free(self, gone: list[Who]) -> None:
        leaving = frozenset(gone) & self._taken.keys()
        if leaving:
            who = self._desk.sensor, self._desk.trigger
            self._see(await self._desk.bus.slots.leave(*who, leaving))
            self._kick()


def _who(seen: Seen) -> Who:
    return seen.metadata.namespace, seen.metadata.name


def _is_finished(seen: Seen) -> bool:
    completed = seen.metadata.labels.get(_COMPLETED) == "true"
    return completed or (seen.status is not None and seen.status.phase in _FINISHED)
