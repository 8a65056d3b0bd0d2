"""Events that may kill the process: delivered again and again, and never a word on record.

Such an event runs alone, with nothing else in flight, so that no other is suspected with it. That
is put on record first: who finds that record knows that the process did not live to say more.
"""

from collections.abc import Awaitable, Callable

import structlog

from hookline.decision import Verdict
from hookline.eventbus.decisions import Stored
from hookline.eventbus.pull import Delivery
from sensor.attempts import Attempts
from sensor.desk import Desk
from sensor.gate import Gate
from sensor.join import Join
from sensor.party import Part, Party
from sensor.records import Record, is_final

log = structlog.get_logger(__name__)

PATIENCE = 10  # deliveries since the last record
RUNS_ALONE, RAN_ALONE, KILLS = "RunsAlone", "RanAlone", "KillsProcess"

type Work = Callable[[], Awaitable[float | None]]


class Suspects:
    """Decides how a delivery is run: among others, alone, or not at all."""

    def __init__(self, desk: Desk, gate: Gate, attempts: Attempts, join: Join) -> None:
        self._desk = desk
        self._gate = gate
        self._attempts = attempts
        self._join = join

    async def run(self, delivery: Delivery, records: list[Record], work: Work) -> float | None:
        """Run `work` for a delivery and return what it returns: seconds to wait, or None.

        `records` are what its records share, one for each dependency.
        """
        if delivery.count <= PATIENCE:
            async with self._gate.among():
                return await work()
        standing = [(record, await self._desk.last(record)) for record in records]
        if any(_says(before, RUNS_ALONE) for _, before in standing):
            return await self._convict(delivery, standing)
        heard = max((before.decision.deliveries for _, before in standing if before), default=0)
        if not standing or delivery.count - heard <= PATIENCE:
            async with self._gate.among():
                return await work()
        return await self._run_alone(delivery, standing, work)

    async def _run_alone(
        self, delivery: Delivery, standing: list[tuple[Record, Stored | None]], work: Work
    ) -> float | None:
        for record, before in standing:
            log.warning(
                "runs alone",
                event_id=record.event.id,
                sensor=self._desk.sensor,
                trigger=self._desk.trigger,
                deliveries=delivery.count,
            )
            if before is None or not is_final(before.decision, record.sequence):
                last = before.decision if before else None
                await self._desk.store(record.noted(last, RUNS_ALONE), before)
        try:
            async with self._gate.alone():
                return await work()
        finally:
            await self._acquit([record for record, _ in standing])

    async def _acquit(self, records: list[Record]) -> None:
        """Put on record that the process lives, unless something better stands there."""
        for record in records:
            before = await self._desk.last(record)
            if before is not None and _says(before, RUNS_ALONE):
                await self._desk.store(record.noted(before.decision, RAN_ALONE), before)

    async def _convict(
        self, delivery: Delivery, standing: list[tuple[Record, Stored | None]]
    ) -> float | None:
        """Make a dead letter of the event, or of the join that it was to finish."""
        error = f"the process died {delivery.count - 1} times over it, the last time alone"
        firing = await self._join.abandon(delivery, KILLS, error)
        if firing is not None and all(record.sequence != firing for record, _ in standing):
            await self._acquit([record for record, _ in standing])
            return 0.0
        for record, before in standing:
            if not _says(before, RUNS_ALONE):
                continue
            now = await self._desk.last(record)
            if now is None or is_final(now.decision, record.sequence):
                continue
            alone = Part(record, delivery.data)
            party = Party(alone, (), self._desk.due(record), now, repeat=True)
            await self._attempts.give_up(party, KILLS, error)
        return None


def _says(before: Stored | None, reason: str) -> bool:
    if before is None or before.decision.verdict is not Verdict.RETRYING:
        return False
    return before.decision.reason == reason
