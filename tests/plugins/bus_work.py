"""Words for tests of the bus: events, plans, decisions, and a worker that finishes deliveries."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

from hookline.decision import Decision, Verdict
from hookline.event import Event
from hookline.eventbus.bus import Bus
from hookline.eventbus.consumers import DependencyRef, TriggerPlan
from hookline.eventbus.pull import Delivery, Puller

_DEADLINE = 30.0


def an_event(event_id: str, source: str = "hook", name: str = "push", data: bytes = b"1") -> Event:
    return Event(event_id, source, name, "webhook", "2026-01-01T00:00:00Z", data)


def a_plan(*wanted: str, **changes: Any) -> TriggerPlan:
    """`a_plan("hook/push", "b=hook/pull")`; a dependency without a name is called as its event."""
    dependencies = []
    for text in wanted or ("hook/push",):
        name, _, reference = text.rpartition("=")
        source, event = reference.split("/")
        dependencies.append(DependencyRef(name or event, source, event))
    settings: dict[str, Any] = {
        "sensor": "s",
        "trigger": "t",
        "dependencies": tuple(dependencies),
        "serial": False,
        "start_from": None,
        "manifest_hash": "hash",
        "modified": 1.0,
    }
    return TriggerPlan(**{**settings, **changes})


def a_decision(event_id: str, verdict: Verdict = Verdict.LAUNCHED, **changes: Any) -> Decision:
    fields: dict[str, Any] = {
        "source": "hook",
        "event": "push",
        "sequence": 1,
        "sensor": "s",
        "trigger": "t",
        "dependency": "push",
        "at": "2026-01-01T00:00:00Z",
    }
    return Decision(event_id=event_id, verdict=verdict, **{**fields, **changes})


async def publish(bus: Bus, *ids: str, source: str = "hook", name: str = "push") -> int:
    """Publish an event for each id; return the last one's sequence."""
    sequence = 0
    for event_id in ids:
        ack = await bus.publish_event(an_event(event_id, source, name), made_id=True)
        sequence = ack.sequence
    return sequence


async def eventually[T](ask: Callable[[], Awaitable[T]], seconds: float = _DEADLINE) -> T:
    """Return what `ask` gives once it is true; fails after so many seconds."""
    end = monotonic() + seconds
    while not (answer := await ask()):
        assert monotonic() < end, "it never became true"
        await asyncio.sleep(0.01)
    return answer


async def info(bus: Bus, consumer: str) -> dict[str, Any]:
    return await bus.connection.api(f"CONSUMER.INFO.{bus.consumers.stream}.{consumer}")


async def take(
    bus: Bus,
    consumer: str,
    count: int,
    *,
    finish: Callable[[Delivery], bool] = lambda _: True,
) -> list[Delivery]:
    """Pull until `count` messages came; acknowledge those that `finish` likes, put back others."""
    taken: list[Delivery] = []
    enough = asyncio.Event()

    async def handle(delivery: Delivery) -> None:
        taken.append(delivery)
        if finish(delivery):
            delivery.ack()
        else:
            delivery.nak(0.0 if len(taken) < count else 3600.0)
        if len(taken) >= count:
            enough.set()

    before = int((await info(bus, consumer))["num_ack_pending"])
    limit = count
    puller = Puller(
        bus.connection, bus.consumers.stream, consumer, handle, lambda: limit - len(taken)
    )
    await puller.start()
    await asyncio.wait_for(enough.wait(), _DEADLINE)
    await puller.stop(5.0)
    again = {delivery.sequence for delivery in taken if delivery.count > 1}
    left = {delivery.sequence for delivery in taken if not finish(delivery)}
    await eventually(lambda: _settled(bus, consumer, before - len(again) + len(left)))
    return taken


async def _settled(bus: Bus, consumer: str, open_: int) -> bool:
    """Acknowledgements go without an answer: wait until the server counts them."""
    found = await info(bus, consumer)
    return int(found["num_ack_pending"]) <= open_ and not found["num_waiting"]
