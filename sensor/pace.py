"""The even pace of a trigger with a `rateLimit`: a place every so many seconds.

Up to ten places that nobody took are kept, as upstream does, so that a short burst after a quiet
time is not slowed down.
"""

from collections.abc import Callable
from dataclasses import dataclass

SLACK = 10


@dataclass(slots=True)
class Pace:
    """Gives out places.

    Attributes:
        interval: seconds between two places.
        clock: seconds, monotonic.
        free_at: when the next place is (or was) free, by `clock`.
    """

    interval: float
    clock: Callable[[], float]
    free_at: float = float("-inf")

    def __post_init__(self) -> None:
        """Start with one place."""
        self.free_at = self.clock()

    def places(self) -> int:
        """Return how many attempts may begin now."""
        spare = self.clock() - self._next()
        return 0 if spare < 0 else int(spare / self.interval) + 1

    def take(self) -> float:
        """Take a place and return 0.0, or the seconds until there is one."""
        now, place = self.clock(), self._next()
        if place > now:
            return place - now
        self.free_at = place + self.interval
        return 0.0

    def wait(self) -> float:
        """Return the seconds until a place is free."""
        return max(0.0, self._next() - self.clock())

    def _next(self) -> float:
        return max(self.free_at, self.clock() - SLACK * self.interval)
