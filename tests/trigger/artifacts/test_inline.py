"""An object that stands in the Sensor as text."""

import pytest


def test_the_text_is_read_as_yaml(read_source, place):
    tree, where = read_source({"inline": "kind: Workflow\nspec:\n  on: 12:30:00\n"}, place)

    assert tree["kind"] == "Workflow"
    assert where.path == ("inline",)


def test_the_text_may_be_json(read_source, place):
    tree, _ = read_source({"inline": '{"kind": "Workflow"}'}, place)

    assert tree == {"kind": "Workflow"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kind: [", "line"),
        ("a: 1\na: 2\n", "line 2"),
        ("", "one YAML document, it has 0"),
        ("a: 1\n---\nb: 2\n", "one YAML document, it has 2"),
    ],
)
def test_a_text_that_is_no_object_is_a_mistake_at_its_place(read_source, place, text, words):
    assert read_source({"inline": text}, place) is None
    assert words in place.mistakes[0].message
    assert {mistake.path for mistake in place.mistakes} == {"inline"}


def test_a_mapping_instead_of_a_text_says_what_to_write(read_source, place):
    assert read_source({"inline": {"kind": "Workflow"}}, place) is None
    assert "inline: |" in place.mistakes[0].message
