"""Parameters: the reference's rows (argo-events.md 5.2, 5.3, 5.5), and what lies around them."""

import json

import pytest

from hookline.errors import PermanentError
from hookline.manifest import Document, Place
from trigger.parameters import ParameterBlock, compile_parameters

FAKE = b'{"name": {"first": "fake", "last": "user"}, "age": 100, "countries": ["ca", "us", "mx"]}'


@pytest.fixture
def fill(at, event):
    """Apply one parameter to an object: `fill({"dataKey": "a"}, "b", {})`."""

    def _fill(src, dest="out", tree=None, *, operation="", data=FAKE, absent=False, **fields):
        place = Place(Document("f", 1, {}))
        raw = {"src": {"dependencyName": "push", **src}, "dest": dest, "operation": operation}
        block = ParameterBlock.read(raw, place)
        assert block is not None, place.mistakes
        (parameter,) = compile_parameters([block], place, at)
        events = {} if absent else {"push": event(data, **fields)}
        return parameter.apply({} if tree is None else tree, events)

    return _fill


@pytest.mark.parametrize(
    ("src", "expected"),
    [
        ({"dataKey": "name.first"}, "fake"),
        ({"contextKey": "subject"}, "example-1"),
        ({"contextKey": "subject", "dataKey": "name.first"}, "fake"),
        ({"value": "hello"}, "hello"),
        ({"dataKey": "name.first", "value": "hello"}, "fake"),
        ({"dataKey": "nothing", "value": "hello"}, "hello"),
        ({"contextKey": "nothing", "value": "hello"}, "hello"),
        ({"contextKey": "subject", "dataKey": "nothing", "value": "hello"}, "hello"),
        ({"dataKey": "age"}, "100"),
        ({"dataKey": "countries.1"}, "us"),
        ({"dataKey": "countries"}, '["ca", "us", "mx"]'),
        ({"dataKey": "name"}, '{"first": "fake", "last": "user"}'),
        ({"dataKey": 'countries.#(%"u*")'}, "us"),
        ({"dataKey": "countries|@reverse"}, '["mx","us","ca"]'),
        ({"dataKey": "countries.#"}, "3"),
        ({"dataKey": "{age,name.first}"}, '{"age":100,"first":"fake"}'),
        ({"dataKey": 'countries.#(=="xx")', "value": "hello"}, "hello"),
        ({"dataKey": 'countries.#(=="xx")#', "value": "hello"}, "[]"),
        ({"dataKey": "name.@tostr"}, '{"first": "fake", "last": "user"}'),
        ({"contextKey": "sub*"}, "example-1"),
        ({"contextKey": "id"}, "e1"),
        ({"contextKey": "source"}, "webhook"),
        ({"contextKey": "specversion"}, "1.0"),
        ({"contextKey": "type"}, "webhook"),
        ({"contextKey": "datacontenttype"}, "application/json"),
        ({"contextKey": "time"}, "2026-11-24T08:00:00Z"),
        ({"value": ""}, ""),
    ],
)
def test_a_source_gives_a_string(fill, src, expected):
    assert fill(src) == {"out": expected}


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("v.#", 2),
        ("v.@reverse", [1000.0, "a"]),
        ("v.1", 1000),
        ("v.#(>1)#", ["a", 1000.0]),
    ],
)
def test_what_a_path_makes_keeps_its_type_with_use_raw_data(fill, key, written):
    result = fill({"dataKey": key, "useRawData": True}, data=b'{"v": ["a", 1e3]}')["out"]

    assert json.dumps(result) == json.dumps(written)


def test_a_text_that_is_no_json_cannot_be_written_raw(fill):
    data = b'{"w": "5x"}'

    assert fill({"dataKey": "w.@fromstr"}, data=data) == {"out": "0"}
    with pytest.raises(PermanentError, match="cannot be read"):
        fill({"dataKey": "n.@fromstr", "useRawData": True}, data=b'{"n": "NaN"}')


@pytest.mark.parametrize(
    ("dest", "written"),
    [
        ('p.#(n=="b").v', [{"n": "a", "v": 1}, {"n": "b", "v": "fake"}]),
        ("p.#.v", [{"n": "a", "v": "fake"}, {"n": "b", "v": "fake"}]),
        ('p.#(n=="c").v', [{"n": "a", "v": 1}, {"n": "b"}]),
    ],
)
def test_a_destination_with_a_query_is_written_where_it_finds_something(fill, dest, written):
    tree = {"p": [{"n": "a", "v": 1}, {"n": "b", **({"v": 2} if "c" not in dest else {})}]}

    assert fill({"dataKey": "name.first"}, dest, tree) == {"p": written}


