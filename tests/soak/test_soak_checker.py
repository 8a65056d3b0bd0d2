"""The soak's checker finds what is wrong: violations, each planted in a history without any."""

from collections import Counter

import pytest
from soak_checker import Checker, count, stored
from soak_history import History, Letter, Made
from soak_load import Answer, Sent
from soak_receiver import Call

from hookline import names
from hookline.decision import Decision, Verdict

# An event of each kind; its number is its place (the filter drops multiples of three).
KINDS = ["thirds", "single", "left", "right", "called", "broken", "ordered", "ordered", "message"]

KEY = names.due(
    names.identity("default", "soak", "called", "id-4"), "soak-called", "called", "called"
)


def event_id(number: int) -> str:
    return f"SOAK:17:{number}" if KINDS[number] in ("right", "message") else f"id-{number}"


def decision(number: int, verdict: Verdict = Verdict.LAUNCHED, name: str = "") -> Decision:
    kind = KINDS[number]
    return Decision(
        event_id=event_id(number),
        source="soak",
        event=kind,
        sequence=number,
        sensor=f"soak-{kind}",
        trigger="pair" if kind in ("left", "right") else kind,
        dependency=kind,
        verdict=verdict,
        at="2026-01-01T00:00:00Z",
        object={"name": name} if name else None,
    )


def ledger(decisions: list[Decision]) -> dict[str, int]:
    rows = ("launched", "filtered", "held", "deadLettered", "skipped", "pending")
    counted = Counter(each.verdict for each in decisions)
    return {row: counted[row] for row in rows} | {"lost": 0, "unaccounted": 0}


@pytest.fixture
def history() -> History:
    decisions = [
        decision(0, Verdict.FILTERED),
        decision(1, name="single-1"),
        decision(2, name="pair-2"),
        decision(3, name="pair-2"),
        decision(4),
        decision(5, Verdict.DEAD_LETTERED),
        decision(6, name="ordered-6"),
        decision(7, name="ordered-7"),
        decision(8, name="message-8"),
    ]
    return History(
        sent=[
            Sent(number, kind, [Answer(1.0, "200")], event_id(number).rpartition(":")[2])
            for number, kind in enumerate(KINDS)
        ],
        decisions=decisions,
        made=[
            Made("single", "single-1", (1,), 1),
            Made("pair", "pair-2", (2, 3), 2),
            Made("ordered", "ordered-6", (6,), 3),
            Made("ordered", "ordered-7", (7,), 4),
            Made("message", "message-8", (8,), 5),
        ],
        letters=[Letter("broken", event_id(5), "Http422")],
        calls={"called": [Call(4, KEY)], "broken": [Call(5, "other")]},
        ledger=ledger(decisions),
        whole=True,
    )


def sums(history: History) -> tuple[int, ...]:
    return tuple(count(Checker(history).violations()).values())


def remove(history: History, number: int) -> None:
    history.decisions = [d for d in history.decisions if d.event_id != event_id(number)]
    history.ledger = ledger(history.decisions)


def test_a_history_as_promised_has_no_violation(history: History):
    assert Checker(history).violations() == []
    assert stored(history.sent) == 9


@pytest.mark.parametrize("number", [0, 4, 5])
def test_a_stored_event_without_a_decision_is_lost(history: History, number: int):
    remove(history, number)
    assert sums(history) == (1, 0, 0)


def test_what_was_refused_may_be_missing(history: History):
    remove(history, 0)
    history.sent[0].event_id = None
    assert sums(history) == (0, 0, 0)


@pytest.mark.parametrize("place", range(5))
def test_a_launch_without_its_object_is_lost(history: History, place: int):
    gone = history.made.pop(place)
    assert sums(history) == (len(gone.numbers), 0, 0)


def test_a_launch_without_its_call_and_a_dead_letter_without_its_bytes_are_lost(history: History):
    history.calls["called"].clear()
    history.letters.clear()
    assert sums(history) == (2, 0, 0)


def test_a_second_object_of_an_event_is_twice_and_on_no_record(history: History):
    history.made.append(Made("single", "single-again", (1,), 9))
    assert sums(history) == (0, 1, 1)


def test_an_object_of_an_event_that_was_never_sent_is_unaccounted(history: History):
    history.made.append(Made("single", "single-99", (99,), 9))
    found = Checker(history).violations()
    assert {(each.what, each.number) for each in found} == {("unaccounted", 99)}


def test_an_object_of_an_event_that_was_filtered_is_unaccounted(history: History):
    history.made.append(Made("thirds", "thirds-0", (0,), 9))
    assert sums(history) == (0, 0, 1)


def test_a_verdict_that_the_event_must_not_have_is_unaccounted(history: History):
    history.decisions[0] = decision(0, Verdict.SKIPPED)
    history.ledger = ledger(history.decisions)
    assert sums(history) == (0, 0, 1)


def test_a_serial_trigger_that_left_the_streams_order_is_unaccounted(history: History):
    history.made[2], history.made[3] = (
        history.made[2]._replace(order=4),
        history.made[3]._replace(order=3),
    )
    assert sums(history) == (0, 0, 1)


def test_a_call_may_be_repeated_under_its_key_and_under_no_other(history: History):
    history.calls["called"].append(Call(4, KEY))
    assert sums(history) == (0, 0, 0)
    history.calls["called"].append(Call(4, "another"))
    assert sums(history) == (0, 1, 0)


@pytest.mark.parametrize(
    ("row", "expected"),
    [("lost", (1, 0, 0)), ("unaccounted", (0, 0, 1)), ("pending", (0, 0, 1)), ("held", (0, 0, 1))],
)
def test_an_audit_that_disagrees_is_a_violation(
    history: History, row: str, expected: tuple[int, ...]
):
    history.ledger[row] += 1
    assert sums(history) == expected


def test_the_story_of_an_event_has_all_that_is_known_of_it(history: History):
    text = "\n".join(Checker(history).story(5))
    for word in ("event 5 (broken)", "200", "deadLettered", "Http422", "other"):
        assert word in text
