"""From a happening to a stored event: names it, publishes it, counts it, says so in the log."""

import itertools
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Protocol

import structlog

from eventsource.source import Happening, Receipt
from eventsource.spec import SourceEvent
from hookline import event as words
from hookline.errors import HooklineError
from hookline.event import Event
from hookline.language.expr import EvaluationError
from hookline.metrics import Metrics

_FILTERED = Receipt("", duplicate=False, filtered=True)

log = structlog.get_logger(__name__)


class Acknowledged(Protocol):
    """What the bus answers when an event is stored."""

    @property
    def duplicate(self) -> bool:
        """Whether an event of this identity was stored before."""


type Publish = Callable[[Event, bool], Awaitable[Acknowledged]]
"""Stores an event; the flag says that its id is of our own making."""


def ids() -> Iterator[str]:
    """Yield ids of 32 hexadecimal digits: half of them random for this process, then a count."""
    prefix = os.urandom(8).hex()
    return (f"{prefix}{number:016x}" for number in itertools.count())


class Emitter:
    """Stores the happenings of one named event.

    Args:
        publish: the bus; metrics: what is counted; new_ids: for senders without one.
        source: the EventSource's name; event: gives the event its subject and type.
    """

    def __init__(
        self,
        publish: Publish,
        metrics: Metrics,
        new_ids: Iterator[str],
        source: str,
        event: SourceEvent,
    ) -> None:
        self._publish = publish
        self._ids = new_ids
        self._source = source
        self._name = event.name
        self._kind = event.kind
        labels = (metrics.namespace, source, event.name)
        self._sent = metrics.sent.labels(*labels)
        self._unsent = metrics.sent_failed.labels(*labels)
        self._judge = event.judge
        self._filtered = metrics.filtered.labels(*labels)
        self._unjudged = metrics.unjudged.labels(*labels)
        self._duplicates = metrics.duplicates.labels(*labels)
        self._seconds = metrics.publish_seconds.labels(*labels)
        self.failed = metrics.processing_failed.labels(*labels).inc

    async def __call__(self, happening: Happening) -> Receipt:
        """Return when the happening is stored or filtered; raises what publishing raises."""
        if self._drops(happening):
            self._filtered.inc()
            return _FILTERED
        began = time.perf_counter()
        made = happening.made or happening.id is None
        event_id = happening.id or next(self._ids)
        wrapped = Event(
            id=event_id,
            source=self._source,
            name=self._name,
            type=self._kind,
            time=words.now(),
            data=happening.data,
        )
        try:
            stored = await self._publish(wrapped, made)
        except HooklineError as error:
            self._not_stored(event_id, error)
            raise
        self._seconds.observe(time.perf_counter() - began)
        self._received(event_id, duplicate=stored.duplicate)
        return Receipt(event_id, stored.duplicate)

    def _drops(self, happening: Happening) -> bool:
        """Whether the event's own filter drops it: one that the filter cannot judge is kept."""
        if self._judge is None:
            return False
        try:
            return not self._judge(happening.data)
        except EvaluationError as error:
            self._unjudged.inc()
            log.warning(
                "filter-failed",
                every=f"filter:{self._source}/{self._name}",
                source=self._source,
                event_name=self._name,
                problem=f"{error}; the event is kept",
            )
            return False

    def _received(self, event_id: str, *, duplicate: bool) -> None:
        (self._duplicates if duplicate else self._sent).inc()
        log.info(
            "received",
            source=self._source,
            event_name=self._name,
            event_id=event_id,
            duplicate=duplicate,
        )

    def _not_stored(self, event_id: str, error: HooklineError) -> None:
        self._unsent.inc()
        log.warning(
            "not-stored",
            every=f"not-stored:{self._source}/{self._name}",
            source=self._source,
            event_name=self._name,
            event_id=event_id,
            problem=str(error),
        )
