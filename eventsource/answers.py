"""HTTP answers of webhooks: JSON, one write of headers and one of the body."""

import math
from http import HTTPStatus
from typing import Any

import msgspec

from eventsource.source import Receipt, RefusedError
from hookline.errors import HooklineError, PermanentError, TemporaryError

type Headers = tuple[tuple[bytes, bytes], ...]
_encode = msgspec.json.Encoder().encode
CLOSE = (b"connection", b"close")


def stored(receipt: Receipt) -> bytes:
    """Return the body of a 200 answer."""
    if receipt.filtered:
        return _encode({"filtered": True})
    if receipt.duplicate:
        return _encode({"eventId": receipt.event_id, "duplicate": True})
    return _encode({"eventId": receipt.event_id})


def error(message: str) -> bytes:
    """Return the body of any other answer."""
    return _encode({"error": message})


def retry_after(seconds: float | None) -> tuple[bytes, bytes]:
    """Return the header that tells when to come again, at least one second."""
    return (b"retry-after", b"%d" % max(1, math.ceil(seconds or 1)))


def busy(message: str) -> RefusedError:
    """Return the refusal for what may work in a moment."""
    return RefusedError(503, message, (retry_after(None),))


def refusal(failure: HooklineError) -> RefusedError:
    """Return how a failure of the bus or of a secret is told to the sender."""
    if isinstance(failure, TemporaryError):
        message = "the event could not be stored for sure; send it again, with the same id"
        return RefusedError(503, message, (retry_after(failure.delay),))
    if isinstance(failure, PermanentError) and failure.reason == "TooLarge":
        return RefusedError(413, "the event is larger than the event bus takes")
    return RefusedError(500, "the event could not be stored; the server's log says why")


async def send(
    answer: Any, status: int, body: bytes, headers: Headers = (), kind: bytes = b"application/json"
) -> None:
    """Send a whole answer over ASGI's `send`."""
    await answer(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", kind),
                (b"content-length", b"%d" % len(body)),
                *headers,
            ],
        }
    )
    await answer({"type": "http.response.body", "body": body})


def raw(status: int, message: str) -> bytes:
    """Return a whole answer for the wire, for what fails before it is a request."""
    body = error(message)
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
    again = "retry-after: 1\r\n" if status == HTTPStatus.SERVICE_UNAVAILABLE else ""
    fields = f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return f"{head}{fields}{again}connection: close\r\n\r\n".encode() + body
