"""Expressions against expr-lang: what it makes of each text was recorded from the Go module."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.language.errors import LanguageError
from hookline.language.expr import MAX_LENGTH, EvaluationError, compile_expr, compile_value
from hookline.language.expr.json_text import from_json, to_json
from hookline.language.expr.runtime import Groups, Integers, Texts

FACTS = json.loads(Path(__file__).with_name("expr_facts.json").read_text("utf-8"))
DOCUMENT = from_json(json.dumps(FACTS["document"]))
CLASSES = {Integers: "integers", Texts: "texts", Groups: "groups", list: "list", dict: "object"}
CLASSES |= {bool: "bool", int: "int", float: "float", str: "text", type(None): "nil"}


def outcome(text: str, data: Any = DOCUMENT) -> tuple[str, Any]:
    try:
        return "value", compile_value(text)(data)
    except LanguageError:
        return "refused", None
    except EvaluationError:
        return "error", None


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=row[0]) for rows in FACTS["cases"].values() for row in rows]
)
def test_an_expression_gives_what_expr_lang_gives(row: list[Any]):
    text, kind, *expected = row
    found, value = outcome(text)
    assert found == kind
    if expected:
        name, written = expected
        assert CLASSES[type(value)] == name
        if written is not None:
            assert to_json(value) == written


DATA = {
    "header": {"X-Kind": ["push", "x"]},
    "body": {
        "ref": "main",
        "size": 3,
        "big": 9007199254740993,
        "rate": 1.5,
        "deleted": False,
        "none": None,
        "list": [{"a": 1}],
        "not": "member",
        "b c": 1,
    },
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('body.ref == "main"', True),
        ("body.ref == 'main'", True),
        ("body.ref == `main`", True),
        ('body["ref"] != "main"', False),
        ('"main" == body.ref', True),
        (r'body.ref == "m\u0061in" && "\"" == `"` && "\n" != "n"', True),
        ("body.size > 2 && body.size <= 3", True),
        ("body.size >= 3.0 and body.size < 1e3", True),
        ("body.size == 3.0", True),
        ("body.big == 9007199254740992", True),
        ("other == nil", True),
        ("body.size > -1", True),
        ("body.rate == .5 or body.rate == 1.5", True),
        ('body.ref < "n"', True),
        ('header["X-Kind"][0] == "push"', True),
        ('header["X-Kind"][-1] == "x"', True),
        ("body.list[0].a == 1", True),
        ("body.missing == nil", True),
        ("body.none == nil", True),
        ("body.none?.deeper == nil", True),
        ("body.not == 'member'", True),
        ("body['b c'] == 1", True),
        ('body.size == "3"', False),
        ("body.deleted == 0", False),
        ("body.deleted == false", True),
        ("!body.deleted", True),
        ("not body.deleted", True),
        ("!(body.size > 2)", False),
        # `!` binds tighter than a comparison, && tighter than ||.
        ("!body.deleted == true", True),
        ("true || false && false", True),
        ("(true || false) && false", False),
        ("false or true and true", True),
        # What is decided is not looked at further.
        ("true || body.none.x == 1", True),
        ("false && body.none.x == 1", False),
        ("(body).ref == 'main'", True),
    ],
)
def test_an_expression_holds_or_not(text, value):
    assert compile_expr(text)(from_json(json.dumps(DATA))) is value


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("body.none.x == 1", "x is not there: what is before it is nil"),
        ("body.ref.x == 1", "text is used where a number is needed"),
        ("other.x == 1", "x is not there: what is before it is nil"),
        ("body.size % 2 == 1", "% is for integers: write int(…)"),
        ("body.ref in 5..4 or body.size in ['a']", "a number is looked for among texts"),
        ("body.x() == 1", "nil is called like a function"),
        ("len(split(body.size, ',', body.size - 3)) == 0", "a number is used where text is needed"),
        ("sprig.env('HOME') == ''", "nil is called like a function"),
        ("sprig.trim(1) == ''", "trim"),
        ("jsonpath('{}', '$.a') == 1", "$.a is not there"),
        ("jsonpath('{}', '$[?(@.a =~ \\'x\\')]') == 1", "refused"),
        ("date('2020', '2006') > now()", "a layout of its own is not there"),
        ("body.list[1] == 1", "out of the list, which has 1 items"),
        ("body.size > 'a'", "a number and text cannot be compared by >"),
        ("body.missing > 1", "nil and a number cannot"),
        ("body.deleted > 1", "a boolean and a number"),
        ("body.ref", "the expression needs true or false, not text"),
        ("body.ref && body.deleted", "&& needs true or false"),
        ("!body.size", "needs true or false, not a number"),
    ],
)
def test_what_cannot_be_evaluated_says_why(text, problem):
    with pytest.raises(EvaluationError) as caught:
        compile_expr(text)(from_json(json.dumps(DATA)))
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "body.ref ==",
        "body.ref = 1",
        "(body.ref == 1",
        "body.ref == 1)",
        "body. == 1",
        "body.ref body.size",
        "body.1 == 1",
        '"open',
        "a == 1 &&",
        "body[] == 1",
        "x" * (MAX_LENGTH + 1),
        "(" * 200 + "true" + ")" * 200,
        "true" + " && body.ok" * 250,
        "len()",
        "len(1)",
        "1 == 'a'",
        "trim(1)",
        "sort([1], 2)",
        "max()",
        "max('a')",
        "abs()",
        "first({})",
        "get(1, 2)",
        "filter(1, true)",
        "filter([1], 1)",
        "filter([1], #foo)",
        "filter([1], nil)",
        "let len = 1; len",
        "let a = 1; let a = 2; a",
        "'a'.b",
        "[1]['a']",
        "{a: 1}[1]",
        "1[1:2]",
        "[1]['a':]",
        "1 ? 2 : 3",
        "'a' matches '['",
        "# == 1",
        '"\\d"',
        "0x",
        "1e999",
        "9223372036854775808",
        "1x",
        "a ?? b + c ?? d",
        "!" * 200 + "true",
    ],
)
def test_what_is_no_expression_is_refused(text):
    with pytest.raises(LanguageError):
        compile_expr(text)


def test_an_expression_cannot_run_for_ever():
    pairs = "any(body.list, {any(body.list, {any(body.list, {# == 'x'})})})"
    with pytest.raises(EvaluationError, match="more than 1000000 steps"):
        compile_value(pairs)({"body": {"list": [1.0] * 10_000}})


@pytest.mark.parametrize(
    "text",
    [
        "len(1..2000000) > 0",
        "len(map(1..600000, map(1..2, #))) > 0",
        "repeat('x', 1000001) == ''",
        "repeat(repeat('x', 100000), 100000) == ''",
        "replace(repeat('x', 100000), 'x', repeat('y', 100000)) == ''",
        "join(split(repeat('x', 100000), ''), repeat('y', 100000)) == ''",
        "sprig.repeat(1000000, repeat('x', 100000)) == ''",
        "sprig.until(100000000) == nil",
        "let a = repeat('x', 1000000); let b = a + a + a + a; let c = b + b + b + b + b; c == ''",
    ],
)
def test_an_expression_cannot_fill_the_memory(text):
    with pytest.raises(EvaluationError):
        compile_value(text)({})


def test_data_that_is_too_deep_is_an_error_of_the_event():
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(EvaluationError, match="nested too deep"):
        compile_value("a == b")({"a": deep, "b": [deep[0]]})


def test_half_a_character_breaks_nothing():
    data = from_json('{"s": "\\ud83d", "t": "\\ud83d\\ude00"}')
    assert compile_value("s matches '.' && toBase64(s) == '77+9' && len(t) == 4")(data) is True
    assert compile_value("t[:2] matches '.' && len(t[:2]) == 2")(data) is True


PIECES = (
    "body body.tags body.none # #index . ?. [ ] ( ) { } , : ; let in not and or ?? ? | .. + - *"
)
PIECES += " / % ** == != < >= matches contains filter( map( all( len( reduce( sprig.trim( toJson( 1"
PIECES += " 1.5 0x1 'a' \"b\" nil true x = // /* $env"


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES.split())).map(" ".join)))
def test_no_text_breaks_the_compiler_with_anything_but_a_language_error(text: str):
    outcome(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.lists(st.sampled_from(PIECES.split()), max_size=8).map(" ".join), JSON)
def test_no_value_breaks_an_expression_with_anything_but_an_evaluation_error(text: str, value: Any):
    outcome(text, {"body": value, "x": value})
