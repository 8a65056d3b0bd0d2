import json
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.language.gofloat import parse_float, read_float
from hookline.language.jsontext import compact, number_text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (-0.0, "-0"),
        (1e21, "1000000000000000000000"),
        (1e-7, "0.0000001"),
        (0.1, "0.1"),
        (100.0, "100"),
        (123456789.125, "123456789.125"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
        (math.nan, "NaN"),
    ],
)
def test_numbers_are_written_as_go_writes_them(number, text):
    assert number_text(number) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_text_of_a_number_reads_back_as_the_same_number(number):
    text = number_text(number)
    assert "e" not in text
    assert struct.pack(">d", parse_float(text)) == struct.pack(">d", number)


@pytest.mark.parametrize("text", ["", "abc", "1.5xyz", " 1", "1__0", "+nan", "0x10", "\u0661"])
def test_a_text_that_is_no_number_is_told_apart_from_zero(text):
    assert read_float(text) is None
    assert parse_float(text) == 0


@given(st.text(alphabet="0123456789+-._eExXpPabfint", max_size=12))
def test_any_text_is_a_number_or_zero(text):
    assert isinstance(parse_float(text), float)


def test_json_is_compact_and_keeps_large_integers():
    value = {"a": [1, None, True, "é", 2**70], "b": 1.0}
    assert compact(value) == '{"a":[1,null,true,"é",1180591620717411303424],"b":1.0}'
    assert json.loads(compact(value)) == value
