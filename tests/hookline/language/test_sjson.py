"""Plain sjson destinations. The facts were produced by Go's sjson (1.2.5 and 1.2.7 agree)."""

import copy
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.language.errors import LanguageError
from hookline.language.gjson import compile_path
from hookline.language.sjson import MAX_PADDING, compile_destination

FACTS = json.loads(Path(__file__).with_name("sjson_facts.json").read_text())


@pytest.mark.parametrize(("document", "path", "value", "expected", "existing"), FACTS)
def test_a_destination_is_where_go_writes(document, path, value, expected, existing):
    destination = compile_destination(path)
    tree = json.loads(document) if document else None
    before = copy.deepcopy(tree)
    assert destination.existing(tree) == existing
    if expected is None:
        with pytest.raises(LanguageError, match="is no index"):
            destination.set(tree, value)
        assert tree == before
    else:
        assert json.dumps(destination.set(tree, value)) == json.dumps(expected)


def test_the_tree_is_changed_in_place():
    tree = {"a": {"b": [1]}}
    inner = tree["a"]
    assert compile_destination("a.b.-1").set(tree, 2) is tree
    assert inner == {"b": [1, 2]}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        (1.5, "1.5"),
        (3.0, "3"),
        (-0.0, "-0"),
        (1e21, "1" + "0" * 21),
        (12345678901234567890123, "12345678901234567890123"),
        (True, "true"),
        (None, ""),
        ({"a": [1, "é"]}, '{"a":[1,"é"]}'),
    ],
)
def test_an_existing_value_is_the_text_that_go_shows(value, text):
    assert compile_destination("a.0").existing({"a": [value]}) == text


@pytest.mark.parametrize(
    "path", ["a*", "a.?", "a|b", "a.#", "#", "a.@this", "x@y", "!x", "a.[b", "{"]
)
def test_a_destination_that_is_not_plain_is_refused_by_name(path):
    with pytest.raises(LanguageError, match="later") as caught:
        compile_destination(path)
    assert caught.value.not_yet


def test_special_characters_can_be_escaped():
    assert compile_destination(r"x\@y.\#.\[a").set({}, 1) == {"x@y": {"#": {"[a": 1}}}


def test_an_empty_destination_is_an_error():
    with pytest.raises(LanguageError, match="empty"):
        compile_destination("")


@pytest.mark.parametrize("index", [MAX_PADDING + 1, 10**12, int("9" * 900)])
@pytest.mark.parametrize("tree", [None, {"a": []}, {"a": 1}, {}])
def test_an_index_far_beyond_the_end_is_refused_and_changes_nothing(index, tree):
    before = copy.deepcopy(tree)
    with pytest.raises(LanguageError, match="beyond the end"):
        compile_destination(f"a.{index}.b").set(tree, 1)
    assert tree == before


def test_an_index_at_the_bound_is_filled_up():
    filled = compile_destination(f"a.{MAX_PADDING + 1}").set({"a": [0]}, 1)
    assert len(filled["a"]) == MAX_PADDING + 2


NAMES = st.sampled_from(["a", "b", "0", "1", "2", "-1", ":0", r"a\.b", "c d", "01", r"\1"])
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "0", "1", "a.b", "-1"]), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(TREES, st.lists(NAMES, min_size=1, max_size=4).map(".".join))
def test_what_was_set_is_got_again(tree, path):
    try:
        tree = compile_destination(path).set(tree, "value")
    except LanguageError:
        return
    steps = path.split(".")
    plain = not any(step in ("-1", r"\1") or step.startswith(":") for step in steps)
    if plain and "\\" not in path:
        found = compile_path(path).get(json.dumps(tree).encode())
        assert found is not None
        assert found.text == "value"
        assert compile_destination(path).existing(tree) == "value"
    assert '"value"' in json.dumps(tree)


@given(st.text(max_size=20), TREES)
def test_no_destination_raises_anything_else(path, tree):
    try:
        destination = compile_destination(path)
        destination.existing(tree)
        destination.set(tree, 1)
    except LanguageError:
        pass
