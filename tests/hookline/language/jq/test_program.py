"""jq programs against what gojq makes of them (reference section 3.4)."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.language import gojson
from hookline.language.errors import LanguageError
from hookline.language.jq import prelude
from hookline.language.jq.compiler import Compiler
from hookline.language.jq.program import Program, ProgramError
from hookline.language.jq.values import compare, dumps, loads

FACTS = json.loads(Path(__file__).with_name("facts.json").read_text("utf-8"))
ROWS = [(source, data or FACTS["data"], out) for _, source, data, out in FACTS["rows"]]


def result(source: str, data: str) -> str | None:
    try:
        return Program(source).transform(data.encode()).decode()
    except (LanguageError, ProgramError):
        return None


@pytest.mark.parametrize("part", range(8))
def test_a_program_gives_what_gojq_gives(part):
    rows = ROWS[part::8]
    assert len(rows) > 100
    wrong = [
        (source, found, wanted)
        for source, data, wanted in rows
        if (found := result(source, data)) != wanted
    ]
    assert wrong == []


def test_every_function_that_is_said_in_jq_compiles():
    for name, definition in prelude.definitions().items():
        assert Compiler().program(definition), name


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("input", "input/0 is not allowed"),
        ("debug", "debug/0 is not allowed"),
        ("nosuch(1)", "nosuch/1 is no function"),
        ("$x", "variable not defined: \\$x"),
        ('import "a" as a; .', "there are no modules"),
        (".a |\n.b |", "^line 2: "),
        ("{a: 1", "unexpected the end"),
        ("break $x", "label not defined"),
    ],
)
def test_what_cannot_run_is_told_when_it_is_compiled(source, message):
    with pytest.raises(LanguageError, match=message):
        Program(source)


def test_the_environment_is_empty(monkeypatch):
    monkeypatch.setenv("SECRET", "x")
    assert result("{a: $ENV, b: env}", "{}") == '{"a":{},"b":{}}'


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("empty", "gave no output"),
        ("[1]", "no object but a array"),
        ("{a: nan}", "JSON cannot hold"),
        ('error("no")', "^no$"),
    ],
)
def test_a_program_that_gives_no_object_says_so(source, message):
    with pytest.raises(ProgramError, match=message):
        Program(source).transform(b"{}")


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), json_values, max_size=5))
@settings(max_examples=100, deadline=None)
def test_data_passes_through_a_program(value):
    try:
        wanted = gojson.dumps(gojson.loads(json.dumps(value).encode()))
    except ValueError:  # an integer that no float64 holds
        wanted = None
    assert result(".", json.dumps(value)) == wanted


@given(json_values, json_values, json_values)
@settings(max_examples=150, deadline=None)
def test_the_order_of_values_is_an_order(one, two, three):
    assert compare(one, two) == -compare(two, one)
    assert compare(one, one) == 0
    if compare(one, two) <= 0 and compare(two, three) <= 0:
        assert compare(one, three) <= 0


@given(json_values)
@settings(max_examples=100, deadline=None)
def test_a_value_as_text_is_the_same_value(value):
    assert compare(loads(dumps(value)), value) == 0


@given(st.text())
@settings(max_examples=150, deadline=None)
def test_any_text_is_a_program_or_an_error(source):
    found = result(source, "{}")
    assert found is None or found.startswith("{")
