"""A `nats` source on Hookline's own bus: what Hookline says starts nothing."""

import json

import nats
import pytest

from eventsource.runner import SourceRunner
from eventsource.spec import read_event_source
from hookline.eventbus.bus import Bus
from hookline.eventbus.settings import BusSettings
from hookline.manifest import Document
from hookline.secrets import Secrets


@pytest.fixture
async def own_bus(nats_server):
    """The bus that the source stores its events on, on the server that it listens to."""
    bus = Bus(BusSettings(nats_server.url))
    await bus.start()
    yield bus
    await bus.close()


@pytest.fixture
async def client(nats_server):
    client = await nats.connect(nats_server.url)
    yield client
    await client.close()


def listening(url, **own):
    settings = {"url": url, "jsonBody": True} | own
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "EventSource",
        "metadata": {"name": "bus"},
        "spec": {"nats": {"said": settings}},
    }
    mistakes = []
    source = read_event_source(Document("f", 1, body), mistakes)
    assert [each.level for each in mistakes] == ["warning"]
    assert mistakes[0].code == "hears-itself"
    return source


@pytest.mark.parametrize(
    ("subject", "jetstream"),
    [
        ("default.>", None),
        (">", None),
        ("default.*.*", {"stream": "default", "durable": "mine"}),
    ],
)
async def test_a_source_that_hears_its_own_bus_makes_one_event_of_each_foreign_message(
    nats_server, own_bus, client, metrics, until, subject, jetstream
):
    extra = {"jetstream": jetstream} if jetstream else {}
    source = listening(nats_server.url, subject=subject, **extra)
    runner = SourceRunner(
        own_bus.publish_event, host="127.0.0.1", secrets=Secrets(), metrics=metrics
    )
    sent = metrics.sent.labels("default", "bus", "said")
    left_out = metrics.processing_failed.labels("default", "bus", "said")
    await runner.start([source])
    try:
        await until(lambda: runner.listening() == {"bus/said": None})
        for count in (1, 2):
            await client.publish("default.argo.push", json.dumps(count).encode())
            await until(lambda count=count: sent._value.get() >= count)
        # The second event came later than what the first one's own message would have started.
        await until(lambda: left_out._value.get() >= 2)
        info = await client.jetstream().stream_info("default")
        assert (info.state.messages, sent._value.get()) == (4, 2)
        assert runner.listening() == {"bus/said": None}
    finally:
        await runner.drain(0.1)


@pytest.mark.parametrize("subject", ["orders.*", "$KV.config.>"])
def test_a_subject_apart_from_the_bus_is_fine(read_source, subject):
    _, mistakes = read_source(nats={"said": {"url": "nats://a", "subject": subject}})
    assert mistakes == []
