from hookline.eventbus import lease
from hookline.eventbus.lease import Lease, now


def test_a_lease_counts_from_the_sending_not_from_the_arrival():
    assert Lease(sent=now() - 5, span=10).is_live()
    assert not Lease(sent=now() - 11, span=10).is_live()


def test_an_answer_prolongs_a_live_lease_from_the_moment_its_question_was_sent():
    held = Lease(sent=now() - 9, span=10)
    held.prolong(now() - 1)
    assert held.is_live()
    assert held._ends < now() + 9.5


def test_an_answer_that_comes_after_the_end_does_not_revive_a_lease():
    ended = Lease(sent=now() - 11, span=10)
    ended.prolong(now())
    assert not ended.is_live()


def test_an_older_answer_never_shortens_a_lease():
    held = Lease(sent=now(), span=10)
    before = held._ends
    held.prolong(now() - 8)
    assert held._ends == before


def test_the_clock_goes_on_while_the_machine_sleeps_where_the_system_has_such_a_clock(monkeypatch):
    first = now()
    assert now() >= first
    monkeypatch.setattr(lease, "_BOOT_TIME", None)
    assert now() > 0
