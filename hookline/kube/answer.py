"""What travels through the door to Kubernetes: requests as bytes, answers as bytes."""

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API server said; header names compare without case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The beginning of the body, for people."""
        return self.body[:200].decode("utf-8", "replace").strip()


class Transport(Protocol):
    """A session with one API server."""

    @property
    def url(self) -> str:
        """The API server's address."""
        ...

    async def send(
        self, method: str, path: str, body: bytes | None = None, *, media: str = JSON
    ) -> Answer:
        """Return the answer to one request; TemporaryError when there is none.

        `path` is percent-encoded and may carry a query; `body` is JSON, sent as the media type
        `media`.
        """
        ...

    def stream(self, path: str, refused: Callable[[Answer], Exception]) -> AsyncGenerator[bytes]:
        """Yield the bytes of a long answer as they come.

        TemporaryError when they end too early; what `refused` makes of an answer above 299.
        """
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...
