import base64
import json

import pytest

from hookline.errors import PermanentError
from hookline.event import Event, decode, encode, now


def an_event(**changes):
    fields = {
        "id": "42",
        "source": "webhook",
        "name": "push",
        "type": "webhook",
        "time": "2026-01-02T03:04:05.678901Z",
        "data": b'{"a": 1}',
    }
    return Event(**{**fields, **changes})


def test_json_data_travels_as_it_is_and_not_as_base64():
    raw = encode(an_event(data=b'{"a":  1.10, "big": 12345678901234567890123}'))
    assert b'"data":{"a":  1.10, "big": 12345678901234567890123}' in raw
    assert b"data_base64" not in raw


def test_the_wire_has_the_attributes_of_a_cloud_event():
    assert json.loads(encode(an_event())) == {
        "specversion": "1.0",
        "id": "42",
        "source": "webhook",
        "type": "webhook",
        "subject": "push",
        "datacontenttype": "application/json",
        "time": "2026-01-02T03:04:05.678901Z",
        "data": {"a": 1},
    }


@pytest.mark.parametrize(
    "event",
    [
        an_event(),
        an_event(data=b""),
        an_event(data=b"null"),
        an_event(data=bytes(range(256)), content_type="application/octet-stream"),
        an_event(id="é\n", data='"ü"'.encode()),
        an_event(content_type=""),
    ],
)
def test_what_is_encoded_is_decoded_to_the_same_event(event):
    assert decode(encode(event)) == event


def test_data_that_is_no_json_travels_as_base64():
    raw = encode(an_event(data=b"\xff\x00", content_type="text/plain"))
    assert json.loads(raw)["data_base64"] == base64.b64encode(b"\xff\x00").decode()


def test_an_event_of_argo_events_is_read():
    raw = json.dumps(
        {
            "specversion": "1.0",
            "id": "x",
            "source": "webhook",
            "type": "webhook",
            "subject": "example",
            "datacontenttype": "application/json",
            "time": "2026-01-01T00:00:00Z",
            "data_base64": base64.b64encode(b'{"body": {}}').decode(),
        }
    ).encode()
    event = decode(raw)
    assert (event.id, event.source, event.name) == ("x", "webhook", "example")
    assert event.value == {"body": {}}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no json",
        b"[]",
        b"{}",
        b'{"id": 1, "source": "s", "subject": "e"}',
        b'{"id": "1", "source": "s"}',
        b'{"id": "1", "source": "s", "subject": "e", "data_base64": "?"}',
        b'{"id": "\xff", "source": "s", "subject": "e"}',
    ],
)
def test_bytes_that_are_no_cloud_event_are_a_bad_event(raw):
    with pytest.raises(PermanentError) as caught:
        decode(raw)
    assert caught.value.reason == "BadEvent"


def test_unknown_attributes_do_not_matter():
    assert decode(b'{"id":"1","source":"s","subject":"e","traceparent":"x"}').id == "1"


def test_the_value_keeps_large_integers():
    assert an_event(data=b"123456789012345678901234567890").value == (
        123456789012345678901234567890
    )


def test_the_value_of_no_data_is_none():
    assert an_event(data=b"").value is None


def test_the_value_of_data_that_is_no_json_is_a_bad_event():
    with pytest.raises(PermanentError) as caught:
        _ = an_event(data=b"<xml/>").value
    assert caught.value.reason == "BadEvent"


def test_the_context_has_upstreams_keys_and_whole_seconds():
    assert an_event(time="2026-01-02T04:04:05.9+01:00").context == {
        "id": "42",
        "source": "webhook",
        "specversion": "1.0",
        "type": "webhook",
        "datacontenttype": "application/json",
        "subject": "push",
        "time": "2026-01-02T03:04:05Z",
    }


def test_a_time_that_is_none_stays_as_it_is():
    assert an_event(time="yesterday").context["time"] == "yesterday"


def test_the_whole_event_has_its_data_as_base64():
    whole = json.loads(an_event().whole)
    assert whole["context"] == an_event().context
    assert base64.b64decode(whole["data"]) == b'{"a": 1}'


def test_now_is_utc_with_microseconds():
    assert now().endswith("Z")
    assert len(now()) == len("2026-01-02T03:04:05.678901Z")


def test_data_that_is_nested_too_deep_is_a_bad_event():
    deep = Event("1", "s", "n", "webhook", "", b"[" * 200_000 + b"]" * 200_000)
    with pytest.raises(PermanentError) as caught:
        _ = deep.value
    assert caught.value.reason == "BadEvent"


def test_an_event_without_a_type_of_its_data_has_none_in_its_context():
    event = decode(b'{"id":"1","source":"s","subject":"e","data":{"a":1}}')
    assert event.context["datacontenttype"] == ""
    assert event.value == {"a": 1}
    assert json.loads(event.whole)["context"]["datacontenttype"] == ""


def test_half_a_surrogate_pair_reads_as_the_replacement_character():
    data = rb'{"title": "cut \ud83d", "whole": "\ud83d\ude00", "n": 1.50}'
    fields = {"id": "1", "source": "s", "subject": "e"}
    encoded = {**fields, "data_base64": base64.b64encode(data).decode()}
    plain = json.dumps({**fields, "id": "\ud800"}).encode()[:-1] + b', "data": ' + data + b"}"
    for raw in (json.dumps(encoded).encode(), plain):
        assert decode(raw).value == {"title": "cut \ufffd", "whole": "😀", "n": 1.5}
    assert decode(plain).id == "\ufffd"
    assert decode(json.dumps(encoded).encode()).data == data
