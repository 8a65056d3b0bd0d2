"""How long a delivery is ours: a span of boot time that nobody can stretch afterwards."""

import time

_BOOT_TIME = getattr(time, "CLOCK_BOOTTIME", None)


def now() -> float:
    """Return seconds on a clock that goes on while the machine sleeps, where there is one."""
    return time.monotonic() if _BOOT_TIME is None else time.clock_gettime(_BOOT_TIME)


class Lease:
    """The time in which nats-server gives a message to nobody else.

    `span` seconds (the consumer's ack_wait) from the sending of what brought or prolonged it:
    nats-server counts from its own, later moment, so the lease always ends first.
    """

    __slots__ = ("_ends", "_span")

    def __init__(self, sent: float, span: float) -> None:
        self._span = span
        self._ends = sent + span

    def is_live(self) -> bool:
        """Whether the message is still ours."""
        return now() < self._ends

    def prolong(self, sent: float) -> None:
        """Count anew from `sent`, whose answer came now; what has ended stays ended.

        nats-server answers an in-progress ack even for a message that another worker holds.
        """
        if self.is_live():
            self._ends = max(self._ends, sent + self._span)
