"""HTTP as the sandbox speaks it: a request with its body bounded, and answers as JSON."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson

from server.sandbox.status import (
    StatusError,
    bad_request,
    not_acceptable,
    too_large,
    unsupported_media_type,
)

type Message = dict[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]

BODY_LIMIT = 3 << 20
_MOST_DIGITS = 18  # fits 64 bits
_JSON = (b"content-type", b"application/json")
_ANY = frozenset({"application/json", "application/*", "*/*"})
_TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True", ""})


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `segments` are the parts of its path."""

    method: str
    segments: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[bytes, bytes]
    receive: Receive

    @classmethod
    def read(cls, scope: Message, receive: Receive) -> "Request":
        """Return the request of an ASGI scope."""
        segments = tuple(scope["path"].strip("/").split("/"))
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        return cls(scope["method"], segments, query, dict(scope["headers"]), receive)

    def flag(self, name: str) -> bool:
        """Return whether a parameter of the query is there and true."""
        return name in self.query and self.query[name] in _TRUE

    def number(self, name: str) -> int:
        """Return a whole number from the query, 0 when it is not given.

        Raises:
            StatusError: 400 when it is no number.
        """
        text = self.query.get(name) or "0"
        digits = text.removeprefix("-")
        if not (text.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS):
            raise bad_request(f"{name}: Invalid value: {text}: it must be a whole number")
        return int(text)

    async def body(self) -> bytes:
        """Return the whole body.

        Raises:
            StatusError: 413 when it is larger than 3 MiB, 400 when the caller left meanwhile.
        """
        parts = bytearray()
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise bad_request("the request ended before its body did")
            parts += message.get("body", b"")
            if len(parts) > BODY_LIMIT:
                raise too_large(BODY_LIMIT)
            if not message.get("more_body"):
                return bytes(parts)

    def content_type(self) -> str:
        """Return the type of the body without its parameters, `application/json` when unsaid."""
        written = self.headers.get(b"content-type", b"application/json")
        return written.decode("latin-1").partition(";")[0].strip().lower()

    async def json(self) -> Any:
        """Return the body, read as JSON.

        Raises:
            StatusError: 415, 413 or 400.
        """
        if self.content_type() != "application/json":
            raise unsupported_media_type(("application/json",))
        return decode(await self.body())

    def wants_table(self) -> bool:
        """Return whether the caller prefers rows and columns to objects.

        Raises:
            StatusError: 406 when the caller takes neither.
        """
        accept = self.headers.get(b"accept", b"").decode("latin-1")
        for clause in accept.split(",") if accept.strip() else ("*/*",):
            media_type, *written = (part.strip() for part in clause.split(";"))
            parameters = dict(part.split("=", 1) for part in written if "=" in part)
            if media_type not in _ANY:
                continue
            if "as" not in parameters:
                return False
            if (parameters["as"], parameters.get("v")) == ("Table", "v1"):
                return True
        raise not_acceptable()


def decode(body: bytes) -> Any:
    """Return JSON as Python values.

    Raises:
        StatusError: 400.
    """
    try:
        value = orjson.loads(body)
        orjson.dumps(value)  # it reads deeper than it can write, and what is read is written
    except orjson.JSONEncodeError as error:
        raise bad_request(f"the body cannot be stored: {error}") from error
    except orjson.JSONDecodeError as error:
        shown = body[:30].decode("utf-8", "replace") or "<empty>"
        message = f"couldn't get version/kind; json parse error: {error} ({shown})"
        raise bad_request(message) from error
    return value


@dataclass(frozen=True, slots=True)
class Response:
    """A whole answer."""

    body: bytes
    code: int = 200
    headers: tuple[tuple[bytes, bytes], ...] = field(default=(_JSON,))

    async def send(self, send: Send) -> None:
        """Send it."""
        length = (b"content-length", str(len(self.body)).encode())
        headers = [*self.headers, length]
        await send({"type": "http.response.start", "status": self.code, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def as_json(value: Any, code: int = 200) -> Response:
    """Return an answer with the value as JSON."""
    return Response(orjson.dumps(value), code)


def warned(response: Response, warning: str) -> Response:
    """Return the answer with a warning that `kubectl` shows."""
    header = (b"warning", f'299 - "{warning}"'.encode())
    return Response(response.body, response.code, (*response.headers, header))


def as_text(text: str, code: int = 200) -> Response:
    """Return an answer in plain text."""
    return Response(text.encode(), code, ((b"content-type", b"text/plain; charset=utf-8"),))


def failure(error: StatusError) -> Response:
    """Return the answer that a failure is."""
    return as_json(error.body, error.code)


def page_not_found() -> Response:
    """Return what Kubernetes answers where it serves nothing, an unknown type for instance."""
    return as_text("404 page not found\n", 404)
