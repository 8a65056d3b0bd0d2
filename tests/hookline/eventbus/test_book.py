from bus_work import a_decision, a_plan

from hookline import names
from hookline.decision import Verdict
from hookline.eventbus import plans
from hookline.eventbus.book import Book


def identity(event_id, event="push"):
    return names.identity("default", "hook", event, event_id)


def a_book(*wanted, start=1, **changes):
    record = plans.begin(a_plan(*wanted), "c", "made", start)
    for name, value in changes.items():
        record = plans.replace(record, **{name: value})
    return Book("default", [record])


def enter(book, *ids, event="push", sequence=1):
    for number, event_id in enumerate(ids):
        book.event(identity(event_id, event), f"default.hook.{event}", sequence + number, 100.0)


def sums(book, floor=0, since=0.0):
    counts = book.close({("s", "t"): floor}, since).as_json()
    return {name: count for name, count in counts.items() if count}


def test_every_verdict_has_its_column_and_events_is_their_sum():
    book = a_book()
    for number, verdict in enumerate(Verdict):
        enter(book, str(number), sequence=number + 1)
        book.decision(a_decision(str(number), verdict))
    assert sums(book, floor=6) == {
        "events": 6,
        "launched": 1,
        "filtered": 1,
        "held": 1,
        "deadLettered": 1,
        "skipped": 1,
        "pending": 1,
    }


def test_the_members_of_the_json_form_are_frozen():
    assert list(a_book().close({}, 0.0).as_json()) == [
        "events",
        "launched",
        "filtered",
        "held",
        "deadLettered",
        "skipped",
        "pending",
        "unaccounted",
        "duplicate",
        "unmatched",
        "lost",
    ]


def test_without_a_decision_what_is_up_to_the_floor_is_unaccounted_and_named():
    book = a_book()
    enter(book, "a", "b", "c")
    ledger = book.close({("s", "t"): 2}, 0.0)
    assert (ledger.unaccounted, ledger.pending) == (2, 1)
    assert [gap.sequence for gap in ledger.gaps] == [1, 2]
    assert ledger.triggers["s", "t"] == {"unaccounted": 2, "pending": 1}


def test_a_second_message_of_an_identity_is_a_duplicate_and_counts_once():
    book = a_book()
    enter(book, "a", "a", "a")
    book.decision(a_decision("a"))
    assert sums(book, floor=3) == {"events": 1, "launched": 1, "duplicate": 2}


def test_a_second_message_after_the_start_counts_though_the_first_came_before():
    book = a_book(start=2)
    enter(book, "a", "a")
    assert sums(book) == {"events": 1, "pending": 1, "duplicate": 1}


def test_events_that_no_trigger_wants_are_unmatched_each_once():
    book = a_book()
    enter(book, "a", "b", "b", event="other")
    assert sums(book) == {"unmatched": 2, "duplicate": 1}


def test_events_before_the_start_of_a_trigger_do_not_count():
    book = a_book(start=3)
    enter(book, "a", "b", "c")
    assert sums(book) == {"events": 1, "pending": 1}


def test_an_event_of_two_dependencies_counts_for_each():
    book = a_book("a=hook/push", "b=hook/push")
    enter(book, "1")
    book.decision(a_decision("1", dependency="a"))
    assert sums(book) == {"events": 2, "launched": 1, "pending": 1}


def test_the_last_decision_of_a_triple_stands():
    book = a_book()
    enter(book, "1")
    book.decision(a_decision("1", Verdict.RETRYING))
    book.decision(a_decision("1", Verdict.LAUNCHED))
    assert sums(book) == {"events": 1, "launched": 1}


def test_a_decision_that_names_no_dependency_stands_for_all_of_them():
    book = a_book()
    enter(book, "1")
    book.decision(a_decision("1", Verdict.SKIPPED, dependency=""))
    assert sums(book, floor=1) == {"events": 1, "skipped": 1}


def test_a_decision_under_a_former_name_of_the_dependency_counts():
    book = a_book(former=("old",))
    enter(book, "1")
    book.decision(a_decision("1", dependency="old"))
    assert sums(book, floor=1) == {"events": 1, "launched": 1}


def test_decisions_about_events_that_left_the_stream_do_not_count():
    book = a_book()
    book.decision(a_decision("1"))
    book.decision(a_decision("2", trigger="another"))
    assert sums(book) == {}


def test_events_before_the_moment_do_not_count():
    book = a_book()
    enter(book, "1")
    assert sums(book, since=100.0) == {"events": 1, "pending": 1}
    assert sums(book, since=100.1) == {}


def test_losses_are_the_sum_of_all_records():
    assert sums(a_book(lost=3)) == {"lost": 3}
