"""The wire that is shared with Argo Events: its form is read, and ours is that form."""

import base64
import json

import pytest

from hookline.event import Event, decode

# As Argo Events writes an event: this order of members, and data always as base64.
ARGO = (
    b'{"specversion":"1.0","id":"6e4b1f0c9d8a4f6bb1c2d3e4f5a60718","source":"hooks","type":"webhook",'
    b'"subject":"push","datacontenttype":"application/json","time":"2026-07-18T09:30:00.123456789Z",'
    b'"data_base64":"eyJoZWFkZXIiOnt9LCJib2R5Ijp7Im4iOjF9fQ=="}'
)
DATA = b'{"header":{},"body":{"n":1}}'


@pytest.mark.parametrize(
    "raw",
    [
        ARGO,
        ARGO.replace(
            b'"data_base64":"eyJoZWFkZXIiOnt9LCJib2R5Ijp7Im4iOjF9fQ=="', b'"data":' + DATA
        ),
    ],
)
async def test_events_of_argo_on_the_shared_stream_are_read_in_both_forms(bus, raw):
    api = bus.connection
    ack = json.loads(await api.request("default.hooks.push", raw))
    assert ack["stream"] == "default"
    stored = await api.api("STREAM.MSG.GET.default", {"seq": ack["seq"]})
    assert stored["message"]["subject"] == "default.hooks.push"
    event = decode(base64.b64decode(stored["message"]["data"]))
    assert (event.source, event.name, event.type) == ("hooks", "push", "webhook")
    assert event.id == "6e4b1f0c9d8a4f6bb1c2d3e4f5a60718"
    assert json.loads(event.data) == {"header": {}, "body": {"n": 1}}
    assert event.time == "2026-07-18T09:30:00.123456789Z"


async def test_an_event_of_ours_lies_on_the_stream_as_argo_would_read_it(bus):
    ours = Event("i-1", "hooks", "push", "webhook", "2026-07-18T09:30:00Z", DATA)
    ack = await bus.publish_event(ours, made_id=True)
    stored = await bus.connection.api("STREAM.MSG.GET.default", {"seq": ack.sequence})
    assert stored["message"]["subject"] == "default.hooks.push"
    envelope = json.loads(base64.b64decode(stored["message"]["data"]))
    assert envelope == {
        "specversion": "1.0",
        "id": "i-1",
        "source": "hooks",
        "type": "webhook",
        "subject": "push",
        "datacontenttype": "application/json",
        "time": "2026-07-18T09:30:00Z",
        "data": json.loads(DATA),
    }
