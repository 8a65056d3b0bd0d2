"""The slot that names where an object comes from."""

import pytest


@pytest.mark.parametrize("key", ["git", "s3", "url"])
def test_places_that_are_not_there_yet_are_named(read_source, place, key):
    assert read_source({key: {}}, place) is None
    assert [(m.path, m.code) for m in place.mistakes] == [(key, "not-yet")]


def test_an_unknown_place_gets_a_suggestion(read_source, place):
    assert read_source({"resorce": {}}, place) is None
    assert place.mistakes[0].suggestion == "did you mean resource?"


def test_no_place_is_a_mistake(read_source, place):
    assert read_source({}, place) is None
    assert place.mistakes[0].code == "bad-source"


def test_two_places_are_a_mistake(read_source, place):
    assert read_source({"resource": {"kind": "A"}, "inline": "kind: B"}, place) is None
    assert "resource and inline" in place.mistakes[0].message
