import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.errors import PermanentError
from hookline.language.errors import LanguageError
from hookline.language.template import MAX_DEPTH, MAX_FILLED, compile_tree, is_text_field

BODY = {
    "message": "hello",
    "count": 3,
    "price": 1.5,
    "on": True,
    "nothing": None,
    "list": [1, {"a": "b"}],
    "empty": [],
    "head_commit": {"message": "fix", "id": "1"},
    "big": 12345678901234567890123,
    "quote": 'say "hi"\nnow',
}
ROOT = {
    "push": {"body": BODY},
    "push-2": {"body": {"a": 1}},
    "context": {"push": {"id": "id-1", "subject": "example"}},
}

BODY_LACKS_MESAGE = "$.push.body has no mesage (closest: message)"


def hole(inside):
    return "${{ " + inside + " }}"


def fill(value, root=ROOT, *, text=False):
    return compile_tree({"field": value}, lambda _: text).fill(root)["field"]


@pytest.mark.parametrize(
    ("placeholder", "value"),
    [
        ("${{ $.push.body.message }}", "hello"),
        ("${{$.push.body.message}}", "hello"),
        ("${{\n $.push.body.message\t}}", "hello"),
        ("${{ $.push.body.count }}", 3),
        ("${{ $.push.body.price }}", 1.5),
        ("${{ $.push.body.on }}", True),
        ("${{ $.push.body.nothing }}", None),
        ("${{ $.push.body.list }}", [1, {"a": "b"}]),
        ("${{ $.push.body.list[1].a }}", "b"),
        ("${{ $.push.body.big }}", 12345678901234567890123),
        ("${{ $.push.body.list[*] }}", [1, {"a": "b"}]),
        ("${{ $.push.body.empty[*] }}", []),
        ("${{ $.push.body.list[?(@.a == 'x')] }}", []),
        ("${{ $..a }}", ["b", 1]),
        ("${{ $.context.push.id }}", "id-1"),
        ("${{ $['push-2'].body.a }}", 1),
        ("${{ $.push-2.body.a }}", 1),
        ("${{ $ }}", ROOT),
    ],
)
def test_a_placeholder_that_is_the_whole_string_keeps_its_type(placeholder, value):
    filled = fill(placeholder)
    assert filled == value
    assert type(filled) is type(value)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("say ${{ $.push.body.message }}!", "say hello!"),
        ("${{ $.push.body.count }}${{ $.push.body.price }}", "31.5"),
        ("${{ $.push.body.nothing }} ", "null "),
        (" ${{ $.push.body.on }}", " true"),
        ("x ${{ $.push.body.list }}", 'x [1,{"a":"b"}]'),
        ("x ${{ $.push.body.list[*] }}", 'x [1,{"a":"b"}]'),
        ("x ${{ $.push.body.big }}", "x 12345678901234567890123"),
        ("x ${{ $.push.body.quote }}", 'x say "hi"\nnow'),
        ("${{ $.push.body.zzz | default('a') }}-${{ $.context.push.id }}", "a-id-1"),
    ],
)
def test_a_placeholder_inside_a_longer_string_is_text(text, filled):
    assert fill(text) == filled


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("message", "hello"),
        ("count", "3"),
        ("on", "true"),
        ("nothing", "null"),
        ("list", '[1,{"a":"b"}]'),
        ("head_commit", '{"message":"fix","id":"1"}'),
    ],
)
def test_a_placeholder_in_a_text_field_is_text(name, text):
    assert fill(hole(f"$.push.body.{name}"), text=True) == text


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("4", 4),
        ("-1.5", -1.5),
        ('"text"', "text"),
        ("'text'", "text"),
        ("''", ""),
        ("null", None),
        ("true", True),
        ("[1, 2]", [1, 2]),
        ('{"a": {"b": 1}}', {"a": {"b": 1}}),
        ("'}}'", "}}"),
        ("'a | b)'", "a | b)"),
        (r"'it\'s \\ C:\temp'", r"it's \ C:\temp"),
        ('"}}|("', "}}|("),
    ],
)
def test_a_missing_path_takes_its_default(literal, value):
    assert fill(hole(f"$.push.body.zzz | default({literal})")) == value
    assert fill(hole(f"$.gone.x|default( {literal} )")) == value


def test_a_default_stands_only_for_what_is_missing():
    assert fill("${{ $.push.body.nothing | default(4) }}") is None
    assert fill("${{ $.push.body.message | default(4) }}") == "hello"
    assert fill("${{ $.push.body.zzz[*] | default(4) }}") == 4
    assert fill("${{ $.push.body.empty[*] | default(4) }}") == 4


