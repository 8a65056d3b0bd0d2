"""The `data` filter against the rows of the reference (section 3.7)."""

import json
from typing import Any

import pytest

from hookline.event import Event
from hookline.manifest import Document, Place
from sensor.filter import compile_filters

EVENT = {
    "name": "fake",
    "text": "xfoox",
    "digits": "12",
    "count": 5,
    "ratio": 1.50,
    "big": 12345678901234567890,
    "yes": True,
    "no": False,
    "nothing": None,
    "truth": "true",
    "one": 1,
    "list": ["a", "b"],
    "object": {"a": 1},
    "a.b": "dotted",
}


def event(data: Any = EVENT) -> Event:
    return Event(
        "1", "source", "name", "webhook", "2026-01-01T00:00:00Z", json.dumps(data).encode()
    )


def judge(items: list[dict[str, Any]], **more: Any):
    place = Place(Document("f.yaml", 1, {}))
    found = compile_filters({"data": items, **more}, "and", place)
    assert found is not None, place.mistakes
    return found(event())


def mistakes(item: dict[str, Any]) -> list[tuple[str, str, str]]:
    place = Place(Document("f.yaml", 1, {}))
    compile_filters({"data": [item]}, "and", place)
    return [(mistake.level, mistake.code, mistake.path) for mistake in place.mistakes]


ROWS = [
    ("name", "string", ["fake"], "", True),
    ("name", "string", ["fak"], "=", True),
    ("text", "string", ["foo"], "", True),
    ("text", "string", ["^foo$"], "", False),
    ("name", "string", ["a", "zzz"], "", True),
    ("name", "string", ["x", "y"], "", False),
    ("name", "string", ["fake"], "!=", False),
    ("name", "string", ["other"], "!=", True),
    ("name", "string", ["fake", "other"], "!=", True),
    ("name", "string", ["fake"], ">", False),
    ("count", "string", ["^5$"], "", True),
    ("ratio", "string", ["^1.5$"], "", True),
    ("big", "string", ["^12345678901234567890$"], "", True),
    ("nothing", "string", ["^$"], "", True),
    ("list", "string", [r'^\["a", "b"\]$'], "", True),
    ("object.a", "number", ["1"], "", True),
    ("list.1", "string", ["^b$"], "", True),
    ('list.#(=="b")', "string", ["^b$"], "", True),
    ('list.#(=="z")', "string", ["."], "", False),
    ('list.#(=="z")#', "string", [r"^\[\]$"], "", True),
    ('list.#(=="z")#|#', "number", ["0"], "", True),
    ("list.@reverse.0", "string", ["^b$"], "", True),
    ("list|@reverse", "string", [r'^\["b","a"\]$'], "", True),
    ("list", "number", ["0"], "", True),
    ("list", "bool", ["false"], "", True),
    ("na*", "string", ["^fake$"], "", True),
    ("{name,count}", "string", [r'^{"name":"fake","count":5}$'], "", True),
    ("[count,ratio].@reverse.0", "number", ["1.5"], "", True),
    (r"a\.b", "string", ["dotted"], "", True),
    ("count", "number", ["5"], "", True),
    ("count", "number", ["5.0"], "=", True),
    ("count", "number", ["4"], ">", True),
    ("count", "number", ["5"], ">", False),
    ("count", "number", ["5"], ">=", True),
    ("count", "number", ["6"], "<", True),
    ("count", "number", ["5"], "<=", True),
    ("count", "number", ["5"], "!=", False),
    ("count", "number", ["1", "5"], "=", True),
    ("digits", "number", ["12"], "", True),
    ("name", "number", ["0"], "", True),
    ("yes", "number", ["1"], "", True),
    ("nothing", "number", ["0"], "", True),
    ("yes", "bool", ["true"], "", True),
    ("yes", "bool", ["T"], "", True),
    ("no", "bool", ["0"], "", True),
    ("no", "bool", ["true"], "", False),
    ("truth", "bool", ["true"], "", True),
    ("one", "bool", ["true"], "", True),
    ("nothing", "bool", ["false"], "", True),
    ("yes", "bool", ["true"], "!=", True),
]


@pytest.mark.parametrize(("path", "kind", "values", "comparator", "passes"), ROWS)
def test_a_comparison_gives_what_argo_events_gives(
    path: str, kind: str, values: list[str], comparator: str, passes: bool
):
    item = {"path": path, "type": kind, "value": values, "comparator": comparator}
    assert judge([item]).passed is passes


def test_a_missing_path_is_an_error_in_upstreams_words():
    judgement = judge([{"path": "x.y", "type": "string", "value": ["a"]}])
    assert not judgement.passed
    assert judgement.error == "data filter error (path 'x.y' does not exist)"
    assert judgement.reason == judgement.error


def test_under_or_the_first_true_item_wins_over_a_missing_path():
    missing = {"path": "x.y", "type": "string", "value": ["a"]}
    present = {"path": "name", "type": "string", "value": ["fake"]}
    judgement = judge([missing, present], dataLogicalOperator="or")
    assert judgement.passed
    assert judgement.error == ""


def test_under_or_all_errors_are_joined_when_nothing_is_true():
    items = [{"path": path, "type": "string", "value": ["a"]} for path in ("x", "y")]
    judgement = judge(items, dataLogicalOperator="or")
    expected = "data filter errors [path 'x' does not exist / path 'y' does not exist]"
    assert judgement.error == expected


def test_every_clause_tells_expected_and_actual():
    items = [
        {"path": "name", "type": "string", "value": ["fake"]},
        {"path": "count", "type": "number", "value": ["9"], "comparator": ">"},
    ]
    clauses = judge(items).clauses
    assert [(c.clause, c.passed, c.expected, c.actual) for c in clauses] == [
        ("data name", True, 'matches "fake"', "fake"),
        ("data count", False, '> "9"', 5),
    ]


