"""A line about each event."""

import pytest
from structlog.testing import capture_logs

from trigger.action import Doors


@pytest.fixture
def log(read):
    trigger, mistakes = read("template: {name: start, log: {}}")
    assert mistakes == []
    return trigger.launcher


async def _written(launcher, events, due):
    order = launcher.order(events, due)
    with capture_logs() as lines:
        made = await launcher.launch(order, Doors(kube=None), lambda: True, repeat=False)
    assert made is None
    return lines


async def test_a_line_names_the_event_and_shows_its_data(log, event, due):
    happened = event({"a": "é"}, "e7")
    (line,) = await _written(log, {"push": happened}, due(happened))

    assert line["event_id"] == "e7"
    assert (line["sensor"], line["trigger"], line["dependency"]) == ("web", "start", "push")
    assert (line["source"], line["event_name"]) == ("webhook", "example-1")
    assert line["data"] == '{"a": "\\u00e9"}'


async def test_every_event_has_a_line(log, event, due):
    events = {"push": event({}, "e1"), "pull": event({}, "e2")}
    lines = await _written(log, events, due(events["push"]))

    assert [line["event_id"] for line in lines] == ["e1", "e2"]


async def test_long_data_is_cut(log, event, due):
    happened = event(b'"' + b"x" * 100_000 + b'"')
    (line,) = await _written(log, {"push": happened}, due(happened))

    assert len(line["data"]) < 3000
    assert line["data"].endswith("…")


async def test_data_that_is_no_text_is_shown_all_the_same(log, event, due):
    happened = event(b"\xff\xfe", content_type="application/octet-stream")

    assert await _written(log, {"push": happened}, due(happened))


def test_nothing_would_be_created(log, event, due):
    happened = event({})

    assert log.order({"push": happened}, due(happened)).object is None


def test_the_interval_is_accepted_with_a_warning(read):
    trigger, mistakes = read("template: {name: start, log: {intervalSeconds: 20}}")

    assert trigger is not None
    assert [(m.level, m.code) for m in mistakes] == [("warning", "no-effect")]
