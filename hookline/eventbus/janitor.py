"""The janitor: notes how far every trigger is, counts what was lost, and clears what is finished.

Every worker has one; they need no leader, since what they do twice changes nothing.
"""

import asyncio
import math
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from msgspec.structs import replace

from hookline.errors import TemporaryError
from hookline.eventbus import cursors
from hookline.eventbus.bus import Bus
from hookline.eventbus.cursors import StreamState, Survey
from hookline.eventbus.errors import WrongSequenceError
from hookline.eventbus.joins import Hand, Member
from hookline.eventbus.reader import PREFIX
from hookline.eventbus.starts import Kept, TriggerStart

EVERY = 60.0  # seconds between two rounds
PINNED_AFTER = 3600.0  # seconds without a pull after which a consumer in the way is named
_ROUNDS = 20  # of coming nearer to half of the limit, in one go

_log = structlog.get_logger(__name__)


class Janitor:
    """Looks after the event stream of a bus.

    Attributes:
        pinned: what keeps finished events in the stream, a line each.
    """

    def __init__(self, bus: Bus, clock: Callable[[], float] = time.monotonic) -> None:
        self.pinned: list[str] = []
        self._bus = bus
        self._clock = clock
        self._stream = bus.consumers.stream
        self._still_since: dict[tuple[str, int, int], float] = {}

    async def run(self) -> None:
        """Make a round every minute, for ever; a bus that is away is asked again next time."""
        while True:
            try:
                await self.sweep()
            except TemporaryError as error:
                _log.warning("janitor could not finish", error=str(error), every="janitor")
            await asyncio.sleep(EVERY)

    async def sweep(self) -> int | None:
        """Make one round; return the first sequence kept when something was purged, else None."""
        await self._bus.consumers.retire()
        survey = await cursors.survey(self._bus.connection, self._stream)
        if not survey.complete:
            _log.warning("some consumers do not answer: nothing is purged", every="janitor")
            return None
        records = [await self._note(kept, survey) for kept in await self._bus.starts.triggers()]
        # Floors came first: what a join holds below them was written down before they rose.
        hands = await self._bus.joins.hands()
        self._look_for_pins(survey, records)
        lowest = _lowest(survey, records)
        oldest = min(
            ((m.sequence, m, hand) for hand in hands for m in hand.needed),
            key=lambda held: held[0],
            default=None,
        )
        if oldest is not None and oldest[0] <= lowest:
            lowest = oldest[0] - 1
            self._name_half(survey.state, oldest[1], oldest[2])
        return await self._purge(survey.state, lowest)

    def _name_half(self, state: StreamState, member: Member, hand: Hand) -> None:
        """Name the half of a join that keeps the stream more than half full."""
        if state.max_size < 0 or state.size <= state.max_size // 2:
            return
        line = (
            f"sensor {hand.sensor}, trigger {hand.trigger} waits for the counterpart of event"
            f" {member.event_id} ({member.dependency}), and the stream keeps all that came later:"
            " send it, or change the conditions"
        )
        self.pinned.append(line)
        _log.warning("the stream is pinned", pin=line, every=f"pin {line}")

    async def _note(self, kept: Kept, survey: Survey) -> TriggerStart:
        """Keep how far a trigger is and what it lost; another janitor may have done so already."""
        noted = _noted(kept.record, survey)
        if noted == kept.record:
            return noted
        if noted.lost > kept.record.lost:
            _log.error(
                "events were lost",
                sensor=noted.sensor,
                trigger=noted.trigger,
                lost=noted.lost - kept.record.lost,
            )
        try:
            return (await self._bus.starts.store(noted, kept.revision)).record
        except WrongSequenceError:
            return kept.record

    async def _purge(self, state: StreamState, lowest: int) -> int | None:
        """Purge what is finished, but for the history: young, and at most half of the limit."""
        moment = datetime.now(UTC) - timedelta(seconds=self._bus.settings.history)
        young = await cursors.sequence_at(self._bus.connection, self._stream, moment.isoformat())
        old = state.last if young is None else young - 1
        keep = await self._purge_through(state, min(lowest, old))
        for _ in range(_ROUNDS):
            state = await cursors.state(self._bus.connection, self._stream)
            excess = state.size - state.max_size // 2
            if state.max_size < 0 or excess <= 0:
                break
            # Half of what seems too much by the mean size, since sizes differ.
            count = math.ceil(state.messages * excess / state.size / 2)
            purged = await self._purge_through(state, min(lowest, state.first + count - 1))
            if purged is None:
                break
            keep = purged
        return keep

    async def _purge_through(self, state: StreamState, through: int) -> int | None:
        if through < state.first or state.messages == 0:
            return None
        await self._bus.connection.api(f"STREAM.PURGE.{self._stream}", {"seq": through + 1})
        _log.info("purged", stream=self._stream, through=through)
        return through + 1

    def _look_for_pins(self, survey: Survey, records: list[TriggerStart]) -> None:
        """Name what stands still in the way though nobody works on it."""
        now = self._clock()
        lowest = _lowest(survey, records)
        owners = {r.consumer: f"{r.sensor}/{r.trigger}" for r in records}
        gone = [(r.consumer, r.floor, 0) for r in records if r.consumer not in survey.cursors]
        idle = [(c.name, c.floor, c.delivered) for c in survey.cursors.values() if not c.waiting]
        still = [pin for pin in (*gone, *idle) if pin[1] == lowest < survey.state.last]
        self._still_since = {pin: self._still_since.get(pin, now) for pin in still}
        self.pinned = sorted(
            _pin(name, owners.get(name))
            for (name, _, _), since in self._still_since.items()
            if now - since >= PINNED_AFTER
        )
        for line in self.pinned:
            _log.warning("the stream is pinned", pin=line, every=f"pin {line}")


def _noted(record: TriggerStart, survey: Survey) -> TriggerStart:
    """Return the record with its floor and losses as they are now."""
    state, cursor = survey.state, survey.cursors.get(record.consumer)
    if record.stream != state.created:
        return record
    floor = record.floor if cursor is None else cursor.floor
    # A stream that drops by itself moves its first sequence far between two rounds; what was
    # finished meanwhile is not lost. Any other loses only by hand, which moves floors as well.
    known = floor if state.lossy else record.floor
    lost = max(0, state.first - known - 1)
    return replace(record, lost=record.lost + lost, floor=max(record.floor, floor, known + lost))


def _lowest(survey: Survey, records: list[TriggerStart]) -> int:
    """Return the highest sequence that all have finished.

    That is every consumer, and every trigger by what was kept of it: its consumer may be missing,
    and what is purged above a kept floor would count as lost.
    """
    there = [c.floor for c in survey.cursors.values() if not c.name.startswith(PREFIX)]
    kept = [r.floor if r.stream == survey.state.created else 0 for r in records]
    return min([*there, *kept], default=survey.state.last)


def _pin(consumer: str, trigger: str | None) -> str:
    if trigger is None:
        return f"consumer {consumer} (not Hookline's) holds events and nobody pulls from it"
    return (
        f"nobody pulls for {trigger}, and its events fill the stream: run it, or remove it"
        f" with `hookline forget {trigger}`"
    )
