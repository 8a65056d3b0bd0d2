"""Paths that do not say what they seem to."""

import pytest

from hookline.language.gjson import compile_here
from hookline.language.gjson.lint import oddity
from hookline.manifest import Document, Place


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ('a.#(b=="c"', "add )"),
        ("a.#(b.#(c==1)", "add )"),
        ("{a,b", "add }"),
        ("a.[b", "add ]"),
        ("a,b", "[a,b] is a list of the values"),
    ],
)
def test_an_odd_path_is_told(path, meant):
    odd = oddity(path)
    assert odd is not None
    assert odd[1] == meant


@pytest.mark.parametrize(
    "path",
    ["a.b", '#(a==")")#', r"a\[b", "{a,b}", "a.#(b==1)", "a[0", "a(b", "@pretty:{}", '#(a=="x,y")'],
)
def test_an_ordinary_path_is_not(path):
    assert oddity(path) is None


def test_a_manifest_is_told_where():
    place = Place(Document("f.yaml", 1, {}))
    assert compile_here("a,b", place / "path") is not None
    assert compile_here("a" * 5000, place / "other") is None
    assert [(m.path, m.code, m.level) for m in place.mistakes] == [
        ("path", "odd-path", "warning"),
        ("other", "bad-path", "error"),
    ]
