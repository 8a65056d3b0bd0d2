"""What is fired together: one event, or all that a join held."""

from dataclasses import dataclass

from hookline.event import Event
from hookline.eventbus.decisions import Stored
from sensor.records import Record
from trigger.action import Due


@dataclass(frozen=True, slots=True)
class Part:
    """One event of a firing: what its records share, and its bytes as they are on the bus.

    Attributes:
        error: why its transform gave nothing, or empty.
        before: what stands on record about it, where that is known.
    """

    record: Record
    data: bytes
    error: str = ""
    before: Stored | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """All that is fired together.

    Attributes:
        delivered: the event that made the trigger due.
        others: what a join held.
        due: the one firing that is due; it goes by the delivered event.
        before: what stands on record about the delivered one.
        repeat: an earlier attempt may have worked already.
    """

    delivered: Part
    others: tuple[Part, ...]
    due: Due
    before: Stored | None
    repeat: bool

    @property
    def events(self) -> dict[str, Event]:
        """The events by dependency."""
        parts = (*self.others, self.delivered)
        return {part.record.dependency: part.record.event for part in parts}
