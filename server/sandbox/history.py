"""What changed lately, for watches: the last changes in memory, and a way to wait for the next."""

import asyncio
from bisect import bisect_right
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

from server.sandbox.selectors import Selection

type ChangeKind = Literal["ADDED", "MODIFIED", "DELETED"]

_MOST_CHANGES = 10_000
_MOST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Change:
    """One write, as watchers see it.

    Attributes:
        version: its resourceVersion.
        labels: of the object now; before: those it had, or None when it is new.
        body: the object as JSON (of a deleted one: its last state).
    """

    version: int
    kind: ChangeKind
    resource: str
    namespace: str
    name: str
    labels: Mapping[str, str]
    before: Mapping[str, str] | None
    body: bytes

    def seen_by(self, selection: Selection) -> ChangeKind | None:
        """Return what the change is to one watcher: an object may enter or leave its selection."""
        if self.resource != selection.resource:
            return None
        now = self.kind != "DELETED" and self._selected(selection, self.labels)
        was = self.before is not None and self._selected(selection, self.before)
        if now:
            return "MODIFIED" if was else "ADDED"
        return "DELETED" if was else None

    def _selected(self, selection: Selection, labels: Mapping[str, str]) -> bool:
        return selection.matches(self.namespace, self.name, labels)


class History:
    """The last changes, bounded in number and bytes.

    Attributes:
        horizon: changes after this resourceVersion are remembered, older ones are not.
        closed: the store is closing: watches end.
    """

    def __init__(self, version: int) -> None:
        self.horizon = version
        self.closed = False
        self._changes: list[Change] = []
        self._bytes = 0
        self._news = asyncio.Event()

    def add(self, change: Change) -> None:
        """Remember a change and wake the watchers."""
        self._changes.append(change)
        self._bytes += len(change.body)
        if len(self._changes) > _MOST_CHANGES or self._bytes > _MOST_BYTES:
            self._forget(len(self._changes) // 2 or 1)
        self._wake()

    def after(self, version: int) -> list[Change]:
        """Return the changes after a resourceVersion that is not below the horizon."""
        return self._changes[bisect_right(self._changes, version, key=attrgetter("version")) :]

    def news(self) -> Awaitable[object]:
        """Return what is done when something has happened since this call: a change or the end."""
        return self._news.wait()

    def close(self) -> None:
        """End all watches."""
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _forget(self, count: int) -> None:
        self.horizon = self._changes[count - 1].version
        self._bytes -= sum(len(change.body) for change in self._changes[:count])
        del self._changes[:count]
