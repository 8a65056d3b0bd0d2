"""How the filters of one dependency become one verdict (reference section 3.5).

The facts were recorded from Go: gjson, govaluate and its time package, put together as Argo Events
does it.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from hookline.event import Event
from hookline.manifest import Document, Place
from sensor.filter import Judge, compile_filters

EVENT = Event("1", "s", "n", "webhook", "2026-01-01T09:00:00Z", b'{"a": 1}')
PASSING = {"path": "a", "type": "number", "value": ["1"]}
FAILING = {"path": "a", "type": "number", "value": ["2"]}
MISSING = {"path": "b", "type": "number", "value": ["2"]}
TRUE = {"expr": "a == 1", "fields": [{"name": "a", "path": "a"}]}
FALSE = {"expr": "a == 2", "fields": [{"name": "a", "path": "a"}]}
FROM_HERE, FROM_ELSEWHERE = {"source": "s"}, {"source": "x"}
MORNING = {"start": "06:00:00", "stop": "12:00:00"}
FACTS = json.loads(Path(__file__).with_name("filter_facts.json").read_text("utf-8"))


def read(raw: dict[str, Any] | None, operator: str = "and") -> tuple[Judge | None, Place]:
    place = Place(Document("f.yaml", 1, {})) / "filters"
    return compile_filters(raw, operator, place), place


@pytest.mark.parametrize(
    ("raw", "operator", "passes"),
    [
        (None, "and", True),
        (None, "or", True),
        ({}, "and", True),
        ({}, "or", False),
        ({"data": [PASSING]}, "or", True),
        ({"data": [FAILING]}, "or", False),
        ({"data": [PASSING, FAILING]}, "and", False),
        ({"data": [PASSING, FAILING], "dataLogicalOperator": "or"}, "and", True),
        ({"data": [PASSING, FAILING], "dataLogicalOperator": ""}, "and", False),
        ({"exprs": [TRUE, FALSE], "exprLogicalOperator": "or"}, "and", True),
        ({"exprs": [TRUE, FALSE], "dataLogicalOperator": "or"}, "and", False),
        ({"exprs": [TRUE], "data": [PASSING], "context": FROM_HERE, "time": MORNING}, "and", True),
        ({"exprs": [TRUE], "context": FROM_ELSEWHERE}, "and", False),
        ({"exprs": [FALSE], "data": [FAILING], "context": FROM_HERE}, "or", True),
        ({"exprs": [FALSE], "context": FROM_ELSEWHERE, "time": MORNING}, "or", True),
        ({"exprs": [FALSE], "context": FROM_ELSEWHERE}, "or", False),
        ({"context": FROM_ELSEWHERE, "exprs": None, "data": []}, "or", False),
        ({"context": FROM_HERE, "exprs": None, "data": []}, "and", True),
        ({"data": [MISSING], "context": FROM_HERE}, "or", False),
    ],
)
def test_filters_combine_as_in_argo_events(raw: dict[str, Any] | None, operator: str, passes: bool):
    judge, place = read(raw, operator)
    assert judge is not None, place.mistakes
    assert judge(EVENT).passed is passes


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: "-".join(fact["filters"]))
def test_filters_of_several_kinds_judge_as_upstream_does(fact: dict[str, Any]):
    judge, place = read(fact["filters"], fact["operator"] or "and")
    assert judge is not None, place.mistakes
    judgement = judge(Event("1", "src", "ev", "webhook", fact["time"], fact["data"].encode()))
    assert (judgement.passed, judgement.error) == (fact["pass"], fact["error"])


def test_an_error_is_told_under_and_also_when_an_earlier_kind_says_no():
    judge, _ = read({"data": [MISSING], "exprs": [FALSE]})
    assert judge is not None
    assert judge(EVENT).error == "data filter error (path 'b' does not exist)"


def test_under_or_the_errors_of_all_kinds_are_joined():
    missing = {"expr": "c == 2", "fields": [{"name": "c", "path": "c"}]}
    judge, _ = read({"data": [MISSING], "exprs": [missing], "context": FROM_HERE}, "or")
    assert judge is not None
    expected = "expr filter error (path 'c' does not exist) / "
    assert judge(EVENT).error == f"{expected}data filter error (path 'b' does not exist)"


@pytest.mark.parametrize(("kind", "called"), [("exprs", "expr"), ("data", "data")])
def test_data_that_is_no_json_is_an_error(kind: str, called: str):
    judge, _ = read({"exprs": [TRUE]} if kind == "exprs" else {"data": [PASSING]})
    assert judge is not None
    judgement = judge(Event("1", "s", "n", "webhook", "", b'{"a": 1} and more'))
    assert not judgement.passed
    assert judgement.error == f"{called} filter error (event data not valid JSON)"
    assert judgement.clauses[0].actual == "event data not valid JSON"


@pytest.mark.parametrize(
    ("raw", "code", "path", "words"),
    [
        ({"exprs": TRUE}, "bad-type", "filters.exprs", "exprs is a list"),
        ({"dta": None}, "unknown-field", "filters.dta", "unknown filter dta"),
        ({"exprLogicalOperator": "&&"}, "bad-operator", "filters.exprLogicalOperator", "'&&'"),
        ({"dta": []}, "unknown-field", "filters.dta", "unknown filter dta"),
        ({"dataLogicalOperator": "AND"}, "bad-operator", "filters.dataLogicalOperator", "'AND'"),
    ],
)
def test_a_mistake_names_its_place(raw: dict[str, Any], code: str, path: str, words: str):
    judge, place = read(raw)
    assert judge is None
    assert [(m.code, m.path) for m in place.mistakes] == [(code, path)]
    assert words in place.mistakes[0].message


def test_the_reason_names_the_first_clause_that_said_no_and_no_data_of_the_event():
    judge, _ = read({"data": [PASSING, FAILING]})
    assert judge is not None
    assert judge(EVENT).reason == 'data a: expected = "2"'