UPPER = "{{ upper .Input.name.first }}"
GONE = "{{ .Input.gone }}"
BAD = "{{ .Input"


@pytest.mark.parametrize(
    ("src", "expected"),
    [
        ({"dataTemplate": UPPER}, "FAKE"),
        ({"contextTemplate": '{{ .Input.subject | replace "-" "_" }}'}, "example_1"),
        ({"contextTemplate": "{{ .Input.time }}"}, "2026-11-24T08:00:00Z"),
        ({"dataTemplate": UPPER, "dataKey": "age"}, "FAKE"),
        ({"dataTemplate": UPPER, "contextTemplate": "{{ .Input.id }}"}, "FAKE"),
        ({"dataTemplate": UPPER, "contextKey": "id"}, "FAKE"),
        ({"dataKey": "age", "contextTemplate": "{{ .Input.id }}"}, "100"),
        ({"dataTemplate": GONE, "contextKey": "id", "value": "v"}, "v"),
        ({"dataTemplate": GONE, "dataKey": "name.first"}, "fake"),
        ({"dataTemplate": BAD, "dataKey": "name.first"}, "fake"),
        ({"dataTemplate": BAD, "value": "v"}, "v"),
        ({"dataTemplate": "{{ .Input.name.first.x }}", "dataKey": "name.first"}, "fake"),
        ({"dataTemplate": "", "dataKey": "name.first"}, "fake"),
        ({"dataTemplate": '{{ "" }}', "dataKey": "gone", "value": "v"}, "v"),
        ({"dataTemplate": "{{ .Input.age }}"}, "100"),
        ({"dataTemplate": " {{ .Input.gone }}"}, " <no value>"),
        ({"contextTemplate": GONE, "contextKey": "id"}, "e1"),
        ({"contextTemplate": GONE, "contextKey": "gone", "value": "v"}, "v"),
        ({"dataTemplate": "{{ .Input.age }}", "useRawData": True}, "100"),
        ({"dataTemplate": GONE, "dataKey": "age", "useRawData": True}, 100),
    ],
)
def test_a_template_comes_before_the_key_and_the_key_before_the_value(fill, src, expected):
    assert fill(src) == {"out": expected}


def test_a_failing_template_without_anything_else_names_itself_and_the_cause(fill):
    with pytest.raises(PermanentError, match=r"unable to resolve 'push'.*upper .*invalid value"):
        fill({"dataTemplate": "{{ upper .Input.gone }}"})


def test_templates_of_one_event_do_not_see_what_another_has_changed(fill):
    src = {"dataTemplate": '{{ $_ := set .Input "age" "old" }}{{ .Input.age }}'}

    assert fill(src) == {"out": "old"}
    assert fill({"dataTemplate": "{{ .Input.age }}"}) == {"out": "100"}


@pytest.mark.parametrize(
    ("src", "expected"),
    [({"dataKey": "a.1.b"}, "2"), ({"dataTemplate": "{{ index .Input.a 0 }}"}, "1"), ({}, None)],
)
def test_yaml_data_is_read_as_json(fill, src, expected):
    out = fill(src, data=b"a:\n- 1\n- b: 2\n", content_type="application/yaml")["out"]

    assert out == expected or (expected is None and '"data":"YTo' in out)


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml"])
def test_other_data_has_no_paths_and_falls_to_the_value(fill, content_type):
    assert fill({"dataKey": "age", "value": "v"}, content_type=content_type) == {"out": "v"}
    with pytest.raises(PermanentError, match="a path needs application/json"):
        fill({"dataTemplate": "{{ .Input }}"}, content_type=content_type)


@pytest.mark.parametrize("data", [b"a: [", b"&a [*a]", b"\xff\xfe", b"a: 1\na: 2"])
def test_yaml_that_is_none_falls_to_the_value_and_crashes_nothing(fill, data):
    filled = fill({"dataKey": "b", "value": "v"}, data=data, content_type="application/yaml")

    assert filled == {"out": "v"}


