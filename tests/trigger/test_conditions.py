"""Which dependencies a trigger waits for."""

import pytest

from trigger.conditions import read_conditions

DEPS = ("push", "pull-request")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("push", ("push",)),
        (" push ", ("push",)),
        ("push || pull-request", DEPS),
        ("pull-request||push", ("pull-request", "push")),
        ("pull_request", ("pull-request",)),
        ("push || push", ("push",)),
    ],
)
def test_names_may_be_joined_by_or(place, text, expected):
    assert read_conditions(text, DEPS, place) == expected
    assert place.mistakes == []


def test_an_exact_name_comes_before_one_that_differs_by_a_dash(place):
    assert read_conditions("a_b", ("a-b", "a_b"), place) == ("a_b",)


def test_no_conditions_mean_the_only_dependency(place):
    assert read_conditions("", ("push",), place) == ("push",)


@pytest.mark.parametrize("text", ["", "  ", "push && pull-request", "(push || pull-request)"])
def test_what_needs_a_join_is_not_there_yet(place, text):
    read_conditions(text, DEPS, place)

    assert [mistake.code for mistake in place.mistakes] == ["not-yet"]
    assert "||" in place.mistakes[0].suggestion


def test_an_unknown_name_is_a_mistake_that_lists_the_known_ones(place):
    assert read_conditions("push || pull", DEPS, place) == ("push",)
    assert place.mistakes[0].code == "unknown-dependency"
    assert place.mistakes[0].suggestion == "known here: push, pull-request"
