"""Expressions against govaluate: what it makes of each text was recorded from the Go module."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.language.errors import LanguageError
from hookline.language.expression import MAX_LENGTH, EvaluationError, compile_expression
from hookline.language.expression.parser import MAX_COMPARISONS, MAX_DEPTH
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


LATER = ["n + 1 == 6", "n - 5 == 0", "n * 2 == 10", "n / 5 == 1", "n % 2 == 1", "n ** 2 == 25"]
LATER += ["n & 1 == 1", "n | 1 == 5", "n ^ 1 == 4", "n << 1 == 10", "n >> 1 == 2", "~n == -6"]
LATER += ["s =~ 'x'", "s !~ 'y'", "t ? 1 : 2", "nil ?? 1", "t : 2"]


@pytest.mark.parametrize("text", LATER)
def test_an_operator_that_comes_later_is_refused_by_name(text: str):
    with pytest.raises(LanguageError, match=r"the operator .* is not there yet") as caught:
        compile_expression(text)
    assert caught.value.not_yet


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
        ("dep-a == 1", r"a name with - in it stands in brackets: \[my-name\]"),
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
        ("(a) b", "an operator is missing before b"),
    ],
)
def test_a_mistake_is_told_in_words(text: str, words: str):
    with pytest.raises(LanguageError, match=words) as caught:
        compile_expression(text)
    assert caught.value.not_yet == ("not there yet" in str(caught.value))


def test_the_names_and_the_dates_of_an_expression_are_known():
    expression = compile_expression('a == "2020-01-01" && [b-c] != "x" || !d')
    assert expression.names == {"a", "b-c", "d"}
    assert expression.dates == ("2020-01-01",)


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
    assert outcome("t" + " == t" * MAX_COMPARISONS) == ("value", "true")
    assert outcome("t && " * 600 + "t") == ("value", "true")
    with pytest.raises(LanguageError, match="parentheses are open"):
        compile_expression(f"({inside})")
    with pytest.raises(LanguageError, match="comparisons stand in a row"):
        compile_expression("t" + " == t" * (MAX_COMPARISONS + 1))
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