@pytest.mark.parametrize(
    "text",
    [
        "${{inputs.parameters.x}}",
        "${{ inputs.parameters.x }}",
        "{{workflow.name}}",
        "{{ $.push.body.message }}",
        "${{=x}}",
        "$.push.body.message",
        "${ $.push }",
        "${{",
        "",
        "}}",
    ],
)
def test_what_belongs_to_others_is_left_alone(text):
    template = compile_tree({"a": text}, is_text_field)
    assert template.paths == ()
    assert template.fill(ROOT) == {"a": text}


def test_our_placeholder_stands_beside_those_of_others():
    text = "{{workflow.name}} ${{inputs.x}} ${{ $.push.body.message }} {{=1}}"
    assert fill(text) == "{{workflow.name}} ${{inputs.x}} hello {{=1}}"


def test_keys_are_left_alone_and_a_filled_value_is_not_filled_again():
    tree = {"${{ $.push.body.message }}": "${{ $.a }}"}
    assert compile_tree(tree, is_text_field).fill({"a": "${{ $.b }}"}) == {
        "${{ $.push.body.message }}": "${{ $.b }}"
    }


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("$.push.body.mesage.x", f"$.push.body.mesage.x is missing: {BODY_LACKS_MESAGE}"),
        ("$.psuh.body", "$.psuh.body is missing: $ has no psuh (closest: push, push-2)"),
        (
            "$['push-2'].body.zzz",
            "$['push-2'].body.zzz is missing: $.push-2.body has no zzz (it has: a)",
        ),
        ("$.push.body.list[7]", "$.push.body.list[7] is missing: $.push.body.list has 2 elements"),
        ("$.push.body.count.x", "$.push.body.count.x is missing: $.push.body.count is a number"),
        ("$.push.body.on.x", "$.push.body.on.x is missing: $.push.body.on is a boolean"),
        ("$.push.body.nothing.x", "$.push.body.nothing.x is missing: $.push.body.nothing is null"),
        ("$.push.body.list.x", "$.push.body.list.x is missing: $.push.body.list is an array"),
        ("$.push.body[0]", "$.push.body[0] is missing: $.push.body is an object"),
        ("$.push.body.mesage[*].x", f"$.push.body.mesage[*].x is missing: {BODY_LACKS_MESAGE}"),
    ],
)
def test_a_missing_path_names_the_deepest_part_and_the_closest_keys(path, message):
    with pytest.raises(PermanentError) as caught:
        fill(hole(path))
    assert str(caught.value) == message
    assert caught.value.reason == "Parameter"


def test_a_single_path_that_fails_behind_its_plain_part_says_so():
    with pytest.raises(PermanentError, match=r"matches nothing below \$\.push\.body\.count$"):
        fill("${{ $.push.body.count.`len` }}")


def test_a_missing_path_shows_no_payload():
    with pytest.raises(PermanentError) as caught:
        fill("${{ $.push.body.head_commit.mesage }}")
    assert "fix" not in str(caught.value)


def test_a_path_that_fails_on_the_data_is_permanent():
    with pytest.raises(PermanentError, match="cannot be evaluated") as caught:
        fill("${{ $.push.body.list.`sorted` }}")
    assert caught.value.reason == "Parameter"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("${{ $.a", "is not closed by }}"),
        ("${{ $.a }", "is not closed by }}"),
        ("${{ $.a | default('x }}", "a quote is not closed"),
        ("${{ $.a | upper }}", "only one default"),
        ("${{ $.a | default(1) | default(2) }}", "only one default"),
        ("${{ $.a | }}", "only one default"),
        ("${{ $.a | default() }}", "a JSON value or a text in single quotes"),
        ("${{ $.a | default(text) }}", "a JSON value or a text in single quotes"),
        ("${{ $.a | default(NaN) }}", "a JSON value or a text in single quotes"),
        ("${{ $.a..}}", "is no JSONPath"),
        ("${{ $.a[?(@.b =~ 'x')] }}", "regular expression"),
    ],
)
def test_a_wrong_placeholder_is_refused_with_its_place(text, words):
    with pytest.raises(LanguageError) as caught:
        compile_tree({"spec": [{"a": "fine"}, {"value": text}]}, is_text_field)
    assert str(caught.value).startswith("spec[1].value: ")
    assert words in str(caught.value)
    assert caught.value.path == ("spec", 1, "value")


def test_every_mistake_can_be_noted():
    noted = []
    tree = {"a": "${{ $.x | up }}", "b": "${{ $.push.body }}", "c": ["${{ $. }}"]}
    template = compile_tree(tree, is_text_field, noted.append)
    assert [error.path for error in noted] == [("a",), ("c", 0)]
    assert template.paths == (("b",),)


