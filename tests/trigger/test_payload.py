"""Bodies built from nothing, of values of events."""

import pytest

from trigger.payload import PayloadBlock, compile_payload


@pytest.fixture
def build(place, at, event):
    def _build(items, data):
        blocks = [PayloadBlock.read(item, place) for item in items]
        payload = compile_payload(blocks, place, at)
        assert place.mistakes == []
        return payload.build({"push": event(data)})

    return _build


def _item(dest=None, **src):
    item = {"src": {"dependencyName": "push", **src}}
    return item if dest is None else {**item, "dest": dest}


@pytest.mark.parametrize(
    ("items", "content"),
    [
        ([_item("a.b", dataKey="n")], b'{"a":{"b":"1"}}'),
        ([_item("a", dataKey="n", useRawData=True)], b'{"a":1}'),
        ([_item("0", dataKey="n")], b'["1"]'),
        ([_item("nullable_key", dataKey="z", useRawData=True)], b'{"nullable_key":null}'),
        ([_item("a", dataKey="big", useRawData=True)], b'{"a":12345678901234567890123}'),
        ([_item(dataKey="o")], b'{"x": 1}'),
        ([_item("", dataKey="s"), _item("a", dataKey="n")], b"text"),
        ([_item("a", value="fixed")], b'{"a":"fixed"}'),
    ],
)
def test_the_body_is_made_of_values(build, items, content):
    data = b'{"n": 1, "z": null, "big": 12345678901234567890123, "o": {"x": 1}, "s": "text"}'

    assert build(items, data).content == content


def test_nothing_makes_no_body(build):
    assert build([], {}) is None


def test_mistakes_are_noted_where_they_are(place, at):
    item = {"src": {"dependencyName": "pull"}, "dest": "a"}

    assert compile_payload([PayloadBlock.read(item, place)], place / "payload", at)
    assert [each.path for each in place.mistakes] == ["payload[0].src.dependencyName"]
