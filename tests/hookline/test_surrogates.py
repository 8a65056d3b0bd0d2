import json

import pytest

from hookline.surrogates import replace_halves


@pytest.mark.parametrize(
    ("text", "replaced"),
    [
        (rb'"\ud800"', rb'"\ufffd"'),
        (rb'"\uDFFFx"', rb'"\ufffdx"'),
        (rb'"\ud83d\ud83d\ude00"', rb'"\ufffd\ud83d\ude00"'),
        (rb'"\ude00\ud83d"', rb'"\ufffd\ufffd"'),
        (rb'"\ud83d\n\ude00"', rb'"\ufffd\n\ufffd"'),
        (rb'{"\ud800":["\udc00"]}', rb'{"\ufffd":["\ufffd"]}'),
        (rb'"\\\ud800"', rb'"\\\ufffd"'),
    ],
)
def test_an_escaped_half_becomes_the_replacement_character_as_in_go(text, replaced):
    assert replace_halves(text) == replaced
    assert "\ufffd" in str(json.loads(replace_halves(text)))


@pytest.mark.parametrize(
    "text",
    [
        b'{"a": 1}',
        rb'"\ud83d\ude00"',
        rb'"\uD83D\uDE00 \u00e9"',
        rb'"\\ud800"',
        rb'"\\\\ud800"',
        rb'"\ud80"',
        b'"\\',
        '"\ufffd 😀"'.encode(),
        b'"\xed\xa0\x80"',
    ],
)
def test_all_else_is_left_as_it_is(text):
    assert replace_halves(text) is text


def test_a_long_text_of_escapes_takes_no_longer_than_its_length():
    assert replace_halves(b"\\" * 1_000_001) is not None
    assert replace_halves(rb"\ud800" * 200_000) == rb"\ufffd" * 200_000
