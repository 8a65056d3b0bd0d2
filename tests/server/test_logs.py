"""What a process says: readable or JSON, a repeating fault once in 10 s."""

import io
import json

import pytest
import structlog

from server import logs


@pytest.fixture
def spoken():
    """Return a stream that catches what is logged; logging is put back afterwards."""
    yield io.StringIO()
    structlog.reset_defaults()


def test_a_readable_line_says_event_and_trigger_without_empty_fields(spoken: io.StringIO):
    logs.configure(level="info", people=True, stream=spoken)
    structlog.get_logger().info(
        "launched",
        event_id="17",
        source="hooks",
        event_name="push",
        sensor="ci",
        trigger="build",
        object="Workflow default/x",
        duplicate=False,
    )
    [line] = spoken.getvalue().splitlines()
    assert line.split(maxsplit=1)[1] == (
        "launched      hooks/push 17 -> ci/build object=Workflow default/x"
    )


def test_a_json_line_has_level_time_and_the_event_id(spoken: io.StringIO):
    logs.configure(level="info", people=False, stream=spoken)
    structlog.get_logger().warning("retrying", event_id="17", attempts=2)
    line = json.loads(spoken.getvalue())
    assert (line["event"], line["level"], line["event_id"], line["attempts"]) == (
        "retrying",
        "warning",
        "17",
        2,
    )
    assert line["timestamp"].endswith("Z")


def test_lines_below_the_level_are_not_said(spoken: io.StringIO):
    logs.configure(level="warning", people=False, stream=spoken)
    structlog.get_logger().info("received", event_id="17")
    assert spoken.getvalue() == ""


def test_a_repeating_fault_is_said_once_in_ten_seconds_with_a_count():
    now = [100.0]
    gate = logs.OneIn10Seconds(lambda: now[0])
    assert gate(None, "", {"event": "down", "every": "bus"}) == {"event": "down"}
    for _ in range(3):
        with pytest.raises(structlog.DropEvent):
            gate(None, "", {"event": "down", "every": "bus"})
    assert gate(None, "", {"event": "other", "every": "api"}) == {"event": "other"}
    now[0] += 10.0
    assert gate(None, "", {"event": "down", "every": "bus"}) == {"event": "down", "left_out": 3}
    assert gate(None, "", {"event": "no key"}) == {"event": "no key"}


def test_an_exception_is_shown_whole(spoken: io.StringIO):
    logs.configure(level="info", people=True, stream=spoken)
    try:
        int("no number")
    except ValueError:
        structlog.get_logger().exception("a bug")
    assert "ValueError: invalid literal" in spoken.getvalue()
