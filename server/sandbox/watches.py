"""Watch: the changes of a selection as they happen, a JSON document a line."""

import asyncio
from collections.abc import Iterator
from typing import Any

import orjson

from server.sandbox.history import Change
from server.sandbox.objects import Objects, Target
from server.sandbox.reads import all_bodies, selection
from server.sandbox.status import expired
from server.sandbox.tables import table
from server.sandbox.wire import Receive, Request, Send

BOOKMARK_EVERY = 30.0
_BATCH = 256


class Watch:
    """One watch: from which version on, and the lines that its caller has not got yet.

    Raises:
        StatusError: 400 or 406 before anything is sent.
    """

    def __init__(self, objects: Objects, request: Request, target: Target) -> None:
        self._store = objects.store
        self._kind = target.kind
        self._selection = selection(request, target)
        self._as_table = request.wants_table()
        self._include = request.query.get("includeObject", "")
        self._bookmarks = request.flag("allowWatchBookmarks")
        self._initial_end = request.flag("sendInitialEvents")
        self._seconds = request.number("timeoutSeconds")
        asked = request.number("resourceVersion")
        self._from_now = asked == 0 or self._initial_end
        self._version = objects.store.version if self._from_now else asked

    async def run(self, receive: Receive, send: Send) -> None:
        """Send lines until the caller leaves, its time is over or the store closes."""
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", b"application/json")],
            }
        )
        left = asyncio.create_task(_left(receive))
        try:
            async with asyncio.timeout(self._seconds or None):
                await self._lines(send, left)
        except TimeoutError:
            pass
        finally:
            left.cancel()
        await send({"type": "http.response.body", "body": b""})

    async def _lines(self, send: Send, left: asyncio.Task[None]) -> None:
        await _send(send, self._first())
        history = self._store.history
        while not left.done() and not history.closed:
            if not history.horizon <= self._version <= self._store.version:
                message = f"too old resource version: {self._version} ({history.horizon})"
                await _send(send, iter([_line("ERROR", orjson.dumps(expired(message).body))]))
                return
            if self._version < self._store.version:
                changes = history.after(self._version)[:_BATCH]
                await _send(send, filter(None, map(self._event, changes)))
                self._version = changes[-1].version
            else:
                await self._wait(send, left)

    async def _wait(self, send: Send, left: asyncio.Task[None]) -> None:
        news = asyncio.ensure_future(self._store.history.news())
        done, _ = await asyncio.wait(
            {news, left}, timeout=BOOKMARK_EVERY, return_when=asyncio.FIRST_COMPLETED
        )
        news.cancel()
        if not done and self._bookmarks:
            await _send(send, iter([self._bookmark({})]))

    def _first(self) -> Iterator[bytes]:
        if self._from_now:
            for body in all_bodies(self._store, self._selection):
                yield self._shown("ADDED", body)
        if self._initial_end:
            yield self._bookmark({"annotations": {"k8s.io/initial-events-end": "true"}})

    def _event(self, change: Change) -> bytes | None:
        seen = change.seen_by(self._selection)
        return self._shown(seen, change.body) if seen else None

    def _shown(self, event: str, body: bytes) -> bytes:
        if not self._as_table:
            return _line(event, body)
        tree = orjson.loads(body)
        metadata = {"resourceVersion": tree["metadata"]["resourceVersion"]}
        return _line(event, orjson.dumps(table(self._kind, [tree], self._include, metadata)))

    def _bookmark(self, extra: dict[str, Any]) -> bytes:
        metadata = {"resourceVersion": str(self._version), **extra}
        if self._as_table:
            return _line("BOOKMARK", orjson.dumps(table(self._kind, [], "", metadata)))
        kind = {"kind": self._kind.kind, "apiVersion": self._kind.api_version}
        return _line("BOOKMARK", orjson.dumps({**kind, "metadata": metadata}))


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send: Send, lines: Iterator[bytes]) -> None:
    if body := b"".join(lines):
        await send({"type": "http.response.body", "body": body, "more_body": True})


def _line(event: str, body: bytes) -> bytes:
    return b'{"type":"%b","object":%b}\n' % (event.encode(), body)
