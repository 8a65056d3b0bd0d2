"""All triggers of all Sensors of a process: their consumers, their pull loops, and reloads."""

import asyncio
from dataclasses import dataclass

import structlog

from hookline.eventbus.bus import Bus
from hookline.eventbus.consumers import DependencyRef, TriggerPlan
from hookline.eventbus.pull import Puller
from hookline.metrics import Metrics
from hookline.names import event_stream
from sensor.desk import Desk
from sensor.gate import Gate
from sensor.runner import TriggerRunner
from sensor.spec import Dependency, Sensor
from trigger.action import Doors
from trigger.spec import Trigger

log = structlog.get_logger(__name__)

WINDOW = 32

type Key = tuple[str, str]


@dataclass(slots=True)
class _Post:
    """One trigger at work: who handles its deliveries, and what pulls them."""

    runner: TriggerRunner
    consumer: str
    puller: Puller


class Roster:
    """Runs the triggers of all Sensors.

    Consumers exist when `start` or `replace` returns, so event sources may listen from then on.
    """

    def __init__(self, bus: Bus, doors: Doors, metrics: Metrics, *, window: int = WINDOW) -> None:
        self._bus = bus
        self._doors = doors
        self._metrics = metrics
        self._window = window
        self._gate = Gate()
        self._posts: dict[Key, _Post] = {}

    async def replace(self, sensors: list[Sensor]) -> None:
        """Run these Sensors from now on; unchanged triggers go on undisturbed.

        Raises:
            TemporaryError: the bus could not make a consumer; call again.
        """
        wanted: dict[Key, tuple[Sensor, Trigger]] = {
            (sensor.name, trigger.name): (sensor, trigger)
            for sensor in sensors
            for trigger in sensor.triggers
        }
        bound = {key: await self._bind(*of) for key, of in wanted.items()}
        for key, (sensor, trigger) in wanted.items():
            await self._post(key, sensor, trigger, bound[key])
        for key in self._posts.keys() - wanted.keys():
            await self._dismiss(key)

    async def bind(self, sensors: list[Sensor]) -> None:
        """Make the consumers of these Sensors without working on them (a source-only process)."""
        for sensor in sensors:
            for trigger in sensor.triggers:
                await self._bind(sensor, trigger)

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

    async def _post(self, key: Key, sensor: Sensor, trigger: Trigger, consumer: str) -> None:
        dependencies = _waits_for(sensor, trigger)
        post = self._posts.get(key)
        if post is not None and post.consumer == consumer:
            post.runner.become(trigger, dependencies, self._window)
            await self._tidy(sensor, post.runner)
            post.puller.kick()
            return
        if post is not None:
            await self._stop(post, deadline=5.0)
        self._posts[key] = await self._start(sensor, trigger, dependencies, consumer)

    async def _start(
        self,
        sensor: Sensor,
        trigger: Trigger,
        dependencies: tuple[Dependency, ...],
        consumer: str,
    ) -> _Post:
        desk = Desk(self._bus, self._metrics, sensor.name, trigger.name)
        runner = TriggerRunner(
            desk, self._doors, trigger, dependencies, window=self._window, gate=self._gate
        )
        await self._tidy(sensor, runner)
        stream = event_stream(self._bus.namespace)
        puller = Puller(self._bus.connection, stream, consumer, runner.handle, runner.probe.limit)
        runner.attempts.kick = puller.kick
        await puller.start()
        return _Post(runner, consumer, puller)

    async def _tidy(self, sensor: Sensor, runner: TriggerRunner) -> None:
        """Let go what a join can never fire; an older version of the Sensor must not judge that."""
        current = await self._bus.starts.manifest(sensor.name)
        if current is not None and current.hash == sensor.digest:
            await runner.join.tidy(runner.dependencies)

    async def _dismiss(self, key: Key) -> None:
        post = self._posts.pop(key)
        await self._stop(post, deadline=5.0)
        sensor, trigger = key
        log.warning(
            "trigger is gone, its consumer stays",
            sensor=sensor,
            trigger=trigger,
            hint=f"hookline forget {sensor} removes what is kept for it",
        )

    @staticmethod
    async def _stop(post: _Post, deadline: float) -> None:
        await post.puller.stop(deadline)

    async def drain(self, deadline: float) -> None:
        """Stop pulling, finish what is held within `deadline` seconds, put the rest back."""
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
        return {
            f"{sensor}/{trigger}": post.runner.probe.error
            for (sensor, trigger), post in self._posts.items()
            if post.runner.probe.failures
        }


def _waits_for(sensor: Sensor, trigger: Trigger) -> tuple[Dependency, ...]:
    return tuple(sensor.dependencies[name] for name in trigger.waits_for)
