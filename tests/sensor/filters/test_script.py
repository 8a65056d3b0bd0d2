"""The `script` filter (reference section 3.10)."""

from typing import Any

import pytest

from hookline.event import Event
from hookline.manifest import Document, Place
from sensor.filter import Judge, Judgement, compile_filters


def read(raw: Any, **more: Any) -> tuple[Judge | None, list[tuple[str, str, str]]]:
    place = Place(Document("f.yaml", 1, {}))
    judge = compile_filters({"script": raw, **more}, "and", place)
    return judge, [(m.code, m.path, m.message) for m in place.mistakes]


def judged(source: str, data: bytes = b'{"body":{"n":1,"name":"x"}}') -> Judgement:
    judge, mistakes = read(source)
    assert judge is not None, mistakes
    return judge(Event("1", "hooks", "push", "webhook", "2026-01-01T00:00:00Z", data))


@pytest.mark.parametrize(
    ("source", "passes"),
    [
        ("return event.body.n == 1", True),
        ("return event.body.n == 2", False),
        ("return event.body.n", False),
        ('return "true"', False),
        ("return nil", False),
        ("return", False),
        ("local x = 1", False),
        ("return false, true", True),
        ("if event.body.name == 'x' then return true else return false end", True),
    ],
)
def test_only_true_passes(source, passes):
    judgement = judged(source)
    assert (judgement.passed, judgement.error) == (passes, "")


@pytest.mark.parametrize(
    ("source", "data", "error"),
    [
        ("return event.a.b == 1", b"{}", "attempt to index a non-table object(nil)"),
        ("error('no')", b"{}", "no"),
        ("return true", b"[]", "no JSON object"),
        ("return true", b"1", "no JSON object"),
        ("return true", b"{", "no JSON"),
    ],
)
def test_an_error_says_no_and_is_told(source, data, error):
    judgement = judged(source, data)
    assert not judgement.passed
    assert judgement.error.startswith("script filter error (")
    assert error in judgement.error
    assert judgement.reason == "script filter error (the script gave no answer)"


def test_an_event_without_data_passes():
    assert judged("return false", b"").passed


def test_null_is_an_empty_event():
    assert judged("return next(event) == nil", b"null").passed


def test_the_clause_tells_both_sides():
    clause = judged("return event.body.n == 2").clauses[0]
    assert (clause.clause, clause.passed, clause.expected) == ("script", False, "true")
    assert clause.actual is False


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (1, "bad-value"),
        ({"lua": "return true"}, "bad-value"),
        (["return true"], "bad-value"),
    ],
)
def test_what_is_no_script_is_refused_when_it_loads(raw, code):
    judge, mistakes = read(raw)
    assert judge is None
    assert mistakes[0][:2] == (code, "script")


def test_a_mistake_tells_the_line_within_the_script():
    _, mistakes = read("local x = 1\n\nif x then")
    assert "line 3: " in mistakes[0][2]


def test_an_empty_script_is_none():
    judge, mistakes = read("")
    assert judge is not None
    assert mistakes == []


def test_it_is_asked_last():
    judge, _ = read("return true", context={"type": "webhook"})
    assert judge is not None
    event = Event("1", "hooks", "push", "webhook", "2026-01-01T00:00:00Z", b"{}")
    assert [clause.clause for clause in judge(event).clauses] == ["context type", "script"]


@pytest.mark.parametrize(
    ("operator", "script", "context", "passes"),
    [
        ("and", "return true", "webhook", True),
        ("and", "return false", "webhook", False),
        ("or", "return false", "webhook", True),
        ("or", "return true", "github", True),
        ("or", "return false", "github", False),
        ("or", "error('x')", "webhook", False),
    ],
)
def test_it_combines_with_other_kinds_and_its_error_vetoes(operator, script, context, passes):
    place = Place(Document("f.yaml", 1, {}))
    judge = compile_filters({"script": script, "context": {"type": context}}, operator, place)
    assert judge is not None
    event = Event("1", "hooks", "push", "webhook", "2026-01-01T00:00:00Z", b"{}")
    assert judge(event).passed is passes


@pytest.mark.parametrize("source", ["return (", "goto nowhere"])
def test_what_is_no_lua_is_noted_and_an_error_for_each_event(source):
    _, mistakes = read(source)
    assert mistakes[0][:2] == ("bad-script", "script")
    judgement = judged(source)
    assert not judgement.passed
    assert judgement.error.startswith("script filter error (")
