"""Patterns against a slow and obvious matcher, and odd ones as Go's `match` 1.1.1 answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.language.gjson.budget import Budget
from hookline.language.gjson.wildcard import matches


def obvious(text: str, pattern: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(obvious(text[at:], pattern[1:]) for at in range(len(text) + 1))
    if pattern[0] == "\\":
        pattern = pattern[1:]
    elif pattern[0] == "?":
        return bool(text) and obvious(text[1:], pattern[1:])
    return bool(text) and text[0] == pattern[0] and obvious(text[1:], pattern[1:])


PATTERNS = st.lists(st.sampled_from(["a", "b", "é", "*", "?", "\\*", "\\?", "\\a"]), max_size=6)


@given(st.text("abé*?", max_size=7), PATTERNS.map("".join))
def test_a_pattern_fits_what_it_should(text, pattern):
    assert matches(text.encode(), pattern.encode(), Budget()) is obvious(text, pattern)


@pytest.mark.parametrize(
    ("text", "pattern", "fits"),
    [
        (b"a\\", b"*\\", True),
        (b"a\\", b"a\\", False),
        (b"\xff\xfe", b"??", True),
        (b"\xff", "\ufffd".encode(), True),
        ("日本".encode(), b"??", True),
        (b"", b"", True),
        (b"", b"**", True),
        (b"", b"?", False),
    ],
)
def test_odd_texts_and_patterns(text, pattern, fits):
    assert matches(text, pattern, Budget()) is fits
