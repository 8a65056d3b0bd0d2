"""How the filters of one dependency become one verdict (reference section 3.5)."""

from typing import Any

import pytest

from hookline.event import Event
from hookline.manifest import Document, Place
from sensor.filter import Judge, compile_filters

EVENT = Event("1", "s", "n", "webhook", "", b'{"a": 1}')
PASSING = {"path": "a", "type": "number", "value": ["1"]}
FAILING = {"path": "a", "type": "number", "value": ["2"]}


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
    ],
)
def test_filters_combine_as_in_argo_events(raw: dict[str, Any] | None, operator: str, passes: bool):
    judge, place = read(raw, operator)
    assert judge is not None, place.mistakes
    assert judge(EVENT).passed is passes


@pytest.mark.parametrize(
    ("raw", "code", "path", "words"),
    [
        ({"exprs": []}, "not-yet", "filters.exprs", "exprs is not there yet"),
        ({"script": "return true"}, "not-yet", "filters.script", "script"),
        ({"dta": []}, "unknown-field", "filters.dta", "unknown filter dta"),
        ({"dataLogicalOperator": "AND"}, "bad-operator", "filters.dataLogicalOperator", "'AND'"),
    ],
)
def test_a_mistake_names_its_place(raw: dict[str, Any], code: str, path: str, words: str):
    judge, place = read(raw)
    assert judge is None
    assert [(m.code, m.path) for m in place.mistakes] == [(code, path)]
    assert words in place.mistakes[0].message


def test_the_reason_names_the_first_clause_that_said_no():
    judge, _ = read({"data": [PASSING, FAILING]})
    assert judge is not None
    assert judge(EVENT).reason == 'data a: expected = "2", got 1'
