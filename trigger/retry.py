"""How often and how late a failed attempt is made again: `retryStrategy`, in all modes."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import Field

from hookline.block import Block
from hookline.duration import Duration

_LONGEST = 3600.0
_UPSTREAM_STEPS = 5


@dataclass(frozen=True, slots=True)
class RetryStrategy:
    """Waits between attempts, in seconds.

    Attributes:
        duration: the first wait.
        factor: each wait is this many times the one before, an hour at most.
        jitter: a random share of the wait, up to this many times of it, is added.
        steps: all attempts, the first one included; None: until `giveUpAfter`.
    """

    duration: float = 1.0
    factor: float = 2.0
    jitter: float = 0.5
    steps: int | None = None

    def delay(self, attempt: int) -> float:
        """Return the seconds to wait after the failed attempt number `attempt` (1 is the first)."""
        wait = self.duration
        for _ in range(attempt - 1):
            wait *= self.factor or 1.0
            if not 0 < wait < _LONGEST:
                break
        return self._spread(wait)

    def _spread(self, wait: float) -> float:
        chance = random.random()  # noqa: S311  it spreads load, it guards nothing
        return min(wait + chance * self.jitter * wait, _LONGEST)

    def waits(self) -> Iterator[float]:
        """Yield the seconds to wait after each failed attempt, however many there may be."""
        wait = self.duration
        while True:
            yield self._spread(wait)
            wait = min(wait * (self.factor or 1.0), _LONGEST)

    def exhausted(self, attempts: int) -> bool:
        """Return whether `attempts` were all that the strategy allows."""
        return self.steps is not None and attempts >= self.steps


class Backoff(Block):
    """Upstream's `retryStrategy`: the waits of an exponential backoff."""

    duration: Duration = Field(1.0, description="Wait after the first failed attempt.")
    factor: float = Field(1.0, ge=0, description="Each wait is this many times the one before.")
    jitter: float = Field(1.0, ge=0, description="Random part added, as a multiple of the wait.")
    steps: int = Field(0, description="All attempts, the first one included; 0 means 5.")

    def strategy(self) -> RetryStrategy:
        """Return what the block asks for."""
        steps = self.steps if self.steps > 0 else _UPSTREAM_STEPS
        return RetryStrategy(self.duration, self.factor, self.jitter, steps)
