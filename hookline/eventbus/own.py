"""Which messages are the bus's own: a source that took them would make new ones for ever. Pure."""

from hookline.eventbus import frames

# What Hookline says on nats-server, besides events: records, keys, questions and their answers.
_SUBJECTS = ("hookline-", "$KV.hookline-", "$JS.API.", "$JS.ACK.", "_INBOX.")
_PATTERNS = tuple(f"{start}>" if start.endswith(".") else f"{start}*.>" for start in _SUBJECTS)
_EVENTS = ("default.*.*", "default-*.*.*")
_HEADER = b"\r\n" + frames.ID_HEADER.lower().encode() + b":"


def is_own(subject: str, block: bytes | None) -> bool:
    """Return whether Hookline itself said this; its events are known by a header, anywhere.

    Events of Argo Events have no such header, and those of a copied stream still have it.
    """
    return subject.startswith(_SUBJECTS) or (block is not None and _HEADER in block.lower())


def heard_by(pattern: str) -> str | None:
    """Return Hookline's own subjects that a subscription to `pattern` would hear; None if none."""
    tokens = pattern.split(".")
    return next((own for own in (*_EVENTS, *_PATTERNS) if _meet(tokens, own.split("."))), None)


def _meet(wanted: list[str], own: list[str]) -> bool:
    """Return whether one subject can match both; a token of ours may end with `*`."""
    for one, other in zip(wanted, own, strict=False):
        if ">" in {one, other}:
            return True
        begins = other.endswith("*") and one.startswith(other[:-1])
        if one not in {"*", other} and not begins:
            return False
    return len(wanted) == len(own)
