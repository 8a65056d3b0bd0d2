"""The changes remembered for watches: bounded, and seen through a selection."""

import asyncio

import pytest

from server.sandbox.history import Change, History
from server.sandbox.selectors import Selection, label_selector


def change(version, kind="ADDED", labels=None, before=None, body=b"{}", namespace="default"):
    return Change(version, kind, "workflows", namespace, "one", labels or {}, before, body)


def test_changes_after_a_version_are_given_in_order():
    history = History(10)
    for version in (11, 12, 13):
        history.add(change(version))
    assert [one.version for one in history.after(11)] == [12, 13]
    assert history.after(13) == []
    assert history.horizon == 10


def test_the_oldest_changes_are_forgotten_and_the_horizon_says_so():
    history = History(0)
    for version in range(1, 10_002):
        history.add(change(version))
    assert history.horizon == 5000
    assert history.after(5000)[0].version == 5001
    assert len(history.after(5000)) == 5001


def test_large_changes_are_forgotten_sooner():
    history = History(0)
    for version in range(1, 31):
        history.add(change(version, body=b"x" * (3 << 20)))
    assert sum(len(one.body) for one in history.after(history.horizon)) <= 64 << 20
    assert history.after(history.horizon)[-1].version == 30


async def test_who_waits_is_woken_by_a_change_and_by_the_end():
    history = History(0)
    for wake in (lambda: history.add(change(1)), history.close):
        waiting = asyncio.ensure_future(history.news())
        await asyncio.sleep(0)
        assert not waiting.done()
        wake()
        await asyncio.wait_for(waiting, 10)
    assert history.closed


async def test_a_change_before_the_waiting_begins_is_not_missed():
    history = History(0)
    waiting = asyncio.ensure_future(history.news())
    history.add(change(1))
    await asyncio.wait_for(waiting, 10)


@pytest.mark.parametrize(
    ("kind", "labels", "before", "seen"),
    [
        ("ADDED", {"a": "b"}, None, "ADDED"),
        ("ADDED", {"a": "x"}, None, None),
        ("MODIFIED", {"a": "b"}, {"a": "b"}, "MODIFIED"),
        ("MODIFIED", {"a": "b"}, {}, "ADDED"),
        ("MODIFIED", {}, {"a": "b"}, "DELETED"),
        ("MODIFIED", {}, {}, None),
        ("DELETED", {"a": "b"}, {"a": "b"}, "DELETED"),
        ("DELETED", {}, {}, None),
        ("DELETED", {}, {"a": "b"}, "DELETED"),
    ],
)
def test_a_change_is_seen_by_what_it_means_to_a_selection(kind, labels, before, seen):
    selection = Selection("workflows", None, label_selector("a=b"))
    assert change(1, kind, labels, before).seen_by(selection) == seen


def test_a_change_elsewhere_is_not_seen():
    assert change(1).seen_by(Selection("pods", None)) is None
    assert change(1, namespace="other").seen_by(Selection("workflows", "default")) is None
    assert change(1, namespace="other").seen_by(Selection("workflows", None)) == "ADDED"
