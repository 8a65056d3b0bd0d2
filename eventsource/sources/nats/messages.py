"""What both ways of hearing messages share: their ids, and what becomes no event."""

from collections.abc import Callable

import structlog

from eventsource.identity import MAX_LENGTH
from eventsource.source import Surroundings
from hookline.errors import HooklineError, PermanentError
from hookline.eventbus import frames, own

log = structlog.get_logger(__name__)

type Shape = Callable[[str, bytes, bytes | None], bytes]
"""Makes the event's data of subject, payload and header block; RefusedError when it cannot."""


def sender_id(block: bytes | None) -> str | None:
    """Return the id that the sender gave a message; one that cannot be used counts as none."""
    if not block:
        return None
    found = {name.lower(): value for name, value in frames.headers(block).items()}
    text = found.get("nats-msg-id") or found.get("ce-id") or ""
    return text if 0 < len(text) <= MAX_LENGTH and text.isprintable() else None


def refuse_own(subject: str, block: bytes | None) -> None:
    """Raise PermanentError for what Hookline itself has said: it would hear the event of it too."""
    if own.is_own(subject, block):
        raise PermanentError(
            f"{subject} is a message of Hookline's own bus, and would start events for ever"
        )


def not_an_event(at: Surroundings, error: HooklineError) -> None:
    """Count and tell that a message became no event."""
    at.failed()
    log.warning(
        "no-event",
        every=f"no-event:{at.source}/{at.event}",
        source=at.source,
        event_name=at.event,
        problem=str(error),
    )
