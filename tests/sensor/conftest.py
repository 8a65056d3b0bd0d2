"""A bus, Sensors from YAML with an action that tells what it was given, and deliveries at work."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import yaml
from bus_work import eventually

from hookline.event import Event
from hookline.eventbus.bus import Bus
from hookline.eventbus.settings import BusSettings
from hookline.manifest import Document
from hookline.metrics import Metrics
from sensor.roster import Roster
from sensor.spec import Sensor, read_sensor
from trigger.action import Doors, Order, Prepared
from trigger.launch import Launcher
from trigger.spec import Trigger

SENSOR = """\
apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {{name: pairs}}
spec:
  dependencies:
    - {{name: a, eventSourceName: hook, eventName: a}}
    - {{name: b, eventSourceName: hook, eventName: b}}
    - {{name: c, eventSourceName: hook, eventName: c}}
    - {{name: same, eventSourceName: hook, eventName: a}}
    - {{name: big, eventSourceName: hook, eventName: a, filters: {{data: [
        {{path: n, type: number, comparator: ">", value: ["10"]}}]}}}}
  triggers:
    - template: {{name: pair, conditions: "{conditions}", log: {{}}}}
{more}
"""


@dataclasses.dataclass
class Scribe(Prepared):
    """An action that keeps what it was given, and fails as often as it is told."""

    fired: list[dict[str, str]] = dataclasses.field(default_factory=list)
    keys: list[str] = dataclasses.field(default_factory=list)
    failures: list[Exception] = dataclasses.field(default_factory=list)
    before: Callable[[], Awaitable[None]] | None = None

    def order(self, events, due) -> Order:
        return Order({"events": {name: event.id for name, event in events.items()}, "key": due.key})

    async def act(
        self,
        order,
        doors,  # noqa: ARG002  of Prepared
        lease_is_live,  # noqa: ARG002  of Prepared
        *,
        repeat,  # noqa: ARG002  of Prepared
    ) -> dict[str, str] | None:
        self.keys.append(order.object["key"])
        if self.before is not None:
            await self.before()
        if self.failures:
            raise self.failures.pop(0)
        self.fired.append(order.object["events"])
        return None


def rescued_by(scribe: Scribe, **changes: Any) -> Trigger:
    """A dlqTrigger whose action is `scribe`."""
    (trigger,) = read("a").triggers
    return dataclasses.replace(trigger, name="rescue", launcher=Launcher(scribe), **changes)


def read(conditions: str, more: str = "", modified: float = 1.0) -> Sensor:
    body = yaml.safe_load(SENSOR.format(conditions=conditions, more=more))
    mistakes: list[Any] = []
    sensor = read_sensor(Document("sensor.yaml", 1, body, modified=modified), mistakes)
    assert sensor is not None, mistakes
    return sensor


def with_action(
    sensor: Sensor, action: Prepared, intervals: dict[str, float] | None = None, **changes: Any
) -> Sensor:
    triggers = tuple(
        dataclasses.replace(
            trigger,
            launcher=Launcher(action),
            **({"interval": intervals[trigger.name]} if intervals else {}),
            **changes,
        )
        for trigger in sensor.triggers
    )
    return dataclasses.replace(sensor, triggers=triggers)


class Stage:
    """A worker's sensor side over a real bus."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.scribe = Scribe()
        self.rescuer = Scribe()
        self.rosters: list[Roster] = []

    async def play(
        self,
        conditions: str,
        *,
        more: str = "",
        modified: float = 1.0,
        take_over: bool = False,
        **changes: Any,
    ):
        sensor = read(conditions, more, modified)
        roster = Roster(self.bus, Doors(kube=None), Metrics(), take_over=take_over)
        self.rosters.append(roster)
        await roster.replace([with_action(sensor, self.scribe, **changes)])
        return roster

    def rescue(self, **changes: Any) -> Trigger:
        """Return a dlqTrigger whose action is `rescuer`."""
        return rescued_by(self.rescuer, **changes)

    async def publish(self, *texts: str, data: bytes = b'{"n": 1}') -> None:
        """`publish("a1", "b1")`: events of hook/a and hook/b with these ids."""
        for text in texts:
            event = Event(text, "hook", text[0], "webhook", "2026-01-01T00:00:00Z", data)
            await self.bus.publish_event(event, made_id=True)

    async def verdict(self, text: str, dependency: str | None = None) -> str:
        stored = await self.bus.decisions.last(
            text, "hook", text[0], "pairs", "pair", dependency or text[0]
        )
        if stored is None:
            return ""
        return f"{stored.decision.verdict} {stored.decision.reason}".strip()

    async def expect(self, text: str, verdict: str, dependency: str | None = None) -> None:
        async def reached() -> bool:
            return (await self.verdict(text, dependency)) == verdict

        try:
            await eventually(reached)
        except AssertionError:
            pytest.fail(f"{text} is {await self.verdict(text, dependency)!r}, not {verdict!r}")

    async def hand(self):
        return (await self.bus.joins.hand("pairs", "pair")).hand


@pytest.fixture
async def make_bus(nats_server) -> AsyncIterator[Callable[..., Any]]:
    made: list[Bus] = []

    async def make(**settings: Any) -> Bus:
        made.append(Bus(BusSettings(**{"url": nats_server.url, **settings})))
        await made[-1].start()
        return made[-1]

    yield make
    for bus in made:
        await bus.close()


@pytest.fixture
async def stage(make_bus) -> AsyncIterator[Stage]:
    stage = Stage(await make_bus())
    yield stage
    await asyncio.gather(*(roster.drain(0.0) for roster in stage.rosters))
