"""Lua scripts against what gopher-lua makes of them (reference sections 3.4 and 3.10)."""

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hookline.language import gojson
from hookline.language.errors import LanguageError
from hookline.language.lua.script import Script, ScriptError
from hookline.language.lua.values import float_text, parse_number

FACTS = json.loads(Path(__file__).with_name("facts.json").read_text("utf-8"))
ROWS = [(kind, source, data or FACTS["data"], out) for kind, source, data, out in FACTS["rows"]]


@pytest.fixture(autouse=True, scope="module")
def deep():
    """As deep as the worker may go."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(6000)
    yield
    sys.setrecursionlimit(before)


def result(kind: str, source: str, data: str) -> str | None:
    try:
        script = Script(source)
        if kind == "filter":
            return "true" if script.judge(data.encode()) else "false"
        return script.transform(data.encode()).decode()
    except (LanguageError, ScriptError):
        return None


@pytest.mark.parametrize("part", range(8))
def test_a_script_gives_what_gopher_lua_gives(part):
    rows = ROWS[part::8]
    assert len(rows) > 100
    wrong = [
        (kind, source, found, wanted)
        for kind, source, data, wanted in rows
        if (found := result(kind, source, data)) != wanted
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "source",
    [
        "return io",
        "return debug",
        "return require",
        "return dofile",
        "return loadfile",
        "return package",
        "return coroutine",
        "return getfenv",
        "return setfenv",
        "return newproxy",
        "return python",
        "return os.execute",
        "return os.exit",
        "return os.remove",
        "return os.tmpname",
        "return os.getenv('PATH')",
    ],
)
def test_nothing_that_reaches_outside_is_there(source):
    script = Script(f"return ({source.removeprefix('return ')}) == nil")
    assert script.judge(b"{}")


def test_a_script_leaves_nothing_behind_for_the_next_event():
    script = Script(
        "local seen = counter counter = 1 string.upper = nil "
        "return seen == nil and string.lower ~= nil"
    )
    assert script.judge(b"{}")
    assert script.judge(b"{}")
    assert Script("return string.upper ~= nil").judge(b"{}")


@pytest.mark.parametrize(
    ("source", "line"),
    [("return 1 +", 1), ("local x = 1\nif x then", 2), ("\n\nx = = 1", 3), ("x = 'a\n'", 1)],
)
def test_a_mistake_is_told_with_its_line(source, line):
    with pytest.raises(LanguageError, match=rf"^line {line}: "):
        Script(source)


def test_a_table_that_holds_itself_is_an_error():
    with pytest.raises(ScriptError, match="too deeply"):
        Script("local t = {} t.t = t return t").transform(b"{}")


def test_a_sensible_error_for_what_is_no_table():
    with pytest.raises(ScriptError, match="must return a table, it returned number"):
        Script("return 1").transform(b"{}")


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def without_lost(value, *, in_list=False):
    """What upstream's way into Lua loses: nulls, arrays in arrays."""
    if isinstance(value, dict):
        return {k: without_lost(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        kept = [without_lost(v) for v in value if v is not None and not isinstance(v, list)]
        return kept or {}
    return value


@given(st.dictionaries(st.text(), json_values, max_size=5))
@settings(max_examples=100, deadline=None)
def test_data_passes_through_a_script_but_for_what_upstream_loses(value):
    data = json.dumps(value)
    wanted = gojson.dumps(gojson.loads(json.dumps(without_lost(value)).encode()))
    assert Script("return event").transform(data.encode()).decode() == wanted


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_as_text_is_the_same_number(number):
    assert float(float_text(number)) == number
    assert parse_number(float_text(number).encode()) == number


@given(st.text())
@settings(max_examples=150, deadline=None)
def test_any_text_is_a_script_or_an_error(source):
    assert result("filter", source, "{}") in {"true", "false", None}
