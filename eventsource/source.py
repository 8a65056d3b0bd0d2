"""What a kind of event source is, and what passes between it and the rest of the room."""

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from hookline.block import Block
from hookline.errors import HooklineError
from hookline.manifest import Place
from hookline.secrets import SecretKey


@dataclass(frozen=True, slots=True)
class Happening:
    """Something happened outside.

    Attributes:
        data: the event's data, JSON.
        id: the sender's id (printable, 1 to 256 characters); None when it has none.
        made: whether `id` was made here, so that a second try of the same happening keeps it.
    """

    data: bytes
    id: str | None
    made: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """The event is stored: under which id, and whether the same one was stored before.

    `filtered` says that the source's own filter dropped it instead; then there is no id.
    """

    event_id: str
    duplicate: bool
    filtered: bool = False


type Emit = Callable[[Happening], Awaitable[Receipt]]
"""Stores a happening as an event and returns only then; raises what the bus's publish raises."""


class RefusedError(HooklineError):
    """A request cannot become an event.

    Attributes:
        status: the HTTP status of the answer.
        headers: further headers of the answer.
    """

    def __init__(
        self, status: int, message: str, headers: tuple[tuple[bytes, bytes], ...] = ()
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, whole.

    Attributes:
        method: upper case.
        query: the raw text behind `?`, undecoded.
        headers: (lower-case name, value) pairs in the order they came.
        found: the same by name; of a repeated one the last.
        body: without its Content-Encoding.
    """

    method: str
    query: bytes
    headers: list[tuple[bytes, bytes]]
    found: dict[bytes, bytes]
    body: bytes


type Receive = Callable[[Request], Happening]
"""Makes a happening of a request, purely; RefusedError when it cannot."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an HTTP source is called.

    Attributes:
        port: of the server; path: exact, a `{name}` in it stands for one segment.
        method: the only one allowed.
        max_payload: bytes of a body, inflated.
        token: the secret that a bearer token must equal, or None.
        certificate: the secrets of the port's certificate and its key; None: no TLS.
    """

    port: int
    path: str
    method: str
    max_payload: int
    token: SecretKey | None
    certificate: tuple[SecretKey, SecretKey] | None = None


@dataclass(eq=False)
class Surroundings:
    """What a source that listens by itself is given, besides `emit`.

    Attributes:
        namespace, source, event: whose it is.
        secret: returns what reads a secret anew each time.
        say: takes why nothing can be heard now, in words; None while all is well.
        failed: is called when something heard becomes no event.
        new_id: makes an id for a happening that has none.
        stopping: is set when no more shall be heard; then `grace` is how many seconds are left to
            finish what was.
    """

    namespace: str
    source: str
    event: str
    secret: Callable[[SecretKey], Callable[[], bytes]]
    say: Callable[[str | None], None]
    failed: Callable[[], None]
    new_id: Callable[[], str]
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    grace: float = 0.0

    async def pause(self, seconds: float) -> None:
        """Wait so long, or until it is time to stop."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)


type Listen = Callable[[Emit, Surroundings], Coroutine[Any, Any, None]]
"""Listens for ever; returns after `stopping` is set. What fails is told with `say`, and tried again
by itself."""


class Source(Block):
    """What stands below an event's name in an EventSource: the settings of one kind."""


class ListeningSource(Source):
    """A source that goes and listens by itself; `eventsource.listening` runs it."""

    @abstractmethod
    def compile(self, place: Place) -> Listen | None:
        """Return what listens; None with the mistakes noted."""


class HttpSource(Source):
    """A source that is called by HTTP; `eventsource.http` serves it."""

    @abstractmethod
    def where(self) -> Endpoint:
        """Return where it is called."""

    @abstractmethod
    def compile(self, place: Place) -> Receive | None:
        """Return what makes a happening of a request; None with the mistakes noted."""