@pytest.mark.parametrize(
    ("src", "absent", "expected"),
    [
        ({"dataKey": "gone", "missing": "skip"}, False, {}),
        ({"dataKey": "gone", "missing": "skip", "value": "v"}, False, {}),
        ({"dataKey": "gone", "missing": "default", "value": "v"}, False, {"out": "v"}),
        ({"dataKey": "gone", "missing": "error", "value": "v"}, False, None),
        ({"dataKey": "gone", "missing": "error"}, False, None),
        ({"dataKey": "age", "missing": "error"}, False, {"out": "100"}),
        ({"dataTemplate": GONE, "missing": "skip"}, False, {}),
        ({"dataKey": "age", "missing": "skip", "value": "v"}, True, {}),
        ({"dataKey": "age", "missing": "default", "value": "v"}, True, {"out": "v"}),
        ({"dataKey": "age", "missing": "error", "value": "v"}, True, None),
        ({"dataKey": "age", "value": "v"}, True, {"out": "v"}),
        ({"dataKey": "age"}, True, {}),
        ({"dataTemplate": UPPER}, True, {}),
        ({}, True, {}),
    ],
)
def test_missing_says_what_a_missing_value_or_event_does(fill, src, absent, expected):
    if expected is None:
        with pytest.raises(PermanentError, match="parameter for out"):
            fill(src, absent=absent)
    else:
        assert fill(src, absent=absent) == expected


def test_without_a_key_the_whole_event_is_given_with_base64_data(fill):
    whole = json.loads(fill({}, data=b'{"a":1}')["out"])

    assert whole["data"] == "eyJhIjoxfQ=="
    assert whole["context"]["subject"] == "example-1"
    assert whole["context"]["time"] == "2026-11-24T08:00:00Z"


def test_the_whole_event_stays_a_string_with_use_raw_data(fill):
    assert isinstance(fill({"useRawData": True})["out"], str)


@pytest.mark.parametrize(
    ("data", "raw", "plain"),
    [
        (b'{"v": 100}', 100, "100"),
        (b'{"v": 12345678901234567890}', 12345678901234567890, "12345678901234567890"),
        (b'{"v": 1.5}', 1.5, "1.5"),
        (b'{"v": true}', True, "true"),
        (b'{"v": false}', False, "false"),
        (b'{"v": null}', None, "null"),
        (b'{"v": "text"}', "text", "text"),
        (b'{"v": "100"}', "100", "100"),
        (b'{"v": [1, "a"]}', [1, "a"], '[1, "a"]'),
        (b'{"v": {"b": 1}}', {"b": 1}, '{"b": 1}'),
        (b'{"v": []}', [], "[]"),
        (b'{"v": ""}', "", ""),
    ],
)
def test_use_raw_data_keeps_the_type_and_else_all_is_text(fill, data, raw, plain):
    kept = fill({"dataKey": "v", "useRawData": True}, data=data)["out"]

    assert kept == raw
    assert type(kept) is type(raw)
    assert fill({"dataKey": "v"}, data=data) == {"out": plain}


def test_a_default_stays_a_string_with_use_raw_data(fill):
    assert fill({"dataKey": "nothing", "value": "4", "useRawData": True}) == {"out": "4"}


@pytest.mark.parametrize(
    ("src", "operation", "there", "expected"),
    [
        ({"dataKey": "name"}, "overwrite", "faker", '{"first": "fake", "last": "user"}'),
        (
            {"dataKey": "name", "useRawData": True},
            "overwrite",
            "faker",
            {"first": "fake", "last": "user"},
        ),
        ({"dataKey": "name.first"}, "prepend", "faker", "fakefaker"),
        ({"dataKey": "name.first"}, "append", "faker", "fakerfake"),
        ({"dataKey": "age", "useRawData": True}, "overwrite", "x", 100),
        ({"dataKey": "age", "useRawData": True}, "append", "Years: ", "Years: 100"),
        ({"dataKey": "age"}, "prepend", 5, "1005"),
        ({"dataKey": "age"}, "append", True, "true100"),
        ({"dataKey": "name.first"}, "append", ["a", 1], '["a",1]fake'),
        ({"dataKey": "name.first"}, "append", {"a": None}, '{"a":null}fake'),
        ({"value": "-x"}, "append", "", "-x"),
    ],
)
def test_an_operation_meets_what_is_there(fill, src, operation, there, expected):
    assert fill(src, tree={"out": there}, operation=operation) == {"out": expected}


@pytest.mark.parametrize("operation", ["append", "prepend"])
def test_adding_to_nothing_is_writing(fill, operation):
    raw = {"dataKey": "countries", "useRawData": True}

    assert fill(raw, operation=operation) == {"out": ["ca", "us", "mx"]}
    assert fill({"dataKey": "age"}, operation=operation) == {"out": "100"}


