"""All forms of gjson paths, as Go's gjson answered (the source stands in the data)."""

import json
from pathlib import Path

import pytest

from hookline.language.gjson import compile_path
from hookline.language.gjson.search import Search
from hookline.language.gjson.value import made

DATA = json.loads(Path(__file__).with_name("facts.json").read_text())


@pytest.mark.parametrize(("document", "path", "expected"), DATA["facts"])
def test_a_path_finds_what_go_finds(document, path, expected):
    found = compile_path(path).get(DATA["documents"][document].encode())
    if expected is None:
        assert found is None
        return
    kind, raw, text, number, boolean, value = expected
    assert found is not None
    assert (found.kind, found.raw.decode(), found.text) == (kind, raw, text)
    assert (repr(found.number), found.boolean) == (number, boolean)
    if value is not None:
        assert found.native == json.loads(value, parse_int=float)


def test_a_sign_alone_is_its_own_text_as_in_go():
    found = compile_path("!-").get(b"{}")
    assert found is not None
    assert (found.kind, found.text, found.number) == ("number", "-", 0.0)


@pytest.mark.parametrize(
    ("document", "path", "index", "indexes"),
    [
        ('{"a":[{"b":1},{"b":2}]}', "a.#.b", 0, (11, 19)),
        ('{"a":[{"b":1},{"b":2}]}', "a.#(b==2).b", 19, None),
        ('{"a":[{"b":1},{"b":2}]}', "a.#(b>0)#", 0, (6, 14)),
        ('{"a":[{"b":1},{"b":2}]}', "a|0", 0, None),
        (' {"a":1}', "@this", 1, None),
        ('{"a":"5"}', "a", 5, None),
    ],
)
def test_a_value_knows_where_it_stands_in_the_document(document, path, index, indexes):
    place = compile_path(path).place(document.encode())
    assert (place.index, place.indexes) == (index, indexes)


@pytest.mark.parametrize("raw", [b"", b"  ", b"{", b'"a', b"nan", b"]", b"{]"])
@pytest.mark.parametrize("path", [b"@keys", b"@values", b"@group", b"@join", b"@pretty", b"@dig:a"])
def test_a_modifier_of_a_broken_text_is_no_crash(raw, path):
    compiled = compile_path(path.decode())
    Search(compiled.grammar).get(made(raw), path)
