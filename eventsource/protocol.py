"""One HTTP connection: uvicorn's httptools protocol with bounds on what a client can make of it.

uvicorn bounds neither headers nor pipelines nor time; all of that is done here, before memory
grows. It reaches into uvicorn's protocol, so its tests run against the version in use.
"""

import asyncio
import math
from collections.abc import Callable

import httptools
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from eventsource import answers
from eventsource.limits import Limits


class _HeadTooLargeError(Exception):
    """The URL or the headers of a request are over the bounds."""


class _PipelineTooLongError(Exception):
    """Too many requests wait behind the one that is worked on."""


class _Outgoing:
    """The transport as uvicorn's request cycle sees it: closing it is the protocol's business."""

    __slots__ = ("_close", "is_closing", "write")

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self.write = transport.write
        self.is_closing = transport.is_closing
        self._close = close

    def close(self) -> None:
        self._close()


class HttpProtocol(HttpToolsProtocol):
    """A connection that answers 400, 408, 431 and 503 by itself.

    Args:
        config: loaded; its application gets the requests.
        state: shared by all ports of the process.
        limits: the bounds.
        count: is called with the status of each answer given here.
        waiting: the connections of the port that have no request at work, the longest idle first.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        state: ServerState,
        limits: Limits,
        count: Callable[[int], None],
        waiting: "dict[HttpProtocol, None]",
    ) -> None:
        super().__init__(config, state, {}, asyncio.get_running_loop())
        self.access_log = False
        self._limits = limits
        self._count = count
        self._waiting = waiting
        self._in_head = True
        self._upgrading = False
        self._requests = 0
        self._head_bytes = self._raw_bytes = self._body_bytes = 0
        self._due = math.inf
        self._unread_since = math.inf
        self._outgoing: _Outgoing | None = None
        self._linger: int | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin a connection; one that is too many takes an idle one's place, or is refused."""
        super().connection_made(transport)
        self._outgoing = _Outgoing(transport, self._finish)
        self._due = self.loop.time() + self._limits.head_seconds
        if len(self.connections) > self._limits.connections:
            idle = next(iter(self._waiting), None)
            if idle is None:
                self._count(503)
                transport.write(answers.raw(503, "too many connections; try again in a moment"))
                transport.close()
                return
            idle.give_way()
        self._waiting[self] = None

    def give_way(self) -> None:
        """End at once, for a connection that may bring a request."""
        del self._waiting[self]
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._waiting.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came; a request that breaks a bound ends the connection."""
        if self._linger is not None:
            self._discard(len(data))
            return
        self._unset_keepalive_if_required()
        requests = self._requests
        try:
            self.parser.feed_data(data)
            if requests == self._requests:
                self._check_overhead(len(data))
        except httptools.HttpParserUpgrade as upgrade:
            self._stay(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            self._malformed(error)
        except _HeadTooLargeError as error:
            self._malformed(error)

    def on_message_begin(self) -> None:
        """Begin a request."""
        if len(self.pipeline) >= self._limits.pipelined:
            raise _PipelineTooLongError
        super().on_message_begin()
        self._requests += 1
        self._in_head = True
        self._head_bytes = self._raw_bytes = self._body_bytes = 0
        self._due = self.loop.time() + self._limits.head_seconds

    def on_url(self, url: bytes) -> None:
        """Take a part of the URL."""
        super().on_url(url)
        if len(self.url) > self._limits.head_bytes:
            raise _HeadTooLargeError

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one header."""
        super().on_header(name, value)
        if len(self.headers) > self._limits.headers:
            raise _HeadTooLargeError
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > self._limits.head_bytes:
            raise _HeadTooLargeError

    def _check_overhead(self, size: int) -> None:
        # Bytes that are no body: a header or trailer without end, which the parser keeps. A
        # chunk of one byte takes six, that is still fair.
        self._raw_bytes += size
        if self._raw_bytes > self._limits.head_bytes + 8 * self._body_bytes:
            raise _HeadTooLargeError

    def on_headers_complete(self) -> None:
        """Hand the request to the application; its body may still come."""
        if self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT":
            self._upgrading = True
            return
        self._in_head = False
        self._waiting.pop(self, None)
        self._due = self.loop.time() + self._limits.body_seconds
        super().on_headers_complete()
        self.cycle.transport = self._outgoing  # type: ignore[assignment]  # what a cycle uses of it

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        if self._upgrading:
            return
        self._due = math.inf
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on with the next request, unless the connection ends here."""
        if self._linger is None:
            super().on_response_complete()
            if self.cycle.response_complete and self.cycle.more_body:
                self._finish()
            elif self.cycle.response_complete and not self.transport.is_closing():
                self._waiting[self] = None

    def pause_writing(self) -> None:
        """The client does not read."""
        super().pause_writing()
        self._unread_since = self.loop.time()

    def resume_writing(self) -> None:
        """The client reads again."""
        super().resume_writing()
        self._unread_since = math.inf

    def _stay(self, rest: bytes) -> None:
        # Some clients (Java's by default) offer HTTP/2 with every request. The parser drops the
        # body of such a request, so it is parsed again as one without the offer.
        self._upgrading = False
        fields = [b"%b: %b\r\n" % header for header in self.headers if header[0] != b"upgrade"]
        head = b"%b %b HTTP/1.1\r\n%b\r\n" % (
            self.parser.get_method(),
            self.url,
            b"".join(fields),
        )
        self.parser = httptools.HttpRequestParser(self)
        self.data_received(head + rest)

    def check(self, now: float) -> None:
        """End the connection when a deadline has passed (`now`: the loop's time)."""
        if now - self._unread_since > self._limits.unread_seconds:
            self.transport.abort()
        elif now > self._due and not self.flow.read_paused and not self._owes_answer():
            what = "headers" if self._in_head else "body"
            self._refuse(408, f"the {what} did not come in time")

    def _owes_answer(self) -> bool:
        """Whether a whole request before the one that is read now has no answer yet."""
        cycle = self.cycle
        return (
            cycle is not None
            and not cycle.response_complete
            and (bool(self.pipeline) or not cycle.more_body)
        )

    def _malformed(self, error: Exception) -> None:
        cause = error.__context__ or error
        if self._owes_answer():
            # An answer now would be taken for that of the earlier request: end after it.
            self.cycle.keep_alive = False
            self.flow.pause_reading()
        elif isinstance(cause, _HeadTooLargeError):
            self._refuse(431, "the headers are too many or too long")
        else:
            self._refuse(400, f"this is no HTTP request: {error}")

    def _refuse(self, status: int, message: str) -> None:
        """Answer and end; an application that still waits for the body sees a disconnect."""
        if self.cycle is not None and not self.cycle.response_complete:
            started = self.cycle.response_started
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            if started:
                self.transport.close()
                return
        self._count(status)
        self.transport.write(answers.raw(status, message))
        self._start_lingering()

    def _finish(self) -> None:
        """End the connection after an answer, without tearing it from a client that still sends."""
        if self.cycle is not None and self.cycle.more_body:
            self._start_lingering()
        else:
            self.transport.close()

    def _start_lingering(self) -> None:
        # Closing with unread data makes the kernel send a reset, which can destroy the answer
        # before the client has read it.
        if self._linger is not None or self.transport.is_closing():
            return
        self._waiting.pop(self, None)
        self._linger = self._limits.linger_bytes
        self._due = math.inf
        self._unset_keepalive_if_required()
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(self._limits.linger_seconds, self.transport.abort)

    def _discard(self, size: int) -> None:
        self._linger = (self._linger or 0) - size
        if self._linger < 0:
            self.transport.abort()
