"""What is JSON: the verdicts were recorded from gjson's `Valid`."""

import pytest

from hookline.language.wellformed import is_json

GOOD = [
    b'{"a":1}',
    b" 1 ",
    b'"x"',
    b"null",
    b"[1e999]",
    b'"\xff"',
    b'"\\ud800"',
    b'{"\\udc00":[1]}',
]
GOOD += [b'"\xed\xa0\x80"', b'[{"a":"\\ud800"}]', b"-0.5E-3"]
BAD = [b"", b" ", b"hello", b'{"a":1', b'{"a":1}}', b'{"a":1} x', b"[1,]", b"{'a':1}", b"NaN"]
BAD += [b"01", b"1.", b"+1", b'"\x01"', b'"\\x"', b'"\\u12G4"', b'["\\ud800", NaN]', b"tru"]
BAD += [b'["\\ud800"', b"\xef\xbb\xbf1", b"Infinity"]


@pytest.mark.parametrize("data", GOOD)
def test_a_json_value_is_json(data: bytes):
    assert is_json(data)


@pytest.mark.parametrize("data", BAD)
def test_anything_else_is_none(data: bytes):
    assert not is_json(data)


def test_a_deep_value_is_json():
    assert is_json(b"[" * 200_000 + b"]" * 200_000)
    assert is_json(b'["\\ud800",' + b"[" * 200_000 + b"]" * 200_000 + b"]")
