import gzip
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsource.body import MAX_DEPTH, MAX_FIELDS, escape, form_json, inflate, strict_json
from eventsource.source import RefusedError

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text('ab"\\:{[é'), inner),
    max_leaves=30,
)


def refused(body):
    with pytest.raises(RefusedError) as caught:
        strict_json(body)
    assert caught.value.status == 400
    return str(caught.value)


@given(JSON, st.sampled_from([None, 2]), st.booleans())
def test_any_json_of_another_writer_keeps_its_meaning(value, indent, ascii_only):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()
    assert json.loads(escape(strict_json(text))) == value


def test_numbers_strings_and_the_order_of_keys_stay_as_they_were_written():
    body = b' { "z" : 1.50 , "a" : [ 1e3 , -0 , 12345678901234567890123 ] , "s" : "\\/\\u0041" }\n'
    assert strict_json(body) == (
        b'{"z":1.50,"a":[1e3,-0,12345678901234567890123],"s":"\\/\\u0041"}'
    )


@pytest.mark.parametrize("scalar", [b"1", b'"text"', b"true", b"null", b"[]"])
def test_a_body_may_be_json_of_any_type(scalar):
    assert strict_json(scalar) == scalar


def test_text_dangerous_in_html_and_scripts_is_escaped_as_go_does():
    assert escape('{"a":"<b>&\u2028\u2029é"}'.encode()) == (
        '{"a":"\\u003cb\\u003e\\u0026\\u2028\\u2029é"}'.encode()
    )


@pytest.mark.parametrize("body", [b"", b" \n\t"])
def test_an_empty_body_is_refused(body):
    assert "empty" in refused(body)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[1,]",
        b"01",
        b"1 2",
        b"{'a':1}",
        b"NaN",
        b'{"a":Infinity}',
        b"[-Infinity]",
        b"1e999",
        b"9" * 5000,
        b'"\x01"',
        b"\xef\xbb\xbf1",
        b"// x\n1",
        "[1]".encode("utf-16"),
    ],
)
def test_what_is_no_strict_json_is_refused(body):
    assert "JSON" in refused(body)


@pytest.mark.parametrize(
    ("body", "stored"),
    [
        (rb'"\ud800"', rb'"\ufffd"'),
        (rb'{"a": "\udc00x", "n": 1.50}', rb'{"a":"\ufffdx","n":1.50}'),
        (rb'["\ude00\ud83d", "\ud83d\ude00"]', rb'["\ufffd\ufffd","\ud83d\ude00"]'),
        (rb'{"\ud800":1}', rb'{"\ufffd":1}'),
    ],
)
def test_half_a_surrogate_pair_is_stored_as_the_character_that_go_reads_in_it(body, stored):
    assert strict_json(body) == stored


def test_keys_that_are_equal_once_their_halves_are_replaced_are_refused():
    assert "duplicate" in refused(rb'{"\ud800":1,"\ud801":2}')


@pytest.mark.parametrize("body", [b'"\xff"', b'{"\xc3\x28":1}', b'"\xed\xa0\x80"', b'"\xc0\xaf"'])
def test_invalid_utf8_is_refused(body):
    assert "UTF-8" in refused(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1,"a":1}',
        b'{"a":1,"b":2,"a":3}',
        b'[{"x":{"a":1.50,"a":1}}]',
        rb'{"a":1,"\u0061":2}',
        b'{"":1,"":2}',
    ],
)
def test_duplicate_keys_are_refused_at_any_depth(body):
    assert "duplicate key" in refused(body)


def test_the_same_key_in_two_objects_is_no_duplicate():
    assert strict_json(b'[{"a":1},{"a":{"a":2.0}}]') == b'[{"a":1},{"a":{"a":2.0}}]'


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_nesting_is_allowed_up_to_the_limit_and_refused_beyond(opening, closing):
    def nested(depth):
        return opening * depth + b"1" + closing * depth

    assert strict_json(nested(MAX_DEPTH)) == nested(MAX_DEPTH)
    assert "nested" in refused(nested(MAX_DEPTH + 1))
    assert "nested" in refused(opening * 300_000)


def test_many_brackets_that_are_not_nested_are_no_depth():
    body = b"[" + b",".join([b'{"a":"[[[[{{{{\\"[["}'] * 500) + b"]"
    assert strict_json(body) == body


def test_a_form_is_every_name_with_the_list_of_its_values():
    assert form_json(b"b=2&a=x+y%21&b=3&empty&c=%C3%A9") == (
        '{"a":["x y!"],"b":["2","3"],"c":["é"],"empty":[""]}'.encode()
    )
    assert form_json(b"") == b"{}"


def test_a_form_with_very_many_fields_is_refused():
    with pytest.raises(RefusedError, match="fields") as caught:
        form_json(b"&".join([b"a"] * (MAX_FIELDS + 1)))
    assert caught.value.status == 400


def test_a_gzip_body_is_unpacked_up_to_the_limit():
    plain = b"x" * 1000
    assert inflate(gzip.compress(plain), 1000) == plain
    with pytest.raises(RefusedError, match="999 bytes") as caught:
        inflate(gzip.compress(plain), 999)
    assert caught.value.status == 413


@pytest.mark.parametrize(
    "packed",
    [
        b"plain",
        b"",
        gzip.compress(b"x" * 1000)[:-9],
        gzip.compress(b"a") + gzip.compress(b"b"),
        gzip.compress(b"a") + b"rest",
        zlib.compress(b"a"),
    ],
    ids=["plain", "nothing", "cut off", "two streams", "something behind", "zlib"],
)
def test_what_is_not_exactly_one_gzip_stream_is_refused(packed):
    with pytest.raises(RefusedError, match="gzip") as caught:
        inflate(packed, 10_000)
    assert caught.value.status == 400
