"""How much each trigger has before it, how old the oldest of it is, and what nobody waits for."""

import asyncio
import time
from datetime import datetime
from typing import NamedTuple

from hookline import names
from hookline.eventbus import cursors
from hookline.eventbus.connection import Connection
from hookline.eventbus.cursors import Cursor
from hookline.eventbus.errors import NotFoundError
from hookline.eventbus.starts import Starts


class Backlog(NamedTuple):
    """What a trigger has not finished.

    Attributes:
        pending: events not delivered yet; ack_pending: delivered and under way, or put back.
        oldest_seconds: age of the oldest of them, 0 when there is none.
    """

    pending: int
    ack_pending: int
    oldest_seconds: float

    @property
    def total(self) -> int:
        """All that is unfinished."""
        return self.pending + self.ack_pending


async def backlog(
    connection: Connection, starts: Starts, stream: str
) -> dict[tuple[str, str], Backlog]:
    """Return the backlog of each (sensor, trigger) whose consumer exists."""
    found = (await cursors.survey(connection, stream)).cursors
    records = [kept.record for kept in await starts.triggers()]
    known = [(record, found[record.consumer]) for record in records if record.consumer in found]
    ages = await asyncio.gather(*(_oldest(connection, stream, cursor) for _, cursor in known))
    return {
        (record.sensor, record.trigger): Backlog(cursor.pending, cursor.ack_pending, age)
        for (record, cursor), age in zip(known, ages, strict=True)
    }


async def unmatched(connection: Connection, starts: Starts, namespace: str) -> int:
    """Return how many events in the stream no trigger wants."""
    wanted = {
        names.event_subject(namespace, since.source, since.event)
        for kept in await starts.triggers()
        for since in kept.record.dependencies
    }
    stream = names.event_stream(namespace)
    info = await connection.api(f"STREAM.INFO.{stream}", {"subjects_filter": ">"})
    subjects: dict[str, int] = info["state"].get("subjects") or {}
    return sum(count for subject, count in subjects.items() if subject not in wanted)


async def _oldest(connection: Connection, stream: str, cursor: Cursor) -> float:
    """Return the age in seconds of the first message of its subjects above the floor."""
    if not cursor.pending and not cursor.ack_pending:
        return 0.0
    ages = [
        await _age(connection, stream, cursor.floor + 1, subject) for subject in cursor.subjects
    ]
    return max(ages, default=0.0)


async def _age(connection: Connection, stream: str, sequence: int, subject: str) -> float:
    body = {"seq": sequence, "next_by_subj": subject}
    try:
        answer = await connection.api(f"STREAM.MSG.GET.{stream}", body)
    except NotFoundError:
        return 0.0
    stored = datetime.fromisoformat(answer["message"]["time"])
    return max(0.0, time.time() - stored.timestamp())
