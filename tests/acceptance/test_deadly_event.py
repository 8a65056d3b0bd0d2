"""An event that kills the process that works on it ends as a dead letter."""

import asyncio

import pytest
from bus_work import eventually
from crash_at import KILLED
from dying import Dying
from hookline_processes import kubeconfig_for
from stage import trigger

from hookline.event import Event
from hookline.eventbus.bus import Bus
from hookline.eventbus.pull import Puller
from hookline.eventbus.settings import BusSettings

pytestmark = pytest.mark.timeout(180)


async def wear_out(bus: Bus, consumer: str, times: int) -> None:
    """Let an event be delivered so often, as to processes that died."""
    enough = asyncio.Event()

    async def handle(delivery):
        delivery.nak(0.0)
        if delivery.count >= times:
            enough.set()

    puller = Puller(
        bus.connection, "default", consumer, handle, lambda: 0 if enough.is_set() else 1
    )
    await puller.start()
    await asyncio.wait_for(enough.wait(), 30)
    await puller.stop(5.0)


async def test_it_runs_alone_kills_once_more_and_is_given_up(
    nats_server, sandbox, hookline, write_manifests, tmp_path
):
    config = kubeconfig_for(sandbox.url, tmp_path / "kubeconfig")
    argv = [write_manifests(trigger("count")), "--nats", nats_server.url]
    argv += ["--kubeconfig", config, "--role", "sensor", "--host", "127.0.0.1", "--api-port", "0"]
    hookline("run", *argv).kill()  # its consumer stays
    bus = Bus(BusSettings(nats_server.url))
    await bus.start()
    data = b'{"body": {"number": 1}}'
    event = Event("bad", "numbers", "number", "webhook", "2026-01-01T00:00:00Z", data)
    await bus.publish_event(event, made_id=True)
    consumer = (await bus.starts.trigger("counting", "count")).record.consumer
    await wear_out(bus, consumer, 10)

    async def decision():
        return await bus.decisions.last("bad", "numbers", "number", "counting", "count", "number")

    deadly = Dying(("create", 1), argv, tmp_path, "deadly")
    try:
        assert await asyncio.to_thread(deadly.process.wait, 60) == KILLED
    finally:
        deadly.end()
    assert (await decision()).decision.reason == "RunsAlone"
    hookline("run", *argv)

    async def dead():
        stored = await decision()
        return stored.decision if stored.decision.verdict == "deadLettered" else None

    assert (await eventually(dead)).reason == "KillsProcess"
    assert sandbox.objects("workflows") == []
    await bus.close()
