"""Values as Go has them and prints them (`%v`)."""

from typing import Any

import pytest

from hookline.language.expression.values import EvaluationError, quote, read_block


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "<nil>"),
        (True, "true"),
        (5.0, "5"),
        (-0.0, "-0"),
        (1.5, "1.5"),
        (123456.0, "123456"),
        (1000000.0, "1e+06"),
        (123456789.0, "1.23456789e+08"),
        (-1.5e300, "-1.5e+300"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (float("inf"), "+Inf"),
        ("x y", "x y"),
        ([1.0, "a", [None]], "[1 a [<nil>]]"),
        ({"b": 1.0, "a": {}}, "map[a:map[] b:1]"),
    ],
)
def test_a_value_is_quoted_as_go_prints_it(value: Any, text: str):
    assert quote(value) == text


def test_all_numbers_of_a_block_are_floats_and_the_first_of_equal_keys_counts():
    block = read_block(b'{"k": 1, "l": [2, 1e400], "k": 3}')
    assert block == {"k": 1.0, "l": [2.0, float("inf")]}
    assert isinstance(block["k"], float)


def test_a_block_that_is_too_deep_is_an_error_of_the_event():
    with pytest.raises(EvaluationError, match="nested too deep"):
        read_block(b"[" * 200_000 + b"]" * 200_000)
