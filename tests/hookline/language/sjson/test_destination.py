"""Destinations. The facts were produced by Go's sjson (1.2.5 and 1.2.7 agree)."""

import copy
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.language.errors import LanguageError
from hookline.language.gjson import compile_path
from hookline.language.sjson import MAX_PADDING, compile_destination

FACTS = json.loads(Path(__file__).with_name("facts.json").read_text())


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


SEARCHES = json.loads(Path(__file__).with_name("search_facts.json").read_text())["facts"]


@pytest.mark.parametrize(("tree", "path", "expected", "existing"), SEARCHES)
def test_a_destination_that_is_searched_for_is_where_go_writes(tree, path, expected, existing):
    destination = compile_destination(path)
    assert destination.existing(tree) == existing
    if "error" in expected:
        with pytest.raises(LanguageError):
            destination.set(tree, "new")
    else:
        assert destination.set(tree, "new") == expected["tree"]


def test_an_object_in_the_order_of_go_is_searched():
    tree = {"b": 1, "a": 2}
    assert compile_destination("*").set(dict(tree), "new") == {"b": 1, "a": "new"}
    assert compile_destination("*", order=None).set(dict(tree), "new") == {"b": "new", "a": 2}


def test_an_existing_block_is_the_text_that_go_would_have():
    tree = {"spec": {"b": "<&>", "a": [1]}}
    assert compile_destination("spec").existing(tree) == r'{"a":[1],"b":"\u003c\u0026\u003e"}'


def test_what_makes_no_json_is_an_error_and_changes_nothing():
    tree = {"text": "[1,2]"}
    with pytest.raises(LanguageError, match="makes no JSON"):
        compile_destination("text.0").set(tree, "new")
    assert tree == {"text": "[1,2]"}


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


def test_special_characters_can_be_escaped():
    assert compile_destination(r"x\@y.\#.\[a").set({}, 1) == {"x@y": {"#": {"[a": 1}}}


def test_an_empty_destination_is_an_error():
    with pytest.raises(LanguageError, match="empty"):
        compile_destination("")


@pytest.mark.parametrize("index", [MAX_PADDING + 1, 10**12, 10**17])
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
