"""What is wrong with this process, in words: red keeps it from its work, degraded does not."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

type Reasons = Callable[[], Iterable[str]]


@dataclass(slots=True)
class Health:
    """Collects the reasons; each part of the process adds a callable that tells its own.

    Attributes:
        red: reasons for `/readyz` 503 (bus unreachable, consumer missing, source not listening).
        degraded: reasons that are named while it stays 200 (refused manifest, refusing target).
    """

    red: list[Reasons] = field(default_factory=list)
    degraded: list[Reasons] = field(default_factory=list)

    def red_reasons(self) -> list[str]:
        """Return why this process is not ready, one line a reason."""
        return [reason for reasons in self.red for reason in reasons()]

    def degraded_reasons(self) -> list[str]:
        """Return what is not as it should be although work goes on."""
        return [reason for reasons in self.degraded for reason in reasons()]
