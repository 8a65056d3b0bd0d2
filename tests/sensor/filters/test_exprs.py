"""The `exprs` filter: fields, errors in upstream's words, mistakes found at load."""

import json
from typing import Any

import pytest

from hookline.event import Event
from hookline.manifest import Document, Place
from sensor.filter import Judgement, compile_filters

DATA: dict[str, Any] = {
    "a": "b",
    "a-longer-name": 10,
    "nested": {"path": {"longer": False}},
    "big": 12345678901234567890,
    "list": [1, "x"],
    "object": {"k": 1},
    "null": None,
}


def event(data: bytes | None = None) -> Event:
    raw = json.dumps(DATA).encode() if data is None else data
    return Event("1", "source", "name", "webhook", "2026-01-01T00:00:00Z", raw)


def item(expr: str, **fields: str) -> dict[str, Any]:
    named = [{"name": name, "path": path} for name, path in fields.items()]
    return {"expr": expr, "fields": named}


def judge(*items: dict[str, Any], data: bytes | None = None, **more: Any) -> Judgement:
    place = Place(Document("f.yaml", 1, {}))
    found = compile_filters({"exprs": list(items), **more}, "and", place)
    assert found is not None, place.mistakes
    return found(event(data))


def mistakes(raw: dict[str, Any]) -> list[tuple[str, str, str]]:
    place = Place(Document("f.yaml", 1, {}))
    compile_filters({"exprs": [raw]}, "and", place)
    return [(mistake.level, mistake.code, mistake.path) for mistake in place.mistakes]


@pytest.mark.parametrize(
    ("expr", "fields", "passes"),
    [
        ('a == "b" || c == 10', {"a": "a", "c": "a-longer-name"}, True),
        ("e == false", {"e": "nested.path.longer"}, True),
        ("e", {"e": "nested.path.longer"}, False),
        ("c", {"c": "a-longer-name"}, False),
        ("[my-name] > 9", {"my-name": "a-longer-name"}, True),
        ("x == 1", {"x": "list.0"}, True),
        ("x in l", {"x": "list.1", "l": "list"}, True),
        ("n == ()", {"n": "null"}, True),
        ("o == p", {"o": "object", "p": "object"}, True),
        ("b == 12345678901234567891", {"b": "big"}, True),
        ("x / 4 + 1 == 3.5", {"x": "a-longer-name"}, True),
        ("x =~ '^B' || x + x == 'bb'", {"x": "a"}, True),
        ("(x > 5 ? 'big' : 'small') == 'big'", {"x": "a-longer-name"}, True),
        ("x ?? 1 == 1", {"x": "null"}, True),
    ],
)
def test_an_event_passes_when_the_expression_is_true(
    expr: str, fields: dict[str, str], passes: bool
):
    judgement = judge(item(expr, **fields))
    assert judgement.passed is passes
    assert judgement.error == ""


def test_a_missing_path_is_an_error_in_upstreams_words():
    judgement = judge(item("x == 1", x="a.c"))
    assert not judgement.passed
    assert judgement.error == "expr filter error (path 'a.c' does not exist)"
    assert judgement.clauses[0].actual == "path 'a.c' does not exist"


def test_a_type_that_does_not_fit_is_an_error_in_upstreams_words():
    words = "Value 'b' cannot be used with the comparator '>', it is not a number"
    judgement = judge(item("x > 1", x="a"))
    assert judgement.error == f"expr filter error ({words})"
    assert judgement.clauses[0].actual == {"x": "b"}


def test_the_reason_for_logs_holds_no_data_of_the_event():
    words = "a value cannot be used with the comparator '>', it is not a number"
    assert judge(item("x > 1", x="a")).reason == f"expr filter error ({words})"
    missing = judge(item("x > 1", x="a"), item("x", x="miss"), exprLogicalOperator="or")
    assert missing.reason == f"expr filter errors [{words} / path 'miss' does not exist]"


def test_a_long_value_is_cut_in_an_error():
    data = json.dumps({"a": "x" * 10_000}).encode()
    assert len(judge(item("x > 1", x="a"), data=data).error) < 400


def test_a_name_without_a_field_is_an_error_only_where_its_value_is_needed():
    assert judge(item("t == 10 || nope", t="a-longer-name")).passed
    judgement = judge(item("t == 9 || nope", t="a-longer-name"))
    assert judgement.error == "expr filter error (No parameter 'nope' found.)"


