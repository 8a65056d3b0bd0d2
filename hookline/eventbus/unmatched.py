"""Counts the events in the stream that no trigger wants."""

from hookline import names
from hookline.eventbus.bus import Bus

_ALL = {"subjects_filter": ">"}


async def unmatched(bus: Bus) -> int:
    """Return how many events in the stream are of subjects that no trigger of any Sensor names.

    BusError when the bus does not answer.
    """
    stream = names.event_stream(bus.namespace)
    info = await bus.connection.api(f"STREAM.INFO.{stream}", _ALL)
    wanted = {
        names.event_subject(bus.namespace, dependency.source, dependency.event)
        for kept in await bus.starts.triggers()
        for dependency in kept.record.dependencies
    }
    counts: dict[str, int] = info["state"].get("subjects") or {}
    return sum(count for subject, count in counts.items() if subject not in wanted)
