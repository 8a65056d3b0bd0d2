"""The plan of a soak: which faults, when. The same seed makes the same plan."""

import random
from dataclasses import dataclass
from itertools import count

from soak_faults import Fault

type Span = tuple[float, float]  # seconds, from and to


@dataclass(frozen=True)
class Step:
    """One fault of a plan: from and to which second it is in force."""

    begin: float
    end: float
    fault: Fault


def plan(seed: int, seconds: float, faults: list[Fault], rest: Span) -> list[Step]:
    """Return faults at random moments, all over after `seconds`.

    Each lane goes through its faults in random order, again and again, with a `rest` before each.
    """
    steps: list[Step] = []
    for lane in sorted({fault.lane for fault in faults}):
        chance = random.Random(f"{seed} {lane}")  # noqa: S311  repeatable
        mine = [fault for fault in faults if fault.lane == lane]
        steps += _lane(chance, seconds, mine, rest)
    return sorted(steps, key=lambda step: step.begin)


def _lane(chance: random.Random, seconds: float, faults: list[Fault], rest: Span) -> list[Step]:
    steps: list[Step] = []
    moment = 0.0
    for _ in count():
        for fault in chance.sample(faults, k=len(faults)):
            begin = moment + chance.uniform(*rest)
            moment = begin + chance.uniform(*fault.hold)
            if moment > seconds:
                return steps
            steps.append(Step(begin, moment, fault))
    return steps
