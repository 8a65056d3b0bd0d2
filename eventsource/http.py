"""The HTTP side of event sources: a raw ASGI application per port that finds, checks and answers.

An answer of 200 is given only after `emit` has returned.
"""

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog

from eventsource import answers, body
from eventsource.limits import Limits
from eventsource.source import Emit, Endpoint, Receive, RefusedError, Request
from hookline.errors import HooklineError

log = structlog.get_logger(__name__)
_HAS_BODY = (b"content-length", b"transfer-encoding")
_GZIP = frozenset({b"gzip", b"x-gzip"})
_SEGMENT = re.compile(r"\\\{[^{}/]*\\\}")


@dataclass(frozen=True, slots=True)
class Route:
    """One event of one EventSource, as the HTTP side serves it.

    Attributes:
        source, event: whose it is.
        endpoint: where it is called; receive: makes a happening of a request; emit: stores it.
        token: reads the bearer token that callers must send (MissingSecretError), or None.
        failed: is called when a request (of a caller that is let in) becomes no event.
        certificate: reads the certificate of its port and the key, or None.
    """

    source: str
    event: str
    endpoint: Endpoint
    receive: Receive
    emit: Emit
    token: Callable[[], bytes] | None
    failed: Callable[[], None]
    certificate: Callable[[], tuple[bytes, bytes]] | None = None


class RouteTable:
    """The routes of one port: exact paths first, then those with `{name}` segments."""

    def __init__(self, routes: list[Route]) -> None:
        self._exact: dict[str, dict[str, Route]] = {}
        patterns: dict[str, dict[str, Route]] = {}
        for route in routes:
            path = route.endpoint.path
            table = patterns if "{" in path else self._exact
            table.setdefault(path, {})[route.endpoint.method] = route
        self._patterns = [(_pattern(path), methods) for path, methods in patterns.items()]

    def find(self, path: str) -> dict[str, Route] | None:
        """Return the routes of a path by method; None when nothing is served there."""
        exact = self._exact.get(path)
        if exact is not None:
            return exact
        return next((methods for pattern, methods in self._patterns if pattern.match(path)), None)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(_SEGMENT.sub("[^/]+", re.escape(path)) + r"\Z")


@dataclass(slots=True)
class Held:
    """Bytes of bodies that are not answered yet, of all ports together."""

    bytes: int = 0


@dataclass
class Application:
    """What one port serves; `table` is exchanged as a whole at a reload."""

    table: RouteTable
    limits: Limits
    held: Held
    count: Callable[[int], None] = field(repr=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request (ASGI)."""
        found = dict(scope["headers"])
        has_body = any(name in found for name in _HAS_BODY)
        try:
            route = self._admit(scope["method"], scope["path"], scope["headers"])
        except RefusedError as refusal:
            await self._refuse(send, refusal, close=has_body)
            return
        if route is None:
            self.count(200)
            await answers.send(send, 200, b"OK", kind=b"text/plain; charset=utf-8")
            return
        await self._serve(route, _Incoming(scope, receive, found, self.limits, self.held), send)

    async def _serve(self, route: Route, incoming: "_Incoming", send: Any) -> None:
        try:
            request = await incoming.read(route.endpoint.max_payload)
            receipt = await route.emit(route.receive(request))
        except RefusedError as refusal:
            route.failed()
            await self._refuse(send, refusal, close=not incoming.complete)
        except HooklineError as failure:
            route.failed()
            await self._refuse(send, answers.refusal(failure), close=False)
        else:
            self.count(200)
            await answers.send(send, 200, answers.stored(receipt))
        finally:
            incoming.release()

    async def _refuse(self, send: Any, refusal: RefusedError, *, close: bool) -> None:
        self.count(refusal.status)
        headers = (*refusal.headers, answers.CLOSE) if close else refusal.headers
        await answers.send(send, refusal.status, answers.error(str(refusal)), headers)

    def _admit(self, method: str, path: str, headers: list[tuple[bytes, bytes]]) -> Route | None:
        """Return the route that may have this request; None: the health page is asked for."""
        methods = self.table.find(path)
        if methods is None:
            if path == "/health":
                return None
            raise RefusedError(404, f"no event source listens on {path[:200]}")
        route = methods.get(method)
        _check_token(route or next(iter(methods.values())), headers)
        if route is None:
            allowed = ", ".join(sorted(methods))
            header = (b"allow", allowed.encode())
            raise RefusedError(405, f"{method} is not served here, use {allowed}", (header,))
        return route


def _check_token(route: Route, headers: list[tuple[bytes, bytes]]) -> None:
    if route.token is None:
        return
    try:
        expected = route.token()
    except HooklineError as error:
        log.warning(
            "secret-missing",
            every=f"secret:{route.source}/{route.event}",
            source=route.source,
            event_name=route.event,
            problem=str(error),
        )
        raise answers.busy("the token of this endpoint cannot be read; try again later") from error
    given = [value for name, value in headers if name == b"authorization"]
    scheme, _, token = given[0].partition(b" ") if given else (b"", b"", b"")
    # Of two, a proxy in front may have checked the other one.
    if len(given) > 1 or scheme != b"Bearer" or not hmac.compare_digest(token, expected):
        raise RefusedError(
            401,
            "send the endpoint's token as `Authorization: Bearer TOKEN`",
            ((b"www-authenticate", b"Bearer"),),
        )


class _Incoming:
    """The body of one request while it arrives, bounded for itself and with all others."""

    def __init__(
        self, scope: Any, receive: Any, found: dict[bytes, bytes], limits: Limits, held: Held
    ) -> None:
        self._scope = scope
        self._receive = receive
        self._found = found
        self._limits = limits
        self._held = held
        self._size = 0
        self.complete = False

    async def read(self, max_payload: int) -> Request:
        """Return the whole request, its body unpacked; RefusedError 408, 413, 415, 503, 400."""
        limit = min(max_payload, self._limits.held_bytes)
        encoding = self._found.get(b"content-encoding", b"identity").lower()
        if encoding != b"identity" and encoding not in _GZIP:
            message = "this Content-Encoding is not understood; send gzip or none"
            raise RefusedError(415, message, ((b"accept-encoding", b"gzip"),))
        if int(self._found.get(b"content-length", 0)) > limit:
            raise body.too_large(limit)
        content = await self._collect(limit)
        if encoding in _GZIP:
            content = body.inflate(content, limit)
            self._hold(len(content))
        scope = self._scope
        headers, query = scope["headers"], scope["query_string"]
        return Request(scope["method"], query, headers, self._found, content)

    async def _collect(self, limit: int) -> bytes:
        chunks: list[bytes] = []
        while not self.complete:
            message = await self._receive()
            if message["type"] != "http.request":
                raise RefusedError(408, "the body did not come in time")
            chunks.append(message["body"])
            self._hold(len(message["body"]))
            if self._size > limit:
                raise body.too_large(limit)
            self.complete = not message["more_body"]
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _hold(self, size: int) -> None:
        self._size += size
        self._held.bytes += size
        if self._held.bytes > self._limits.held_bytes:
            raise answers.busy("too many large bodies at a time; try again in a moment")

    def release(self) -> None:
        """Give back what this body held."""
        self._held.bytes -= self._size
