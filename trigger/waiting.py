"""How long a join's halves wait for each other, and what a second event of a dependency does."""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from hookline.block import Block
from hookline.language.cron import Schedule, parse_schedule
from hookline.language.errors import LanguageError
from hookline.manifest import Place

type Repeat = Literal["latest", "first", "queue"]

RESET, EXPIRED = "reset", "expired"
_LEAP_YEAR = 1_704_067_200  # 2024-01-01: what does not come round from here never does


class ByTime(Block):
    """The moments at which everything held is let go."""

    cron: str = Field(description="Five fields: minute, hour, day, month, weekday.")
    timezone: str = Field("", description="IANA name, Europe/Berlin; UTC by default.")


class ResetBlock(Block):
    """One rule that lets go what a join holds."""

    by_time: ByTime | None = Field(None, description="At these moments.")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What becomes of events that a join holds.

    Everything is decided by the moments at which the stream stored the events, so that a restart,
    a backlog or a second worker changes nothing.

    Attributes:
        resets: at each moment of these, what was stored before it is let go (`conditionsReset`).
        within: seconds after which a held event expires; 0 for never.
        repeat: what counts when a dependency has several events.
    """

    resets: tuple[Schedule, ...] = ()
    within: float = 0.0
    repeat: Repeat = "latest"

    @property
    def ends(self) -> bool:
        """Whether an event may be held for some time only."""
        return bool(self.resets or self.within)

    def end(self, stored_at: float) -> tuple[float, str] | None:
        """Return until when an event may be held, and what lets it go then; None for ever.

        Moments are seconds since 1970. An event whose time is not known (0) is never let go.
        """
        if not stored_at:
            return None
        ends = [(float(moment), RESET) for each in self.resets if (moment := each.next(stored_at))]
        if self.within:
            ends.append((stored_at + self.within, EXPIRED))
        return min(ends, default=None)

    def why_gone(self, stored_at: float, now: float) -> str:
        """Return why an event is held no longer at the moment `now`; empty while it is."""
        end = self.end(stored_at)
        return end[1] if end is not None and end[0] <= now else ""


def read_resets(blocks: list[ResetBlock], place: Place) -> tuple[Schedule, ...] | None:
    """Return the schedules of `conditionsReset`; None with mistakes noted.

    As upstream, an item without `byTime` says nothing.
    """
    found = [
        _schedule(block.by_time, place / index / "byTime")
        for index, block in enumerate(blocks)
        if block.by_time is not None
    ]
    schedules = tuple(schedule for schedule in found if schedule is not None)
    return schedules if len(schedules) == len(found) else None


def _schedule(block: ByTime, place: Place) -> Schedule | None:
    try:
        parse_schedule("* * * * *", block.timezone)
    except LanguageError as error:
        (place / "timezone").error(
            str(error), code="bad-value", suggestion="write one like Europe/Berlin"
        )
        return None
    try:
        schedule = parse_schedule(block.cron, block.timezone)
    except LanguageError as error:
        hint = "write five fields, like 0 0 * * * for midnight"
        (place / "cron").error(str(error), code="bad-cron", suggestion=hint)
        return None
    if schedule.next(_LEAP_YEAR) is None:
        (place / "cron").warn(f"{block.cron!r} never comes round", code="no-effect")
    return schedule
