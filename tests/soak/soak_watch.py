"""What is measured while a soak runs: memory, time to resume, and who ends by himself."""

import threading
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from statistics import linear_regression
from typing import NamedTuple

from soak_faults import Fault
from soak_stage import Stage

_EVERY = 1.0
_SHORTEST = 60.0  # seconds; the memory of a shorter life says nothing
_MEGABYTE = 1024.0  # kilobytes


class Life(NamedTuple):
    """The memory of one process: where it ended, and how it grew in the last half, in MB."""

    name: str
    seconds: float
    end: float
    growth: float


class Watch:
    """Samples a stage on a thread of its own until it is stopped.

    Attributes:
        resumed: how long it took, in seconds, until a decision was recorded after the bus was back,
            where no other fault was in force meanwhile; resumed_amid: the same where one was.
    """

    def __init__(self, stage: Stage) -> None:
        self.resumed: list[float] = []
        self.resumed_amid: list[float] = []
        self._stage = stage
        self._in_force: list[Fault] = []
        self._began = 0
        self._memory: dict[tuple[str, int], list[tuple[float, float]]] = defaultdict(list)
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._sample, daemon=True)]
        self._threads[0].start()

    @property
    def died(self) -> list[str]:
        """The processes that ended by themselves."""
        return [line for actor in self._stage.actors for line in actor.died]

    def begins(self, fault: Fault) -> None:
        """A fault begins."""
        self._in_force.append(fault)
        self._began += 1

    def ended(self, fault: Fault) -> None:
        """A fault is over; when the bus was away, the time until it is used again is taken."""
        self._in_force.remove(fault)
        if fault.stops_bus:
            thread = threading.Thread(target=self._time_resumption, daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Stop sampling."""
        self._over.set()
        for thread in self._threads:
            thread.join()
        for actor in self._stage.actors:
            actor.look()

    def lives(self) -> list[Life]:
        """Return what is known of each life that was long enough."""
        return [
            _life(name, samples)
            for (name, _), samples in self._memory.items()
            if samples[-1][0] - samples[0][0] >= _SHORTEST
        ]

    def _time_resumption(self) -> None:
        back = time.monotonic()
        began, alone = self._began, not self._in_force
        before = self._stage.decided()
        while not self._over.wait(0.05):
            now = self._stage.decided()
            if before < 0 or now < 0:
                before = now
            elif now > before:
                amid = not alone or began != self._began
                (self.resumed_amid if amid else self.resumed).append(time.monotonic() - back)
                return

    def _sample(self) -> None:
        while not self._over.wait(_EVERY):
            for actor in self._stage.actors:
                actor.look()
                if not actor.down:
                    with suppress(OSError, ValueError, IndexError):
                        self._memory[actor.name, actor.pid].append(
                            (time.monotonic(), _rss(actor.pid))
                        )


def _rss(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) / _MEGABYTE


def _life(name: str, samples: list[tuple[float, float]]) -> Life:
    half = samples[len(samples) // 2 :]
    moments, sizes = zip(*half, strict=True)
    slope = linear_regression(moments, sizes).slope
    return Life(name, samples[-1][0] - samples[0][0], sizes[-1], slope * (moments[-1] - moments[0]))
