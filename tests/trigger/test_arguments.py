"""Arguments of the argo command: what they write, and what is refused by name."""

import pytest

from hookline.errors import PermanentError, TemporaryError
from trigger.arguments import compile_arguments

OLD = {"name": "old", "value": "1"}


@pytest.fixture
def written(place, at, event):
    """Return what arguments make of a Workflow, for the data of an event."""

    def _written(*args, data=None, parameters=(OLD,)):
        arguments = compile_arguments(list(args), place, at)
        assert [each for each in place.mistakes if each.level == "error"] == []
        tree = {"metadata": {}, "spec": {"arguments": {"parameters": list(parameters)}}}
        return arguments.apply(tree, {"push": event(data or {})})

    return _written


def _values(tree):
    return [(each["name"], each["value"]) for each in tree["spec"]["arguments"]["parameters"]]


@pytest.mark.parametrize(
    "args",
    [
        ("-p", "a=x=y"),
        ("-pa=x=y",),
        ("-p=a=x=y",),
        ("--parameter", "a=x=y"),
        ("--parameter=a=x=y",),
    ],
)
def test_a_parameter_stands_before_those_of_the_workflow(written, args):
    assert _values(written(*args)) == [("a", "x=y"), ("old", "1")]


def test_a_parameter_takes_the_place_of_one_of_its_name(written):
    assert _values(written("-p", "b=2", "-p", "old=3")) == [("b", "2"), ("old", "3")]


def test_a_template_fills_a_value_as_text(written):
    tree = written("-p", "a=v-${{ $.push.n }}", "-lx=${{ $.push.n }},y=z", data={"n": 4})

    assert _values(tree)[0] == ("a", "v-4")
    assert tree["metadata"]["labels"] == {"x": "4", "y": "z"}


@pytest.mark.parametrize(
    ("args", "block", "field", "value"),
    [
        (("--entrypoint", "x"), "spec", "entrypoint", "x"),
        (("--serviceaccount=x",), "spec", "serviceAccountName", "x"),
        (("--priority", "-7"), "spec", "priority", -7),
        (("--generate-name=x-",), "metadata", "generateName", "x-"),
        (("--name", "x"), "metadata", "name", "x"),
        (("--labels", "a=b,c=d"), "metadata", "labels", {"a": "b", "c": "d"}),
    ],
)
def test_each_flag_writes_its_field(written, args, block, field, value):
    assert written(*args)[block][field] == value


def test_a_parameter_file_is_read_for_each_event(written, tmp_path):
    path = tmp_path / "values.yaml"
    path.write_text("a: text\nb: 5\nc: [1, 2]\n")
    assert _values(written("-f", str(path)))[:3] == [("a", "text"), ("b", "5"), ("c", "[1,2]")]

    path.write_text("- no mapping")
    with pytest.raises(TemporaryError) as caught:
        written("--parameter-file", str(path))
    assert caught.value.reason == "NoSource"


def test_a_parameter_in_the_file_and_in_the_arguments_is_permanent(written, tmp_path):
    (tmp_path / "values.json").write_text('{"a": 1}')
    with pytest.raises(PermanentError, match="twice"):
        written("-p", "a=2", "-f", str(tmp_path / "values.json"))


@pytest.mark.parametrize(
    ("args", "data"),
    [
        (("-l", "a=${{ $.push.x }}"), {"x": "1,b=2"}),
        (("-l", "a=${{ $.push.x }}"), {"x": "1=2"}),
        (("--priority", "${{ $.push.x }}"), {"x": "high"}),
        (("--priority", "${{ $.push.x }}"), {"x": "9" * 5000}),
    ],
)
def test_a_value_of_an_event_cannot_be_more_than_a_value(written, args, data):
    with pytest.raises(PermanentError):
        written(*args, data=data)


@pytest.mark.parametrize(
    ("args", "item", "hint"),
    [
        (["--wait"], 0, "remove it"),
        (["-w"], 0, "remove it"),
        (["--watch=true"], 0, "remove it"),
        (["-n", "other"], 0, "metadata.namespace"),
        (["--from=cronwf/x"], 0, "operation: submit-from"),
        (["--instanceid", "x"], 0, "controller-instanceid"),
        (["--dry-run"], 0, "hookline render"),
        (["--entrypont=x"], 0, "did you mean entrypoint?"),
        (["message=hi"], 0, "an item of its own"),
        (["--parameter a=b"], 0, "an item of its own"),
        (["-p a=b"], 0, "two items"),
        (["-p", "a"], 1, "NAME=VALUE"),
        (["-p", "${{ $.push.x }}"], 1, "templates stand in the value only"),
        (["-p", "a=1", "--parameter=a=2"], 2, "remove one"),
        (["-p"], 0, "VALUE"),
        (["-l", "a"], 1, "KEY=VALUE"),
        (["-l", "${{ $.push.x }}=a"], 1, "values only"),
        (["--priority", "high"], 1, "whole number"),
        (["--priority", "2147483648"], 1, "whole number"),
        (["-f", "https://x/y"], 1, "-p"),
    ],
)
def test_what_has_no_effect_is_refused_with_what_to_write(place, at, args, item, hint):
    assert compile_arguments(args, place, at) is None
    first = place.mistakes[0]
    assert (first.path, first.code) == (f"args[{item}]", "bad-args")
    assert hint in first.suggestion
    assert "\0" not in first.message


def test_a_wrong_template_is_noted_where_it_stands(place, at):
    assert compile_arguments(["-p", "a=${{ $.pus.x }}"], place, at) is None
    assert [(each.path, each.code) for each in place.mistakes] == [
        ("args[1]", "unknown-dependency")
    ]


def test_an_event_that_chooses_the_service_account_is_warned_of(place, at):
    assert compile_arguments(["--serviceaccount", "${{ $.push.x }}"], place, at) is not None
    assert [(each.path, each.code) for each in place.mistakes] == [("args[1]", "sensitive")]


def test_a_fixed_name_is_warned_of(place, at):
    assert compile_arguments(["--name=x"], place, at) is not None
    assert [each.code for each in place.mistakes] == ["fixed-name"]
