import itertools

import pytest
from structlog.testing import capture_logs

from eventsource.emitter import Emitter, ids
from eventsource.source import Happening, Receipt, Source
from eventsource.spec import SourceEvent
from hookline.errors import TemporaryError


@pytest.fixture
def emitter(bus, metrics):
    return Emitter(bus.publish, metrics, ids(), "hooks", SourceEvent("push", "webhook", Source()))


async def test_a_stored_event_is_logged_with_its_id_and_without_its_data(emitter):
    with capture_logs() as lines:
        receipt = await emitter(Happening(b'{"body":"private"}', "i-1"))
    assert receipt == Receipt("i-1", duplicate=False)
    assert lines == [
        {
            "event": "received",
            "log_level": "info",
            "source": "hooks",
            "event_name": "push",
            "event_id": "i-1",
            "duplicate": False,
        }
    ]


async def test_a_failure_is_logged_as_a_repeating_fault_and_raised(emitter, bus):
    bus.error = TemporaryError("the bus is down")
    with capture_logs() as lines, pytest.raises(TemporaryError):
        await emitter(Happening(b"{}", None))
    (line,) = lines
    assert (line["event"], line["every"]) == ("not-stored", "not-stored:hooks/push")
    assert line["problem"] == "the bus is down"
    assert len(line["event_id"]) == 32


async def test_the_event_carries_the_time_it_was_received(emitter, bus):
    await emitter(Happening(b"{}", None))
    assert bus.events[0].time.endswith("Z")
    assert bus.events[0].context["datacontenttype"] == "application/json"


def test_ids_are_unique_in_and_across_processes():
    first, second = ids(), ids()
    made = [next(source) for _, source in itertools.product(range(1000), (first, second))]
    assert len(set(made)) == 2000
    assert {len(each) for each in made} == {32}
