"""How a process speaks: JSON lines in `run`, readable ones in `dev`.

A line has an event word, fields, and `event_id` where one event is meant; never payloads or
secrets. A repeating fault is said once in 10 s.
"""

import logging
import sys
import time
from collections.abc import Callable, MutableMapping
from typing import Any, TextIO

import structlog

QUIET_SECONDS = 10.0
_MOST_KEYS = 1000

type Line = MutableMapping[str, Any]


class OneIn10Seconds:
    """Lets a line with `every=KEY` through once in 10 s for each key, and counts the rest."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last: dict[str, tuple[float, int]] = {}

    def __call__(self, _logger: object, _method: str, line: Line) -> Line:
        """Return the line; raise structlog.DropEvent for one that was said a moment ago."""
        key = line.pop("every", None)
        if key is None:
            return line
        now = self._clock()
        said_at, left_out = self._last.get(key, (-QUIET_SECONDS, 0))
        if now - said_at < QUIET_SECONDS:
            self._last[key] = (said_at, left_out + 1)
            raise structlog.DropEvent
        if len(self._last) >= _MOST_KEYS:
            self._last.clear()
        self._last[key] = (now, 0)
        if left_out:
            line["left_out"] = left_out
        return line


class _Worker:
    """Says in each line which of several processes speaks."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __call__(self, _logger: object, _method: str, line: Line) -> Line:
        line["worker"] = self._number
        return line


def readable(_logger: object, _method: str, line: Line) -> str:
    """Return one line for people: time, word, what it is about, the rest as key=value."""
    at = time.strftime("%H:%M:%S")
    word = str(line.pop("event"))
    level = str(line.pop("level", "info"))
    line.pop("timestamp", None)
    line.pop("logger", None)
    trace = line.pop("exception", "")
    mark = {"warning": "! ", "error": "! ", "critical": "! "}.get(level, "  ")
    about = _about(line)
    rest = " ".join(
        f"{key}={value}" for key, value in line.items() if value not in ("", None, False)
    )
    text = f"{at} {mark}{word:<13} {about}{' ' if about and rest else ''}{rest}".rstrip()
    return f"{text}\n{trace}" if trace else text


def _about(line: Line) -> str:
    """Return `source/event id -> sensor/trigger` from the fields that are there."""
    source, name = line.pop("source", ""), line.pop("event_name", "")
    event_id, sensor, trigger = (line.pop(key, "") for key in ("event_id", "sensor", "trigger"))
    line.pop("dependency", None)
    left = f"{source}/{name}" if source and name else str(source or "")
    left = f"{left} {event_id}".strip()
    right = f"{sensor}/{trigger}" if sensor and trigger else str(sensor or trigger or "")
    return f"{left} -> {right}" if left and right else left or right


def configure(
    *, level: str, people: bool, stream: TextIO = sys.stdout, worker: int | None = None
) -> None:
    """Set up all logging of this process, that of libraries included.

    Args:
        level: debug, info, warning or error.
        people: readable lines for a terminal instead of JSON.
        stream: where to; commands whose output is their answer log to stderr.
        worker: the number of this process among several, said in each line.
    """
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        OneIn10Seconds(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    if worker is not None:
        shared.insert(0, _Worker(worker))
    last: Any = readable if people else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
            foreign_pre_chain=shared,
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
