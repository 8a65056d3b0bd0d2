"""The `context` filter (reference section 3.8)."""

from typing import Any

import pytest

from hookline.event import Event
from hookline.manifest import Document, Place
from sensor.filter import Judge, compile_filters

EVENT = Event("1", "hooks", "push", "webhook", "2026-01-01T00:00:00Z", b"{}")


def read(raw: Any) -> tuple[Judge | None, list[tuple[str, str, str]]]:
    place = Place(Document("f.yaml", 1, {}))
    judge = compile_filters({"context": raw}, "and", place)
    return judge, [(mistake.level, mistake.code, mistake.path) for mistake in place.mistakes]


@pytest.mark.parametrize(
    ("wanted", "passes"),
    [
        ({"source": "hooks"}, True),
        ({"source": "hook"}, False),
        ({"source": "hooks*"}, False),
        ({"subject": "push"}, True),
        ({"subject": "Push"}, False),
        ({"type": "webhook"}, True),
        ({"type": "github"}, False),
        ({"datacontenttype": "application/json"}, True),
        ({"datacontenttype": "application/json; charset=utf-8"}, False),
        ({"source": "hooks", "subject": "push", "type": "webhook"}, True),
        ({"source": "hooks", "subject": "pull"}, False),
        ({"source": "hooks", "subject": ""}, True),
        ({"source": "hooks", "subject": None}, True),
    ],
)
def test_every_attribute_that_is_given_must_be_equal(wanted: dict[str, Any], passes: bool):
    judge, _ = read(wanted)
    assert judge is not None
    assert judge(EVENT).passed is passes


def test_an_event_that_came_without_a_type_of_its_data_has_none():
    untyped = Event("1", "hooks", "push", "webhook", "2026-01-01T00:00:00Z", b"{}", "")
    judge, _ = read({"type": "webhook", "datacontenttype": "application/json"})
    assert judge is not None
    assert not judge(untyped).passed
    assert judge(untyped).clauses[0].actual == {"type": "webhook", "datacontenttype": ""}


def test_the_clause_tells_both_sides():
    judge, _ = read({"source": "hooks", "subject": "pull"})
    assert judge is not None
    clause = judge(EVENT).clauses[0]
    assert clause.clause == "context subject, source"
    assert clause.expected == 'subject = "pull" and source = "hooks"'
    assert clause.actual == {"subject": "push", "source": "hooks"}


@pytest.mark.parametrize(
    ("raw", "level", "code", "path"),
    [
        ({}, "error", "missing-field", "context"),
        ({"source": ""}, "error", "missing-field", "context"),
        ({"sorce": "x"}, "error", "unknown-field", "context.sorce"),
        ({"source": 1}, "error", "bad-type", "context.source"),
        ([{"source": "x"}], "error", "bad-type", "context"),
        ({"source": "x", "id": "1"}, "warning", "no-effect", "context.id"),
        ({"source": "x", "time": "2020-01-01"}, "warning", "no-effect", "context.time"),
    ],
)
def test_a_mistake_is_found_when_the_manifest_loads(raw: Any, level: str, code: str, path: str):
    assert read(raw)[1] == [(level, code, path)]
