"""Which answers count as done."""

import pytest

from trigger.policy import PolicyBlock, allowed


@pytest.mark.parametrize(
    ("raw", "result"),
    [
        ({}, None),
        ({"status": {"allow": [200, 404, 200]}}, frozenset({200, 404})),
    ],
)
def test_the_statuses_that_are_named_are_allowed(place, raw, result):
    assert allowed(PolicyBlock.read(raw, place), place) == result
    assert place.mistakes == []
