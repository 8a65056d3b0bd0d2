"""Doors to NATS and to Kubernetes that hold one request of a worker, so that it can be killed then.

A `Hold` counts the requests that move a join on, through both doors: what is published to the
joins and to the decisions, the acknowledgements, and all that Kubernetes is asked. The n-th is
held BEFORE it reaches its server, or AFTER the server has done it and the worker knows nothing yet.
"""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import Enum

import pytest
from faulty_api import Answer, FaultyApi

_OURS = re.compile(rb"\$KV\.hookline-joins\.|hookline-decisions\.|\$JS\.ACK\.")
_DEADLINE = 60.0


class When(Enum):
    BEFORE = "before"
    AFTER = "after"


class Hold:
    """Holds the request number `number` (from 1; 0: none), at `when`.

    Attributes:
        seen: the requests that were counted, in their order.
        held: set when the request is held.
    """

    def __init__(self, number: int, when: When) -> None:
        self.when = when
        self.seen: list[str] = []
        self.held = threading.Event()
        self._number = number
        self._armed = False
        self._over = threading.Event()
        self._lock = threading.Lock()

    def arm(self) -> None:
        """Count from now on."""
        self._armed = True

    def is_the_one(self, request: str) -> bool:
        """Count a request; whether it is the one to hold."""
        with self._lock:
            if not self._armed:
                return False
            self.seen.append(request)
            return len(self.seen) == self._number

    def stay(self) -> None:
        """Hold the caller until the end."""
        self.held.set()
        self._over.wait(_DEADLINE)

    def end(self) -> None:
        """Let go who is held; the worker must be dead."""
        self._over.set()


def hold_api(api: FaultyApi, hold: Hold) -> None:
    """Let a Kubernetes API hold what `hold` says."""
    chosen: list[tuple[str, str]] = []

    def stay() -> Answer:
        hold.stay()
        return Answer(0)

    def before(method: str, path: str) -> Answer | None:
        if not hold.is_the_one(f"{method} {path.partition('?')[0]}"):
            return None
        if hold.when is When.BEFORE:
            return stay()
        chosen.append((method, path))
        return None

    def after(method: str, path: str) -> Answer | None:
        return stay() if (method, path) in chosen else None

    api.before, api.after = before, after


class HoldingNats:
    """A proxy to the nats-server at `port`; `url` is where workers reach it."""

    def __init__(self, port: int, hold: Hold) -> None:
        self._port = port
        self._hold = hold
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"nats://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        self._hold.end()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                _Pair(client, socket.create_connection(("127.0.0.1", self._port)), self._hold)


class _Pair:
    """One worker's connection and the proxy's own to the server."""

    def __init__(self, client: socket.socket, server: socket.socket, hold: Hold) -> None:
        self._client = client
        self._server = server
        self._hold = hold
        self._chosen: bytes | None = None  # the address of the answer that must not come
        for work, end in ((self._to_server, client), (self._to_client, server)):
            threading.Thread(target=self._run, args=(work, end), daemon=True).start()

    def _run(self, work: Callable[[], None], own: socket.socket) -> None:
        """Do one direction's work; each closes the end that it reads, after both are over."""
        with suppress(OSError, ValueError):
            work()
        for end in (self._client, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        own.close()

    def _to_server(self) -> None:
        for line, body in _frames(self._client, b"PUB", b"HPUB"):
            if not _is_ours(line, body) or not self._hold.is_the_one(_label(line)):
                self._server.sendall(line + body)
                continue
            if self._hold.when is When.AFTER:
                reply = line.split()[2] if _has_reply(line) else b"PONG"
                self._chosen = reply
                self._server.sendall(line + body + (b"PING\r\n" if reply == b"PONG" else b""))
                self._hold.held.wait(_DEADLINE)
            self._hold.stay()
            return

    def _to_client(self) -> None:
        for line, body in _frames(self._server, b"MSG", b"HMSG"):
            words = line.split()
            if self._chosen is not None and self._chosen in words[:2]:
                self._hold.stay()
                return
            self._client.sendall(line + body)


def _frames(end: socket.socket, *with_body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the lines of the NATS protocol, each with the body that follows (or b"")."""
    with end.makefile("rb") as stream:
        while line := stream.readline():
            words = line.split()
            has_body = bool(words) and words[0].upper() in with_body
            yield line, stream.read(int(words[-1]) + 2) if has_body else b""


def _is_ours(line: bytes, body: bytes) -> bool:
    words = line.split()
    if words[0].upper() not in (b"PUB", b"HPUB") or not _OURS.match(words[1]):
        return False
    # "In progress" is said when time has passed, and moves nothing.
    return not body.startswith(b"+WPI")


def _has_reply(line: bytes) -> bool:
    words = line.split()
    return len(words) == {b"PUB": 4, b"HPUB": 5}[words[0].upper()]


def _label(line: bytes) -> str:
    subject = line.split()[1].decode()
    for word, name in (("joins", "hand"), ("decisions", "record"), ("ACK", "acknowledgement")):
        if word in subject:
            return name
    raise ValueError(subject)


@pytest.fixture
def holding_nats() -> Iterator[Callable[[int, Hold], HoldingNats]]:
    """Return a function that puts a proxy before the nats-server at a port."""
    made: list[HoldingNats] = []

    def make(port: int, hold: Hold) -> HoldingNats:
        made.append(HoldingNats(port, hold))
        return made[-1]

    yield make
    for proxy in made:
        proxy.stop()