def test_under_or_one_true_item_outdoes_the_errors_of_the_others():
    items = [item("x == 1", x="miss"), item("x == 10", x="a-longer-name"), item("x", x="a")]
    judgement = judge(*items, exprLogicalOperator="or")
    assert judgement.passed
    assert judgement.error == ""
    assert [clause.passed for clause in judgement.clauses] == [False, True, False]


def test_under_or_all_errors_are_told_when_nothing_is_true():
    items = [item("x == 1", x="g"), item("x == 1", x="a"), item("x == 1", x="h")]
    judgement = judge(*items, exprLogicalOperator="or")
    expected = "expr filter errors [path 'g' does not exist / path 'h' does not exist]"
    assert judgement.error == expected
    single = judge(items[0], exprLogicalOperator="or")
    assert single.error == "expr filter errors [path 'g' does not exist]"


def test_under_and_every_item_must_be_true():
    true, false = item("x == 10", x="a-longer-name"), item("x == 9", x="a-longer-name")
    assert judge(true, true).passed
    assert not judge(true, false).passed


def test_every_clause_tells_the_values_of_its_fields():
    clause = judge(item('a == "x" && n > 9', a="a", n="a-longer-name", o="object")).clauses[0]
    assert (clause.clause, clause.passed) == ('exprs a == "x" && n > 9', False)
    assert clause.expected == "true"
    assert clause.actual == {"a": "b", "n": 10, "o": '{"k": 1}'}


def test_long_values_and_expressions_are_cut_for_the_record():
    data = json.dumps({"a": "x" * 1000}).encode()
    clause = judge(item(f'a == "{"y" * 1000}"', a="a"), data=data).clauses[0]
    assert len(clause.clause) < 300
    assert len(clause.actual["a"]) < 300


def test_a_number_that_python_cannot_hold_is_compared_and_shown():
    judgement = judge(item("n > 1", n="n"), data=b'{"n": 1e400}')
    assert judgement.passed
    assert judgement.clauses[0].actual


def test_an_event_without_data_passes():
    assert judge(item("x == 1", x="miss"), data=b"").passed


@pytest.mark.parametrize(
    ("change", "level", "code", "path"),
    [
        ({"expr": "a =~ 'x['"}, "fails", "bad-expression", "exprs[0].expr"),
        ({"expr": "a == 1 || a.B"}, "warning", "dotted-name", "exprs[0].expr"),
        ({"expr": "(a == 1) a == 2"}, "warning", "ignored-part", "exprs[0].expr"),
        ({"expr": "a = 1"}, "fails", "bad-expression", "exprs[0].expr"),
        ({"expr": ""}, "error", "bad-value", "exprs[0].expr"),
        ({"fields": []}, "error", "bad-value", "exprs[0].fields"),
        ({"fields": [{"name": "a"}]}, "error", "missing-field", "exprs[0].fields[0].path"),
        (
            {"fields": [{"name": "a", "path": "a" * 5000}]},
            "error",
            "bad-path",
            "exprs[0].fields[0].path",
        ),
        ({"expr": "a == 1 || b"}, "warning", "unknown-name", "exprs[0].expr"),
        ({"expr": "a == '2020-01-01'"}, "warning", "date-literal", "exprs[0].expr"),
        ({"exp": "x"}, "error", "unknown-field", "exprs[0].exp"),
    ],
)
def test_a_mistake_is_found_when_the_manifest_loads(
    change: dict[str, Any], level: str, code: str, path: str
):
    assert mistakes({**item("a == 1", a="a"), **change}) == [(level, code, path)]


def test_all_mistakes_of_an_item_are_found_at_once():
    raw = {"expr": "a ==", "fields": [{"name": "a", "path": "a" * 5000}]}
    assert [path for _, _, path in mistakes(raw)] == [
        "exprs[0].expr",
        "exprs[0].fields[0].path",
    ]


def test_what_is_no_expression_is_an_error_for_each_event():
    place = Place(Document("f.yaml", 1, {}))
    found = compile_filters({"exprs": [item("a = 1", a="a")]}, "and", place)
    assert found is not None
    judgement = found(Event("1", "s", "n", "webhook", "", b'{"a": 1}'))
    assert not judgement.passed
    assert judgement.error.startswith("expr filter error (")