@pytest.mark.parametrize(
    ("dest", "tree", "expected"),
    [
        ("a.b", {}, {"a": {"b": "fake"}}),
        ("a.b", {"a": {"b": 1, "c": 2}}, {"a": {"b": "fake", "c": 2}}),
        ("a.0", {"a": [1, 2]}, {"a": ["fake", 2]}),
        ("a.0.value", {"a": [{"name": "m"}]}, {"a": [{"name": "m", "value": "fake"}]}),
        ("a.-1", {"a": [1]}, {"a": [1, "fake"]}),
        ("a.2", {}, {"a": [None, None, "fake"]}),
        ("a.:0", {}, {"a": {"0": "fake"}}),
        ("a\\.b", {}, {"a.b": "fake"}),
        ("a.b", {"a": "scalar"}, {"a": {"b": "fake"}}),
        ("a.b", {"a": None}, {"a": {"b": "fake"}}),
    ],
)
def test_a_destination_is_an_sjson_path(fill, dest, tree, expected):
    assert fill({"dataKey": "name.first"}, dest, tree) == expected


def test_a_name_as_key_of_a_list_is_refused(fill):
    with pytest.raises(PermanentError) as caught:
        fill({"dataKey": "name.first"}, "a.b", {"a": [1]})

    assert caught.value.reason == "Parameter"
    assert "parameter for a.b" in str(caught.value)


def test_a_missing_path_names_the_closest_keys(fill):
    with pytest.raises(PermanentError) as caught:
        fill({"dataKey": "name.frist"}, "spec.x")

    assert caught.value.reason == "Parameter"
    assert str(caught.value) == (
        "parameter for spec.x: unable to resolve 'push': name.frist finds nothing: "
        "name is there, close keys: first"
    )


def test_a_null_on_the_way_is_a_missing_path(fill):
    with pytest.raises(PermanentError, match="a is there"):
        fill({"dataKey": "a.b"}, data=b'{"a": null}')


def test_a_dependency_without_an_event_leaves_the_object_alone(fill):
    tree = {"out": "as it was"}

    assert fill({"dataKey": "name.first"}, tree=tree, absent=True) == {"out": "as it was"}


def test_a_dependency_without_an_event_gives_its_value(fill):
    assert fill({"dataKey": "name.first", "value": "x"}, absent=True) == {"out": "x"}


def test_data_that_is_no_json_has_no_paths(fill):
    with pytest.raises(PermanentError, match="text/plain"):
        fill({"dataKey": "a"}, data=b"hello", content_type="text/plain")

    fields = {"data": b"hello", "content_type": "text/plain"}
    assert fill({"dataKey": "a", "value": "x"}, **fields) == {"out": "x"}
    assert fill({"contextKey": "id"}, **fields) == {"out": "e1"}


def test_data_without_a_type_is_json_and_its_type_is_empty(fill):
    fields = {"data": b'{"a": 1}', "content_type": ""}
    assert fill({"dataKey": "a"}, **fields) == {"out": "1"}
    assert fill({"contextKey": "datacontenttype"}, **fields) == {"out": ""}


@pytest.fixture
def mistakes(at):
    def _mistakes(raw):
        place = Place(Document("f", 1, {}))
        block = ParameterBlock.read(raw, place)
        if block is not None:
            done = compile_parameters([block], place, at)
            assert bool(done) is not place.failed
        return [(mistake.path, mistake.code) for mistake in place.mistakes]

    return _mistakes


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            {"src": {"dependencyName": "pull"}, "dest": "a"},
            ("[0].src.dependencyName", "unknown-dependency"),
        ),
        (
            {"src": {"dependencyName": "push", "dataTemplate": "{{ .Input"}, "dest": "a"},
            ("[0].src.dataTemplate", "bad-template"),
        ),
        (
            {"src": {"dependencyName": "push", "contextTemplate": "{{ env `A` }}"}, "dest": "a"},
            ("[0].src.contextTemplate", "left-out"),
        ),
        (
            {"src": {"dependencyName": "push", "missing": "default"}, "dest": "a"},
            ("[0].src.value", "missing-field"),
        ),
        (
            {"src": {"dependencyName": "push", "dataKey": "a" * 5000}, "dest": "a"},
            ("[0].src.dataKey", "bad-path"),
        ),
        (
            {"src": {"dependencyName": "push", "dataKey": "a"}, "dest": "a" * 2000},
            ("[0].dest", "bad-path"),
        ),
        ({"src": {"dependencyName": "push"}, "dest": ""}, ("dest", "bad-value")),
        ({"src": {"dependencyName": "push"}}, ("dest", "missing-field")),
        ({"dest": "a"}, ("src", "missing-field")),
        ({"src": {}, "dest": "a"}, ("src.dependencyName", "missing-field")),
        (
            {"src": {"dependencyName": "push"}, "dest": "a", "operation": "add"},
            ("operation", "bad-value"),
        ),
        (
            {"src": {"dependencyName": "push", "value": 4}, "dest": "a"},
            ("src.value", "bad-type"),
        ),
    ],
)
def test_mistakes_are_found_when_the_manifest_loads(mistakes, raw, expected):
    assert mistakes(raw) == [expected]
