"""A target that refuses everything is tried with one event at a time."""

from sensor.probe import LONGEST_WAIT, Probe


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_well_target_gets_the_whole_window():
    assert Probe(32, Clock()).limit() == 32


def test_a_failed_target_rests_and_is_then_probed_with_one():
    clock = Clock()
    probe = Probe(32, clock)
    probe.failed("no answer", None)
    assert probe.limit() == 0
    clock.now = probe.resume_at
    assert probe.limit() == 1


def test_failures_of_one_burst_count_once_and_waits_are_bounded():
    clock = Clock()
    probe = Probe(32, clock)
    for _ in range(20):
        probe.failed("no answer", None)
    assert probe.failures == 1
    for _ in range(20):
        clock.now = probe.resume_at
        probe.failed("no answer", None)
    assert probe.resume_at - clock.now == LONGEST_WAIT


def test_a_retry_after_is_kept():
    clock = Clock()
    probe = Probe(32, clock)
    probe.failed("too many requests", 17.0)
    assert probe.resume_at == clock.now + 17.0


def test_one_success_opens_the_window_again():
    probe = Probe(32, Clock())
    assert not probe.worked()
    probe.failed("no answer", None)
    assert probe.worked()
    assert probe.limit() == 32
    assert probe.error == ""
