"""The plan of a soak: repeatable, lane by lane, and over in time."""

from itertools import pairwise

from soak_faults import Fault
from soak_load import choose
from soak_plan import plan


def nothing() -> None:
    return None


FAULTS = [
    Fault(f"{lane} {n}", lane, (0.0, 9.0), nothing, nothing) for lane in "ab" for n in range(5)
]


def test_the_same_seed_makes_the_same_plan_and_the_same_events():
    assert plan(1, 100.0, FAULTS, (0.0, 3.0)) == plan(1, 100.0, FAULTS, (0.0, 3.0))
    assert plan(1, 100.0, FAULTS, (0.0, 3.0)) != plan(2, 100.0, FAULTS, (0.0, 3.0))
    assert choose(1, 100) == choose(1, 100)
    assert choose(1, 100) != choose(2, 100)


def test_faults_of_a_lane_follow_one_another_each_before_any_again_and_all_end_in_time():
    steps = plan(3, 200.0, FAULTS, (0.0, 3.0))
    assert all(step.end <= 200.0 for step in steps)
    for lane in "ab":
        mine = [step for step in steps if step.fault.lane == lane]
        assert all(before.end <= after.begin for before, after in pairwise(mine))
        assert len({step.fault.name for step in mine[:5]}) == 5
