"""What a kind of event source is, and what passes between it and the rest of the room."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

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
    """

    data: bytes
    id: str | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The event is stored: under which id, and whether the same one was stored before."""

    event_id: str
    duplicate: bool


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
    """

    port: int
    path: str
    method: str
    max_payload: int
    token: SecretKey | None


class Source(Block):
    """What stands below an event's name in an EventSource: the settings of one kind."""


class HttpSource(Source):
    """A source that is called by HTTP; `eventsource.http` serves it."""

    @abstractmethod
    def where(self) -> Endpoint:
        """Return where it is called."""

    @abstractmethod
    def compile(self, place: Place) -> Receive | None:
        """Return what makes a happening of a request; None with the mistakes noted."""
