"""Plain paths, which take the quick way. The facts are of Go's gjson (1.18 and 1.20 agree)."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline.language.errors import LanguageError
from hookline.language.gjson import MAX_LENGTH, compile_path
from hookline.language.gjson.plain import leading, plain

FACTS = json.loads(Path(__file__).with_name("plain_facts.json").read_text())


def get(document, path):
    return compile_path(path).get(document.encode())


@pytest.mark.parametrize(("document", "path", "expected"), FACTS)
def test_a_path_finds_what_go_finds(document, path, expected):
    found = get(document, path)
    if expected is None:
        assert found is None
        return
    kind, raw, text, number, boolean = expected
    assert (found.kind, found.raw.decode(), found.text, found.boolean) == (kind, raw, text, boolean)
    assert repr(found.number) == number


def test_a_path_has_a_bound():
    compile_path("a" * MAX_LENGTH)
    with pytest.raises(LanguageError, match="longer than"):
        compile_path("a" * (MAX_LENGTH + 1))


def test_null_is_found_and_a_missing_path_is_not():
    assert get('{"a":null}', "a").kind == "null"
    assert get('{"a":null}', "a").value is None
    assert get('{"a":null}', "b") is None


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("12345678901234567890123", 12345678901234567890123),
        ("1.50", 1.5),
        ("true", True),
        ('"a\\nb"', "a\nb"),
        ('{"a": [1, null]}', {"a": [1, None]}),
    ],
)
def test_a_value_is_what_python_has_for_it(raw, value):
    assert get(f'{{"a":{raw}}}', "a").value == value


@pytest.mark.parametrize("raw", ["1e400", '["\\ud800"]', "9" * 5000])
def test_a_value_that_python_cannot_hold_is_a_language_error(raw):
    with pytest.raises(LanguageError):
        _ = get(f'{{"a":{raw}}}', "a").value


def test_a_lone_surrogate_becomes_the_replacement_character():
    found = get('{"a":{"b":"x\\ud800y\\udc00"}}', "a.b")
    assert found.text == "x\ufffdy\ufffd"
    assert found.value == "x\ufffdy\ufffd"


def test_broken_utf8_does_not_break_the_search():
    found = compile_path("b").get(b'{"a\xff":1,"b":"\xff!"}')
    assert found.text == "\ufffd!"


def test_a_document_nested_deeper_than_python_recurses_is_searched():
    deep = "[" * 50_000 + "]" * 50_000
    assert get(f'{{"a":{deep},"b":7}}', "b").text == "7"
    assert get(f'{{"a":{deep},"b":7}}', "a.0.0").raw == deep[2:-2].encode()


@pytest.mark.parametrize(
    "document", ['{"a', '{"a"', '{"a":', '{"a":"', '{"a":"' + "\\" * 99, "}", "{,}", '{1:2,"b":{']
)
def test_broken_json_is_no_crash(document):
    for path in ("a", "a.b", "0", "#", "b.c"):
        get(document, path)


def test_an_unclosed_quote_does_not_cost_quadratic_time():
    document = '{"\\u0061":1,"b":"' + '\\"' * 200_000
    assert get(document, "c.d") is None


def test_a_key_of_the_path_that_also_stands_elsewhere_takes_no_detour():
    path = plain("body.name")
    document = b'{"name":"x","body":{"name":"y","other":{"name":["name"]}},"n":"a\\u003cb\\n"}'
    assert path.get(document) == b'"y"'


JSON_KEYS = st.text(max_size=4) | st.sampled_from(["a", "b", "0", "1", "a.b", "#", "", "k/v"])
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, width=32)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(JSON_KEYS, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "path", ["a", "a.0.b", r"a\.b", "a.#", "body.items.10.name", "@type", "a-b"]
)
def test_a_plain_path_takes_the_quick_way(path):
    assert plain(path) is not None


@pytest.mark.parametrize(
    "path", ["a.*", "a|b", "#.a", "a.#(b)", "@this", "a.@keys:1", "{a}", "!1", "é"]
)
def test_another_path_takes_the_patient_way(path):
    assert plain(path) is None


@pytest.mark.parametrize(
    ("path", "rest"),
    [
        ("a.b.#(c)", "#(c)"),
        ("a.#.b", "#.b"),
        ("a.b|@keys", "b|@keys"),
        ("a.@keys.0", "@keys.0"),
        ("a.*.b", "*.b"),
        ("a.{b,c}", "{b,c}"),
    ],
)
def test_the_plain_parts_before_a_query_take_the_quick_way(path, rest):
    found = leading(path)
    assert found is not None
    assert found[1] == rest


@pytest.mark.parametrize("path", ["#(a)", "a.!true", "a...0", "@keys.a.*", "*.a", "a|b"])
def test_a_path_with_no_plain_beginning_takes_the_patient_way(path):
    assert leading(path) is None


@pytest.mark.parametrize(
    ("document", "path", "raw"),
    [
        ('{"a":1,"a":{"b":[1,2]}}', "a.b.@reverse", "[2,1]"),
        ('{"a":{"b":"[1,2]"}}', "a.b.*", None),
        ('{"a":{"b":"[1,2]"}}', "a.b.@this", '"[1,2]"'),
        ('{"a":{}}', "a.b.@keys", "[]"),
        ('{"b":{}}', "a.b.@keys", None),
        ('{"a":5}', "a.#(b)#", None),
        ('{"a":{"\\u0062":[1]}}', "a.b.@reverse", "[1]"),
    ],
)
def test_where_the_beginning_leads_nowhere_the_whole_path_says_what_is_found(document, path, raw):
    found = get(document, path)
    assert (found and found.raw.decode()) == raw


@given(st.text(max_size=30), st.binary(max_size=60))
def test_no_path_and_no_document_raise_anything_else(path, document):
    try:
        compiled = compile_path(path)
    except LanguageError:
        return
    found = compiled.get(document)
    if found is not None:
        assert isinstance(found.text, str)
        assert isinstance(found.number, float)
        assert isinstance(found.boolean, bool)


def escape(name):
    return "".join("\\" + letter if letter in "\\.*?|#@![{" else letter for letter in name)


@given(JSON_VALUES, st.data())
def test_every_value_of_a_document_is_found_by_its_path(tree, data):
    steps = []
    value = tree
    while isinstance(value, dict | list) and value:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        step = data.draw(st.sampled_from(keys))
        steps.append(str(step) if isinstance(step, int) else escape(step))
        value = value[step]
    if not steps:
        return
    document = json.dumps(tree, ensure_ascii=data.draw(st.booleans()))
    found = get(document, ".".join(steps))
    assert json.loads(found.raw) == value
    if not (isinstance(value, float) and math.isinf(value)):
        assert found.value == value
