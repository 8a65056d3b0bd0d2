import pytest

from hookline.language.errors import LanguageError
from hookline.language.regexp import compile_regexp


def test_a_mistake_is_told_in_the_words_of_re2():
    with pytest.raises(LanguageError, match=r"RE2: missing \): \($"):
        compile_regexp("(")


def test_half_a_character_is_refused_as_a_pattern_and_survived_as_a_text():
    with pytest.raises(LanguageError):
        compile_regexp("\ud800")
    assert compile_regexp("a")("\ud800a")
