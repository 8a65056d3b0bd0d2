"""Whether the target of a trigger can be trusted with many events, or is tried with one at a time.

An error that concerns the target as a whole (no answer, 401, 403, 429, 5xx, unknown type) makes the
trigger stop pulling in bulk and probe with the next event each time.
"""

from collections.abc import Callable
from dataclasses import dataclass

FIRST_WAIT = 0.5
LONGEST_WAIT = 5.0


@dataclass(slots=True)
class Probe:
    """The state of one trigger's target.

    Attributes:
        window: deliveries in flight while the target is well.
        clock: seconds, monotonic.
        failures: failed probes in a row; 0 while the target is well.
        resume_at: when the next probe may go out, by `clock`.
        error: what the target said last, or empty.
    """

    window: int
    clock: Callable[[], float]
    failures: int = 0
    resume_at: float = 0.0
    error: str = ""

    def limit(self) -> int:
        """Return how many deliveries may be in flight now."""
        if not self.failures:
            return self.window
        return 1 if self.clock() >= self.resume_at else 0

    def wait(self) -> float:
        """Return the seconds between two probes at this moment."""
        return min(FIRST_WAIT * 2.0 ** min(max(0, self.failures - 1), 10), LONGEST_WAIT)

    def failed(self, error: str, asked: float | None) -> None:
        """Note that the target as a whole failed; `asked` is its Retry-After in seconds.

        Failures of deliveries that were in flight together count once.
        """
        self.error = error
        now = self.clock()
        if now < self.resume_at:
            return
        self.failures += 1
        self.resume_at = now + max(self.wait(), asked or 0.0)

    def worked(self) -> bool:
        """Note that the target answered; return whether it had failed before."""
        had_failed = self.failures > 0
        self.failures, self.resume_at, self.error = 0, 0.0, ""
        return had_failed
