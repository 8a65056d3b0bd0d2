"""The sender's id of an event: where it stands and what it may look like."""

from eventsource.source import RefusedError, Request

MAX_LENGTH = 256
HEADERS = (b"ce-id", b"idempotency-key", b"x-github-delivery")
"""Where senders put an id by custom, the first that is there counts."""


def checked(text: str, where: str) -> str:
    """Return `text` as an id; RefusedError (400) unless it is 1 to 256 printable characters."""
    if 0 < len(text) <= MAX_LENGTH and text.isprintable():
        return text
    raise RefusedError(400, f"the id in {where} must be 1 to {MAX_LENGTH} printable characters")


def by_custom(request: Request) -> str | None:
    """Return the id in one of the customary headers; None when there is none."""
    for name in HEADERS:
        if name in request.found:
            return in_header(request, name)
    return None


def in_header(request: Request, name: bytes) -> str | None:
    """Return the id in header `name` (lower case); None without it, 400 if it stands twice."""
    value = request.found.get(name)
    if value is None:
        return None
    where = f"header {name.decode()}"
    repeated = len(request.found) != len(request.headers)
    if repeated and sum(other == name for other, _ in request.headers) > 1:
        raise RefusedError(400, f"{where} stands more than once; an event has one id")
    try:
        return checked(value.decode(), where)
    except UnicodeDecodeError as error:
        raise RefusedError(400, f"{where} is no UTF-8") from error
