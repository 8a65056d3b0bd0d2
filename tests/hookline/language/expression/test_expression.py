"""Expressions against govaluate: what it makes of each text was recorded from the Go module."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.language.errors import LanguageError
from hookline.language.expression import MAX_LENGTH, EvaluationError, compile_expression
from hookline.language.expression.parser import MAX_DEPTH
from hookline.language.expression.values import quote, read_block

FACTS = json.loads(Path(__file__).with_name("expression_facts.json").read_text("utf-8"))
FIELDS = read_block(FACTS["document"].encode())


def outcome(text: str, fields: dict[str, Any] = FIELDS) -> tuple[str, str]:
    try:
        return "value", quote(compile_expression(text).evaluate(fields))
    except LanguageError:
        return "refused", ""
    except EvaluationError as error:
        return "error", str(error)


@pytest.mark.parametrize(("text", "kind", "result"), FACTS["cases"])
def test_an_expression_gives_what_govaluate_gives(text: str, kind: str, result: str):
    assert outcome(text) == (kind, result)


OPERATORS = json.loads(Path(__file__).with_name("operator_facts.json").read_text("utf-8"))
OPERANDS = read_block(OPERATORS["document"].encode())


@pytest.mark.parametrize(
    ("text", "kind", "result"),
    [
        pytest.param(*row, id=f"{name}: {row[0]}")
        for name in OPERATORS["cases"]
        for row in OPERATORS["cases"][name]
    ],
)
def test_every_operator_does_what_govaluate_does(text: str, kind: str, result: str | None):
    found, words = outcome(text, OPERANDS)
    assert found == kind
    if result is not None:  # RE2's messages, and those of mistakes, are our own
        assert words == result


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a = 1", "= is no operator, write =="),
        ("a <> 1", "<> is no operator, write !="),
        ("a==-1", "==- is no operator; put a space between operators"),
        ("a == 1 and b", "an operator is missing before and, write &&"),
        ("a == 1 or b", "an operator is missing before or, write ||"),
        ("a.b == 1", r"write \[a.b\]: a name with a dot"),
        ("a.b. == 1", r"write \[a.b\]: a name with a dot"),
        ("len(a) == 1", "there is no function len"),
        ("(a == 1", "a parenthesis is not closed"),
        ("(a b)", "an operator is missing before b"),
        ("a == 1)", "a closing parenthesis too many"),
        ("a ==", "a value is missing before the end"),
        ("", "a value is missing before the end"),
        ("a == 'x", "'x has no end"),
        ("a == 'x' 'y'", "an operator is missing before 'y'"),
        ("!'x'", "! cannot stand before the text 'x'"),
        ("a \\", "nothing after the backslash"),
        ("a == 1.2.3", "1.2.3 is no number"),
        ("a == " + "9" * 400, "is no number"),
        ("a == 0x11112222333344445", "no hexadecimal number of 64 bits"),
        ("t ? , 1", "a value is missing before ,"),
        ("1 + '2020-01-01'", "is read as a date, which no arithmetic takes"),
        ("a =~ 'x['", "not a regular expression of RE2"),
    ],
)
def test_a_mistake_is_told_in_words(text: str, words: str):
    with pytest.raises(LanguageError, match=words) as caught:
        compile_expression(text)
    assert not caught.value.not_yet


def test_the_names_and_the_dates_of_an_expression_are_known():
    expression = compile_expression('a == "2020-01-01" && [b-c] != "x" || !d')
    assert expression.names == {"a", "b-c", "d"}
    assert expression.dates == ("2020-01-01",)


def test_what_is_never_looked_at_is_known():
    assert compile_expression("(a == 1) b == 2").ignored == "b"
    assert compile_expression("((a) b == 1)").ignored == "b"
    assert compile_expression("a == 1").ignored == ""
    assert compile_expression("a.B == c.D").accessors == ("a.B", "c.D")


def test_a_text_cannot_grow_without_bound():
    with pytest.raises(EvaluationError, match="a text is longer than"):
        compile_expression("s" + " + s" * 40).evaluate({"s": "x" * 1_000_000})


def test_a_pattern_of_an_event_is_told_without_the_event_in_logs():
    with pytest.raises(EvaluationError) as caught:
        compile_expression("'x' =~ s").evaluate({"s": "secret["})
    assert "secret" not in caught.value.public


def test_equal_means_equal_types_all_the_way_down():
    expression = compile_expression("a == b")
    assert expression.evaluate({"a": {"k": [1.0, None]}, "b": {"k": [1.0, None]}}) is True
    assert expression.evaluate({"a": {"k": [1.0]}, "b": {"k": [True]}}) is False
    assert expression.evaluate({"a": [1.0], "b": [1.0, 2.0]}) is False
    assert expression.evaluate({"a": {"k": 1.0}, "b": {"l": 1.0}}) is False


def test_an_object_cannot_be_looked_for():
    assert outcome("o in (o, 1)")[0] == "error"
    assert outcome("o in (1, 2)") == ("value", "false")


def test_an_expression_has_bounds():
    inside = f"{'(' * MAX_DEPTH}t{')' * MAX_DEPTH}"
    assert outcome(inside) == ("value", "true")
    assert outcome("t" + " == t" * 600) == ("value", "true")
    assert outcome("t && " * 600 + "t") == ("value", "true")
    assert outcome("1 + " * 900 + "1") == ("value", "901")
    with pytest.raises(LanguageError, match="parentheses are open"):
        compile_expression(f"({inside})")
    with pytest.raises(LanguageError, match="longer than"):
        compile_expression("t" * (MAX_LENGTH + 1))


def test_a_value_too_deep_to_compare_is_an_error_of_the_event():
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(EvaluationError, match="nested too deep"):
        compile_expression("a == b").evaluate({"a": deep, "b": [deep[0]]})


PIECES = ["a", "b", "[c-d]", "1", ".5", "0x1", '"x"', "'2020-01-01'", "true", "in", "(", ")", "!"]
PIECES += [
    "==",
    "!=",
    "<",
    ">=",
    "&&",
    "||",
    ",",
    "-",
    "+",
    "?",
    ":",
    "??",
    "*",
    "**",
    "/",
    "%",
    "&",
    "|",
    "^",
    "~",
    "<<",
    ">>",
    "=~",
    "!~",
    "a.B",
    "\\",
    "[",
    "]",
    '"',
    " ",
    ".",
    "é",
]


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join)))
def test_no_text_breaks_the_compiler_with_anything_but_a_language_error(text: str):
    outcome(text)


@given(
    st.lists(st.sampled_from(PIECES)).map(" ".join),
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
)
def test_no_value_breaks_an_expression_with_anything_but_an_evaluation_error(text: str, value: Any):
    outcome(text, {"a": value, "b": value, "c-d": 1.0})
