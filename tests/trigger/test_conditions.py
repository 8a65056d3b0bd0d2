"""When a trigger is due."""

import json
from itertools import chain, combinations
from pathlib import Path

import pytest

from trigger.conditions import read_conditions

DEPS = ("push", "pull-request")
ABC = ("a", "b", "c")

FACTS = json.loads(Path(__file__).with_name("conditions_facts.json").read_text("utf-8"))


def sets(names):
    return map(set, chain.from_iterable(combinations(names, n) for n in range(len(names) + 1)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("push", ("push",)),
        (" push ", ("push",)),
        ("push || pull-request", DEPS),
        ("pull-request||push", ("pull-request", "push")),
        ("pull_request", ("pull-request",)),
        ("push || push", ("push",)),
        ("(push || pull-request)", DEPS),
    ],
)
def test_names_joined_by_or_need_no_join(place, text, expected):
    condition = read_conditions(text, DEPS, place)
    assert (condition.names, condition.joins) == (expected, False)
    assert place.mistakes == []
    assert all(condition.holds({name}) for name in expected)
    assert not condition.holds(set())


def test_an_exact_name_comes_before_one_that_differs_by_a_dash(place):
    assert read_conditions("a_b", ("a-b", "a_b"), place).names == ("a_b",)


def test_no_conditions_mean_the_only_dependency(place):
    condition = read_conditions("", ("push",), place)
    assert (condition.names, condition.joins) == (("push",), False)
    assert condition.holds({"push"})


def test_no_conditions_mean_all_dependencies_together(place):
    condition = read_conditions("  ", ABC, place)
    assert (condition.names, condition.joins) == (ABC, True)
    assert [found for found in sets(ABC) if condition.holds(found)] == [{"a", "b", "c"}]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("b && c", lambda a, b, c: a is not None and b and c),
        ("a&&b||c", lambda a, b, c: (a and b) or c),
        ("c || a && b", lambda a, b, c: c or (a and b)),
        ("(a && b) || c", lambda a, b, c: (a and b) or c),
        ("a && (b || c)", lambda a, b, c: a and (b or c)),
        ("((a)) && ((b || (c)))", lambda a, b, c: a and (b or c)),
        ("a || b || c && a", lambda a, b, c: a or b or (c and a)),
        ("(a || b) && (b || c)", lambda a, b, c: (a or b) and (b or c)),
    ],
)
def test_and_binds_tighter_than_or_and_groups_come_first(place, text, meaning):
    condition = read_conditions(text, ABC, place)
    assert condition.joins
    for present in sets(ABC):
        assert condition.holds(present) == meaning(*(name in present for name in ABC)), present


@pytest.mark.parametrize("name", ["1st", "a.b", "and", "dep-1a", "übung"])
def test_any_name_without_operators_can_stand_in_conditions(place, name):
    condition = read_conditions(f"({name}&&other)", (name, "other"), place)
    assert condition.names == (name, "other")
    assert condition.holds({name, "other"})


def test_a_deep_nest_of_groups_is_no_trouble(place):
    text = "(" * 5000 + "a" + ")" * 5000
    assert read_conditions(text, ABC, place).holds({"a"})


@pytest.mark.parametrize(
    "text",
    [
        "a &",
        "a & b",
        "a | b",
        "&& a",
        "a &&",
        "a b",
        "a (b)",
        "(a",
        "a)",
        "()",
        "a && ()",
        "a ||| b",
    ],
)
def test_bad_syntax_is_a_mistake_at_its_place(place, text):
    assert read_conditions(text, ABC, place / "conditions") is None
    (mistake,) = place.mistakes
    assert (mistake.code, mistake.path) == ("bad-conditions", "conditions")
    assert "&&" in mistake.suggestion


def test_an_unknown_name_is_a_mistake_that_lists_the_known_ones(place):
    assert read_conditions("push && pull", DEPS, place) is None
    (mistake,) = place.mistakes
    assert mistake.code == "unknown-dependency"
    assert mistake.suggestion == "known here: push, pull-request"


def test_every_unknown_name_is_found_at_once(place):
    read_conditions("x || (y && push)", DEPS, place)
    assert [mistake.code for mistake in place.mistakes] == ["unknown-dependency"] * 2


@pytest.mark.parametrize(("text", "verdicts"), FACTS["cases"])
def test_a_condition_holds_as_upstreams_two_languages_have_it(place, text, verdicts):
    """The verdicts are one for each set of dependencies, the first of them the lowest bit."""
    names = FACTS["dependencies"]
    condition = read_conditions(text, names, place)
    if verdicts == "refused":
        assert condition is None
        return
    masks = ({name for bit, name in enumerate(names) if mask >> bit & 1} for mask in range(16))
    assert "".join(str(int(condition.holds(present))) for present in masks) == verdicts