def test_an_event_without_data_passes():
    place = Place(Document("f.yaml", 1, {}))
    found = compile_filters(
        {"data": [{"path": "x", "type": "string", "value": ["a"]}]}, "and", place
    )
    assert found is not None
    assert found(Event("1", "s", "n", "webhook", "", b"")).passed


@pytest.mark.parametrize(
    ("change", "level", "code", "path"),
    [
        ({"value": ["("]}, "fails", "bad-pattern", "data[0].value[0]"),
        ({"value": ["(?=a)"]}, "fails", "bad-pattern", "data[0].value[0]"),
        ({"type": "number", "value": ["abc"]}, "fails", "bad-value", "data[0].value[0]"),
        ({"type": "bool", "value": ["yes"]}, "fails", "bad-value", "data[0].value[0]"),
        ({"value": [""]}, "error", "bad-value", "data[0].value[0]"),
        ({"value": []}, "error", "bad-value", "data[0].value"),
        ({"value": "a"}, "error", "bad-type", "data[0].value"),
        ({"type": "text"}, "fails", "bad-value", "data[0].type"),
        ({"template": "{{ .Input"}, "fails", "bad-template", "data[0].template"),
        ({"template": "{{ env `A` }}"}, "error", "left-out", "data[0].template"),
        ({"path": "a" * 5000}, "error", "bad-path", "data[0].path"),
        ({"path": "a,b"}, "warning", "odd-path", "data[0].path"),
        ({"path": "a.#(b==1.c"}, "warning", "odd-path", "data[0].path"),
        ({"comparator": "!=", "value": ["a", "b"]}, "warning", "always-true", "data[0].value"),
        ({"comparator": ">"}, "warning", "never-true", "data[0].comparator"),
        ({"type": "bool", "value": ["true"], "comparator": "!="}, "warning", "no-effect", None),
        ({"pathh": "x"}, "error", "unknown-field", "data[0].pathh"),
    ],
)
def test_a_mistake_is_found_when_the_manifest_loads(
    change: dict[str, Any], level: str, code: str, path: str | None
):
    found = mistakes({"path": "name", "type": "string", "value": ["a"], **change})
    assert [(mistake[0], mistake[1]) for mistake in found] == [(level, code)]
    assert path is None or found[0][2] == path


def test_a_number_that_python_cannot_hold_is_shown_as_it_stands():
    place = Place(Document("f.yaml", 1, {}))
    item = {"path": "n", "type": "number", "value": ["1"]}
    found = compile_filters({"data": [item]}, "and", place)
    assert found is not None
    judgement = found(Event("1", "s", "n", "webhook", "", b'{"n": 1e400}'))
    assert not judgement.passed
    assert judgement.clauses[0].actual


@pytest.mark.parametrize(
    ("path", "template", "type_", "value", "passed"),
    [
        ("name", "{{ upper .Input }}", "string", "^FAKE$", True),
        ("name", "{{ b64enc .Input | b64dec }}", "string", "^fake$", True),
        ("count", "{{ add .Input 1 }}", "number", "6", True),
        ("count", "{{ .Input }}", "number", "5", True),
        ("big", "{{ .Input }}", "string", "^12345678901234567890$", True),
        ("ratio", "{{ .Input }}", "string", "^1.5$", True),
        ("object", "{{ (fromJson .Input).a }}", "number", "1", True),
        ("list", "{{ len (fromJson .Input) }}", "number", "2", True),
        ("nothing", "x{{ .Input }}x", "string", "^xx$", True),
        ("yes", '{{ eq .Input "true" }}', "bool", "true", True),
        ("name", "{{ upper .Input }}", "string", "fake", False),
        ("name", "not a number", "number", "0", True),
    ],
)
def test_a_template_changes_the_value_before_it_is_compared(path, template, type_, value, passed):
    judged = judge([{"path": path, "type": type_, "value": [value], "template": template}])

    assert judged.passed is passed
    assert judged.error == ""


@pytest.mark.parametrize(
    ("path", "template", "error"),
    [
        ("nothing", "{{ .Input }}", "template evaluated to empty string or no value"),
        ("name", "{{ substr 0 0 .Input }}", "template evaluated to empty string"),
        ("name", "{{ .Input.first }}", "can't evaluate field first in type string"),
        ("gone", "{{ .Input }}", "path 'gone' does not exist"),
    ],
)
def test_a_template_that_fails_or_gives_nothing_is_an_error_of_the_filter(path, template, error):
    item = {"path": path, "type": "string", "value": ["x"], "template": template}
    judged = judge([item])

    assert not judged.passed
    assert error in judged.error
    assert judge([item, ITEM], dataLogicalOperator="or").passed
    assert "fake" not in judged.public


ITEM = {"path": "name", "type": "string", "value": ["fake"]}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"value": ["("]}, "not a regular expression"),
        ({"type": "number", "value": ["abc"]}, "'abc' is no number"),
        ({"type": "bool", "value": ["yes"]}, "'yes' is no bool"),
        ({"type": "text"}, "unsupported JSON type text"),
        ({"template": "{{ .Input"}, "template"),
    ],
)
def test_what_argo_events_finds_out_with_each_event_is_an_error_for_each(change, words):
    broken = {"path": "name", "type": "string", "value": ["fake"], **change}
    judgement = judge([broken])
    assert not judgement.passed
    assert judgement.error.startswith("data filter error (")
    assert words in judgement.error
    fine = {"path": "name", "type": "string", "value": ["fake"]}
    assert judge([broken, fine], dataLogicalOperator="or").passed
    missing = judge([{**broken, "path": "gone"}])
    assert missing.error == "data filter error (path 'gone' does not exist)"
