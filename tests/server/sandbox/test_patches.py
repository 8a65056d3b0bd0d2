"""Merge patch by the examples of RFC 7386, JSON patch by the rules of RFC 6902."""

import copy

import pytest

from server.sandbox.patches import json_patch, merge_patch
from server.sandbox.status import StatusError


@pytest.mark.parametrize(
    ("before", "patch", "after"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({"a": "b"}, {"a": {"c": None, "d": 1}}, {"a": {"d": 1}}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_a_merge_patch_gives_what_the_rfc_says(before, patch, after):
    original = copy.deepcopy(before)
    assert merge_patch(patch)(before) == after
    assert before == original


@pytest.mark.parametrize(
    ("before", "operations", "after"),
    [
        ({"a": 1}, [{"op": "add", "path": "/b", "value": 2}], {"a": 1, "b": 2}),
        ({"a": 1}, [{"op": "add", "path": "/a", "value": None}], {"a": None}),
        ({"a": [1, 3]}, [{"op": "add", "path": "/a/1", "value": 2}], {"a": [1, 2, 3]}),
        ({"a": [1]}, [{"op": "add", "path": "/a/1", "value": 2}], {"a": [1, 2]}),
        ({"a": [1]}, [{"op": "add", "path": "/a/-", "value": [2]}], {"a": [1, [2]]}),
        ({"a": 1}, [{"op": "add", "path": "", "value": {"b": 2}}], {"b": 2}),
        ({"a": 1, "b": 2}, [{"op": "remove", "path": "/b"}], {"a": 1}),
        ({"a": [1, 2, 3]}, [{"op": "remove", "path": "/a/1"}], {"a": [1, 3]}),
        ({"a": {"": 1}}, [{"op": "remove", "path": "/a/"}], {"a": {}}),
        ({"a": 1}, [{"op": "replace", "path": "/a", "value": [1]}], {"a": [1]}),
        ({"a": [1, 2]}, [{"op": "replace", "path": "/a/0", "value": 9}], {"a": [9, 2]}),
        ({"a": {"b": 1}}, [{"op": "move", "from": "/a/b", "path": "/c"}], {"a": {}, "c": 1}),
        ({"a": [1, 2, 3]}, [{"op": "move", "from": "/a/0", "path": "/a/2"}], {"a": [2, 3, 1]}),
        ({"a": [1]}, [{"op": "copy", "from": "/a", "path": "/b"}], {"a": [1], "b": [1]}),
        ({"a": 1}, [{"op": "test", "path": "/a", "value": 1}], {"a": 1}),
        (
            {"a": {"x": 1, "y": 2}},
            [{"op": "test", "path": "/a", "value": {"y": 2, "x": 1}}],
            {"a": {"x": 1, "y": 2}},
        ),
        ({"a/b": 1, "m~n": 2}, [{"op": "remove", "path": "/a~1b"}], {"m~n": 2}),
        ({"a/b": 1, "m~n": 2}, [{"op": "remove", "path": "/m~0n"}], {"a/b": 1}),
        ({"~1": 1}, [{"op": "replace", "path": "/~01", "value": 2}], {"~1": 2}),
    ],
)
def test_a_json_patch_gives_what_the_rfc_says(before, operations, after):
    original = copy.deepcopy(before)
    assert json_patch(operations)(before) == after
    assert before == original


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "/none"},
        {"op": "replace", "path": "/none", "value": 1},
        {"op": "add", "path": "/none/deep", "value": 1},
        {"op": "add", "path": "/list/3", "value": 1},
        {"op": "add", "path": "/list/01", "value": 1},
        {"op": "add", "path": "/list/x", "value": 1},
        {"op": "add", "path": "/text/x", "value": 1},
        {"op": "replace", "path": "/list/-", "value": 1},
        {"op": "remove", "path": "/list/2"},
        {"op": "remove", "path": "/list/-1"},
        {"op": "add", "path": "no-slash", "value": 1},
        {"op": "add", "path": "/a"},
        {"op": "add", "value": 1},
        {"op": "copy", "path": "/a"},
        {"op": "copy", "from": "/none", "path": "/a"},
        {"op": "move", "from": "/tree", "path": "/tree/inside"},
        {"op": "test", "path": "/text", "value": "other"},
        {"op": "test", "path": "/yes", "value": 1},
        {"op": "jump", "path": "/text"},
        {"path": "/text"},
    ],
)
def test_an_operation_that_does_not_fit_is_refused(operation):
    tree = {"list": [1, 2], "text": "t", "tree": {"inside": 1}, "yes": True}
    with pytest.raises(StatusError) as error:
        json_patch([operation])(tree)
    assert (error.value.code, error.value.body["reason"]) == (422, "Invalid")


@pytest.mark.parametrize("patch", [{"op": "test"}, "text", [1], None])
def test_what_is_no_list_of_operations_is_no_json_patch(patch):
    with pytest.raises(StatusError) as error:
        json_patch(patch)
    assert error.value.code == 400


def test_the_work_of_a_json_patch_is_bounded():
    with pytest.raises(StatusError) as error:
        json_patch([{"op": "test", "path": "", "value": 1}] * 10_001)
    assert error.value.code == 413
    doubling = [{"op": "copy", "from": "/a", "path": "/a/-"}] * 64
    with pytest.raises(StatusError) as error:
        json_patch(doubling)({"a": ["b" * 1000]})
    assert error.value.code == 413
    deeper = [{"op": "copy", "from": "", "path": "/x"}] * 600
    with pytest.raises(StatusError) as error:
        json_patch(deeper)({})
    assert error.value.code == 422