def test_a_template_tells_its_dependencies_and_places():
    tree = {
        "a": "${{ $.push.body.x }} and ${{ $.context.pull.id }}",
        "b": ["x", "${{ $['other-one'].y | default(1) }}"],
        "c": "${{ $.items.list[?(@.id == $.filtered.id)] }}",
        "d": "${{ $..anything }}",
        "e": "${{ $.context }}",
    }
    template = compile_tree(tree, is_text_field)
    assert template.dependencies == {"push", "pull", "other-one", "items", "filtered"}
    assert template.paths == (("a",), ("b", 1), ("c",), ("d",), ("e",))


@pytest.mark.parametrize(
    ("path", "whole"),
    [
        ("$", True),
        ("$..id", True),
        ("$.*.body", True),
        ("$['push','pull'].body", True),
        ("$.context", True),
        ("$.context.*.id", True),
        ("$.push.items[?($..id)]", True),
        ("$.push", False),
        ("$.push..id", False),
        ("$.push.items[*].id", False),
        ("$.context.push.id", False),
        ("$.push.items[?(@.id == $.pull.id)]", False),
    ],
)
def test_a_template_tells_whether_it_reads_without_naming_a_dependency(path, whole):
    assert compile_tree([hole(path)], is_text_field).whole is whole


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("spec", "arguments", "parameters", 0, "value"), True),
        (("spec", "templates", 0, "steps", 0, 0, "arguments", "parameters", 2, "value"), True),
        (("spec", "templates", 0, "container", "args", 0), True),
        (("spec", "templates", 0, "container", "command", 1), True),
        (("spec", "templates", 0, "container", "env", 0, "value"), True),
        (("metadata", "labels", "app"), True),
        (("metadata", "annotations", "a/b"), True),
        (("spec", "templates", 0, "container", "args"), False),
        (("metadata", "labels"), False),
        (("spec", "parallelism"), False),
        (("spec", "value"), False),
        (("spec", "templates", 0, "resource", "env"), False),
        ((), False),
    ],
)
def test_the_text_fields_of_a_workflow(path, text):
    assert is_text_field(path) is text


def test_a_filled_tree_shares_nothing():
    tree = {"kept": {"a": [1]}, "hole": "${{ $.push.body }}", "d": "${{ $.x | default([1]) }}"}
    template = compile_tree(tree, is_text_field)
    root = copy.deepcopy(ROOT)
    first = template.fill(root)
    first["kept"]["a"].append(2)
    first["hole"]["list"].append(2)
    first["d"].append(2)
    assert root == ROOT
    assert template.fill(root) == {"kept": {"a": [1]}, "hole": BODY, "d": [1]}
    tree["kept"]["a"].append(3)
    assert template.fill(root)["kept"] == {"a": [1]}


def test_a_tree_can_be_one_placeholder():
    assert compile_tree("${{ $.push.body.count }}", is_text_field).fill(ROOT) == 3


def test_a_tree_keeps_its_order_and_numbers():
    tree = {"b": 2**70, "a": 1.0, "c": [None, True, "x"]}
    filled = compile_tree(tree, is_text_field).fill({})
    assert json.dumps(filled) == json.dumps(tree)


def test_a_filled_manifest_has_a_bound():
    root = {"push": "x" * (MAX_FILLED // 4), "block": ["x" * (MAX_FILLED // 4)]}
    assert compile_tree({"a": "${{ $.push }}${{ $.push }}"}, is_text_field).fill(root)
    for text in ("${{ $.push }} " * 5, "${{ $.block }}" * 5):
        with pytest.raises(PermanentError, match="larger than"):
            compile_tree({"a": text}, is_text_field).fill(root)
    for text in ("${{ $.push }}", "${{ $.block }}"):
        with pytest.raises(PermanentError, match="larger than"):
            compile_tree([text] * 5, is_text_field).fill(root)


def test_a_manifest_has_a_depth():
    tree = "x"
    for _ in range(MAX_DEPTH + 2):
        tree = [tree]
    with pytest.raises(LanguageError, match="nested deeper"):
        compile_tree(tree, is_text_field)


@given(st.text(alphabet="${} .ab[]'\"|()default*?@0`\n", max_size=30))
def test_no_text_raises_anything_else(text):
    try:
        compile_tree({"a": "${{ $" + text, "b": text}, is_text_field).fill({"a": {"b": [1]}})
    except (LanguageError, PermanentError) as error:
        reason = getattr(error, "reason", "Parameter")
    else:
        reason = "Parameter"
    assert reason == "Parameter"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        ),
    )
)
def test_any_value_travels_unchanged(value):
    assert fill("${{ $.a }}", {"a": value}) == value
