import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonpath_ng.ext import parse

from hookline.language.errors import LanguageError
from hookline.language.jsonpath import MAX_LENGTH, compile_jsonpath

DATA = {
    "push": {
        "body": {
            "x": 1,
            "items": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}],
            "a b": {"c.d": None},
            "m": {"1": "one", "-1": "minus"},
            "where": 5,
            "@type": "t",
            "a-b": {"true": False},
            "it's": 3,
        }
    },
    "pull": {"id": 2},
    "context": {"push": {"id": "1-2"}},
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$", [DATA]),
        ("$.push.body.x", [1]),
        ("$.push.body.missing", []),
        ("$.push.body.x.y", []),
        ("$.push.body.items[0].name", ["a"]),
        ("$.push.body.items[-1].name", ["b"]),
        ("$.push.body.items[2].name", []),
        ("$.push.body.items[-3].name", []),
        ("$.push.body.items.name", []),
        ("$.push.body[0]", []),
        ("$.push.body.x[0]", []),
        ("$.push.body['a b']['c.d']", [None]),
        ('$["push"]["body"]["x"]', [1]),
        ("$.push.body.@type", ["t"]),
        ("$.push.body.a-b.true", [False]),
        ("$.context.push.id", ["1-2"]),
        ("$.push.body.items[01].id", [2]),
    ],
)
def test_a_plain_path_gives_what_the_library_gives(path, expected):
    compiled = compile_jsonpath(path)
    assert compiled.matcher is None
    assert compiled.single
    assert compiled.find(DATA) == expected
    assert [match.value for match in parse(path).find(DATA)] == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$.push.body.items[*].id", [1, 2]),
        ("$..id", [1, 2, 2, "1-2"]),
        ("$.push.body.items[0:1].id", [1]),
        ("$.push.body.items[0,1].id", [1, 2]),
        ("$.push.body['x','a-b']", [1, {"true": False}]),
        ("$.push.body.items[?(@.id > 1)].name", ["b"]),
        ("$.push.body.items[?(@.name == 'a')].id", [1]),
        ("$.push.body.items[?(@.id == $.pull.id)].name", ["b"]),
        ("$.push.body.nothing[*]", []),
    ],
)
def test_a_path_that_can_match_several_gives_all_of_them(path, expected):
    compiled = compile_jsonpath(path)
    assert not compiled.single
    assert compiled.find(DATA) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$.push.body.m.1", ["one"]),
        ("$ .push . body.x", [1]),
        ("$.push.body['it\\'s']", [3]),
        ("$.push.body.items.`len`", [2]),
        ("$.push.body.'where'", [5]),
    ],
)
def test_a_path_that_only_the_library_reads_can_be_single_too(path, expected):
    compiled = compile_jsonpath(path)
    assert compiled.single
    assert compiled.find(DATA) == expected


@pytest.mark.filterwarnings("ignore:.*intersection:DeprecationWarning")
@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("$.a[?(@.b =~ '^(a+)+$')]", "regular expression"),
        ("$.a[?(@.b == 1 || @.c[?(@.d =~ 'x')])]", "regular expression"),
        ("$.a.`sub(/(a+)+b/, x)`", "regular expression"),
        ("$.a * $.b", "multiplication"),
        ("$..a..b..c", "descents"),
        ("$" + ".a.1" * 120, "parts"),
        ("$.a & $.b", "refused"),
    ],
)
def test_what_can_run_away_is_refused(path, words):
    with pytest.raises(LanguageError, match=words):
        compile_jsonpath(path)


@pytest.mark.parametrize(
    "path", ["", "$.", "$.a[", "$.a]b", "$.a b", "$['a", "$.a.`nope`", "$.where"]
)
def test_a_wrong_path_is_a_language_error(path):
    with pytest.raises(LanguageError, match="is no JSONPath"):
        compile_jsonpath(path)


def test_a_path_has_a_bound():
    with pytest.raises(LanguageError, match="longer"):
        compile_jsonpath("$" + ".a" * MAX_LENGTH)


def test_a_path_that_fails_on_a_value_is_a_language_error():
    with pytest.raises(LanguageError, match="cannot be evaluated"):
        compile_jsonpath("$.a.`sorted`").find({"a": [1, "x"]})


@pytest.mark.parametrize(
    ("path", "origins"),
    [
        ("$.push.body.x", {("push", "body", "x")}),
        ("$..x", {()}),
        ("$", {()}),
        ("$.a..b", {("a",)}),
        ("$['a','b'].c", {()}),
        ("$.a[0][*].b", {("a", 0)}),
        ("$.a[?(@.b == $.c.d)]", {("a",), ("c", "d")}),
    ],
)
def test_a_path_tells_where_it_begins(path, origins):
    assert compile_jsonpath(path).origins == origins


def test_a_path_tells_how_far_it_came():
    compiled = compile_jsonpath("$.push.body.items[5].id")
    assert compiled.reach(DATA) == (3, DATA["push"]["body"]["items"])


STEPS = st.one_of(
    st.from_regex(r"\.@?[A-Za-z_][A-Za-z0-9_@-]{0,3}", fullmatch=True).filter(
        lambda step: step not in (".where", ".wherenot")
    ),
    st.sampled_from([".a", ".b", "[0]", "[1]", "[-1]", "['a']", '["b"]', "['x y']"]),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "x y"]), inner, max_size=3)
    ),
    max_leaves=15,
)


@given(st.lists(STEPS, max_size=5).map("".join), VALUES)
def test_direct_getters_and_the_library_agree(steps, value):
    compiled = compile_jsonpath(f"${steps}")
    assert compiled.matcher is None
    assert compiled.find(value) == [match.value for match in parse(f"${steps}").find(value)]


@given(st.text(alphabet="$.[]'\"ab01*?@()=~<>|&,:`- ", max_size=20), VALUES)
def test_no_path_raises_anything_else(path, value):
    with contextlib.suppress(LanguageError):
        compile_jsonpath(f"${path}").find(value)
