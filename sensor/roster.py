"""All triggers of all Sensors of a process: their consumers, their pull loops, and reloads."""

import asyncio
import contextlib
from dataclasses import dataclass

import structlog

from hookline.errors import HooklineError
from hookline.eventbus.bus import Bus
from hookline.eventbus.consumers import DependencyRef, TriggerPlan
from hookline.eventbus.errors import OutdatedError
from hookline.eventbus.pull import Puller
from hookline.eventbus.starts import Manifest
from hookline.metrics import Metrics
from hookline.names import event_stream
from sensor.desk import Desk
from sensor.gate import Gate
from sensor.generation import Generation
from sensor.runner import TriggerRunner
from sensor.spec import Dependency, Sensor
from trigger.action import Doors
from trigger.spec import Trigger

log = structlog.get_logger(__name__)

WINDOW = 32
WATCH_EVERY = 2.0  # seconds between two looks for a later version of a Sensor, and at what is held

type Key = tuple[str, str]


@dataclass(slots=True)
class _Post:
    """One trigger at work: who handles its deliveries, and what pulls them."""

    runner: TriggerRunner
    consumer: str
    puller: Puller


class Roster:
    """Runs the triggers of all Sensors.

    Consumers exist when `start` or `replace` returns, so event sources may listen from then on. A
    Sensor of which another process has a later version rests until that changes.
    """

    def __init__(
        self,
        bus: Bus,
        doors: Doors,
        metrics: Metrics,
        *,
        window: int = WINDOW,
        take_over: bool = False,
    ) -> None:
        self._bus = bus
        self._doors = doors
        self._metrics = metrics
        self._window = window
        self._take_over = take_over
        self._gate = Gate()
        self._posts: dict[Key, _Post] = {}
        self._sensors: dict[str, tuple[Sensor, Generation]] = {}
        self._resting: dict[str, str] = {}
        self._changing = asyncio.Lock()
        self._watch: asyncio.Task[None] | None = None

    async def replace(self, sensors: list[Sensor]) -> None:
        """Run these Sensors from now on; unchanged triggers go on undisturbed.

        Raises:
            TemporaryError: the bus could not make a consumer; call again.
        """
        async with self._changing:
            starts = self._bus.starts
            self._sensors = {
                sensor.name: (sensor, Generation(starts, sensor.name, sensor.digest))
                for sensor in sensors
            }
            self._resting = {}
            bound = {sensor.name: await self._bind_all(sensor) for sensor in sensors}
            for sensor in sensors:
                await self._post_all(sensor, bound[sensor.name])
            wanted = {(sensor.name, t.name) for sensor in sensors for t in sensor.triggers}
            for key in self._posts.keys() - wanted:
                await self._dismiss(key)
        if self._watch is None:
            self._watch = asyncio.create_task(self._keep_watch())

    async def bind(self, sensors: list[Sensor]) -> None:
        """Make the consumers of these Sensors without working on them (a source-only process)."""
        for sensor in sensors:
            await self._bind_all(sensor)

    async def _bind_all(self, sensor: Sensor) -> dict[str, str] | None:
        """Return the consumer of each trigger, None when a later version is the current one."""
        manifest = Manifest(sensor.name, sensor.digest, sensor.modified)
        await self._bus.starts.name_manifest(manifest, take_over=self._take_over)
        try:
            return {trigger.name: await self._bind(sensor, trigger) for trigger in sensor.triggers}
        except OutdatedError as error:
            self._rest(sensor.name, str(error))
            return None

    async def _bind(self, sensor: Sensor, trigger: Trigger) -> str:
        refs = tuple(
            DependencyRef(dependency.name, dependency.source, dependency.event)
            for dependency in _waits_for(sensor, trigger)
        )
        plan = TriggerPlan(
            sensor=sensor.name,
            trigger=trigger.name,
            dependencies=refs,
            serial=trigger.serial,
            start_from=trigger.start_from,
            manifest_hash=sensor.digest,
            modified=sensor.modified,
        )
        return (await self._bus.consumers.bind(plan)).consumer

    async def _post_all(self, sensor: Sensor, bound: dict[str, str] | None) -> None:
        for trigger in sensor.triggers:
            key = sensor.name, trigger.name
            if bound is not None:
                await self._post(key, sensor, trigger, bound[trigger.name])
            elif (post := self._posts.pop(key, None)) is not None:
                await self._stop(post, deadline=5.0)

    async def _post(self, key: Key, sensor: Sensor, trigger: Trigger, consumer: str) -> None:
        dependencies = _waits_for(sensor, trigger)
        _, generation = self._sensors[sensor.name]
        post = self._posts.get(key)
        if post is not None and post.consumer == consumer and post.runner.fits(trigger):
            runner = post.runner
            runner.become(trigger, dependencies, generation=generation, window=self._window)
            await self._tidy(runner)
            post.puller.kick()
            return
        if post is not None:
            await self._stop(post, deadline=5.0)
        self._posts[key] = await self._start(generation, trigger, dependencies, consumer)

    async def _start(
        self,
        generation: Generation,
        trigger: Trigger,
        dependencies: tuple[Dependency, ...],
        consumer: str,
    ) -> _Post:
        runner = TriggerRunner(
            Desk(self._bus, self._metrics, generation.sensor, trigger.name),
            self._doors,
            trigger,
            dependencies,
            generation=generation,
            window=self._window,
            gate=self._gate,
        )
        await self._tidy(runner)
        stream = event_stream(self._bus.namespace)
        puller = Puller(self._bus.connection, stream, consumer, runner.handle, runner.limit)
        runner.start(puller.kick)
        await puller.start()
        return _Post(runner, consumer, puller)

    async def _tidy(self, runner: TriggerRunner) -> None:
        """Let go what a join can never fire; an older version of the Sensor must not judge that."""
        if await runner.generation.is_current():
            await runner.join.tidy(runner.dependencies)
            await runner.join.expire()

    async def _keep_watch(self) -> None:
        """Look for later versions again and again; a bus that is away is asked again."""
        while True:
            await asyncio.sleep(WATCH_EVERY)
            async with self._changing:
                for sensor, generation in list(self._sensors.values()):
                    try:
                        await self._compare(sensor, generation)
                        await self._expire(sensor)
                    except HooklineError as error:
                        log.warning("cannot watch", error=str(error), every="watch")

    async def _compare(self, sensor: Sensor, generation: Generation) -> None:
        """Rest when a later version is the current one; go on when it is ours again."""
        if not await generation.is_current():
            if sensor.name not in self._resting:
                self._rest(sensor.name, "another process has a later version of the Sensor")
        elif sensor.name in self._resting:
            del self._resting[sensor.name]
            await self._post_all(sensor, await self._bind_all(sensor))

    async def _expire(self, sensor: Sensor) -> None:
        """Let go what the Sensor's joins may hold no longer."""
        for trigger in sensor.triggers:
            post = self._posts.get((sensor.name, trigger.name))
            if post is not None and sensor.name not in self._resting:
                await post.runner.join.expire()

    def _rest(self, sensor: str, why: str) -> None:
        self._resting[sensor] = why
        log.warning("sensor rests", sensor=sensor, reason=why)

    def resting(self) -> dict[str, str]:
        """Return the Sensors that are not worked on here, and why."""
        return dict(self._resting)

    async def _dismiss(self, key: Key) -> None:
        post = self._posts.pop(key)
        await self._stop(post, deadline=5.0)
        sensor, trigger = key
        log.warning(
            "trigger is gone, its consumer stays",
            sensor=sensor,
            trigger=trigger,
            hint=f"hookline forget {sensor}/{trigger} removes what is kept for it",
        )

    @staticmethod
    async def _stop(post: _Post, deadline: float) -> None:
        await post.puller.stop(deadline)
        await post.runner.stop()

    async def drain(self, deadline: float) -> None:
        """Stop pulling, finish what is held within `deadline` seconds, put the rest back."""
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        posts = list(self._posts.values())
        self._posts.clear()
        await asyncio.gather(*(self._stop(post, deadline) for post in posts))

    def problems(self) -> dict[str, str]:
        """Return what keeps triggers from working: `sensor/trigger` to the reason, in words."""
        found: dict[str, str] = {}
        for (sensor, trigger), post in self._posts.items():
            if problem := post.puller.problem:
                found[f"{sensor}/{trigger}"] = problem
        return found

    def refusing_targets(self) -> dict[str, str]:
        """Return the triggers whose target refuses: `sensor/trigger` to what it said last."""
        found: dict[str, str] = {}
        for (sensor, trigger), post in self._posts.items():
            occupancy = post.runner.attempts.occupancy
            if post.runner.probe.failures:
                found[f"{sensor}/{trigger}"] = post.runner.probe.error
            elif occupancy is not None and occupancy.problem:
                found[f"{sensor}/{trigger}"] = occupancy.problem
        return found


def _waits_for(sensor: Sensor, trigger: Trigger) -> tuple[Dependency, ...]:
    return tuple(sensor.dependencies[name] for name in trigger.waits_for)
