"""No path and no document holds a worker up: what takes too much is an error."""

import json

import pytest

from hookline.language.errors import LanguageError
from hookline.language.gjson import compile_path
from hookline.language.gjson.budget import MAX_BUILT, MAX_DEPTH, Budget

DEEP = b"[" * 50_000 + b"]" * 50_000


def test_a_multipath_that_doubles_what_it_finds_is_stopped():
    path = "|".join(["[@this,@this]"] * 40)
    with pytest.raises(LanguageError, match="too large a text"):
        compile_path(path).get(b'{"a":"' + b"x" * 1000 + b'"}')


def test_a_dig_into_a_dig_is_stopped():
    tree: object = 1
    for _ in range(60):
        tree = {"a": tree, "b": [tree] if not isinstance(tree, dict) else []}
    document = json.dumps([tree] * 200).encode()
    with pytest.raises(LanguageError, match="too"):
        compile_path("@dig:@dig:@dig:@dig:a").get(document)


def test_a_hostile_pattern_takes_bounded_steps():
    document = json.dumps({"a" * 100_000: 1}).encode()
    with pytest.raises(LanguageError, match="too many steps"):
        compile_path("*" + "a?" * 100 + "*" + "?a" * 100 + "b*c").get(document)


@pytest.mark.parametrize(
    "path", ["@pretty", '@flatten:{"deep":true}', "@dig:0", "0." * 200 + "0", "@pretty|@ugly"]
)
def test_a_document_that_is_too_deep_is_an_error(path):
    with pytest.raises(LanguageError, match=r"too (deep|many)"):
        compile_path(path).get(b'[{"k\\u0065y":1},' + DEEP + b"]" if path[0] == "@" else DEEP)


def test_a_path_that_is_too_deep_is_an_error():
    path = "[" * 400 + "a" + "]" * 400
    with pytest.raises(LanguageError, match="too deep"):
        compile_path(path).get(b'{"a":1}')
    with pytest.raises(LanguageError, match="too deep"):
        compile_path("@this|" * (MAX_DEPTH + 1) + "a").get(b'{"a":1}')


def test_a_value_that_is_too_deep_is_an_error():
    found = compile_path("a").get(b'{"a":' + DEEP + b"}")
    assert found is not None
    with pytest.raises(LanguageError, match="too deep"):
        _ = found.native


def test_a_text_that_is_made_has_a_bound():
    budget = Budget()
    budget.build(MAX_BUILT)
    with pytest.raises(LanguageError, match="too large"):
        budget.build(1)


def test_a_large_document_is_no_trouble():
    elements = [{"id": number, "tags": ["a", "b"], "text": "x" * 50} for number in range(10_000)]
    document = json.dumps({"items": elements}).encode()
    found = compile_path('items.#(id>9990)#.tags.#(%"a*")|@flatten|#').get(document)
    assert found is not None
    assert compile_path("items.#.id|#").get(document).text == "10000"
