"""The protocol's frames as bytes: what is sent, and the headers of what arrives. Pure."""

from collections.abc import Mapping

from hookline.eventbus.errors import BadSubjectError

# Who made an event's id: MADE by the publisher itself; anything else counts as the sender's.
ID_HEADER = "Hookline-Id"
MADE = "made"

# The one trigger (its key) that an event is meant for: a dead letter that is sent again.
FOR_HEADER = "Hookline-For"

NO_RESPONDERS = 503  # the status when nobody listens on a subject

_VERSION = b"NATS/1.0"
_NO_BREAKS = str.maketrans({"\r": " ", "\n": " "})


def publish(
    subject: str, reply: str, payload: bytes, headers: Mapping[str, str] | None = None
) -> bytes:
    """Return the frame that publishes `payload`; BadSubjectError for a subject with blanks."""
    if " " in subject or not subject.isprintable() or not subject:
        raise BadSubjectError(f"{subject!r} is no subject")
    if not headers:
        return b"PUB %b %b %d\r\n%b\r\n" % (subject.encode(), reply.encode(), len(payload), payload)
    lines = "".join(f"{name}: {value.translate(_NO_BREAKS)}\r\n" for name, value in headers.items())
    block = f"NATS/1.0\r\n{lines}\r\n".encode()
    sizes = b"%d %d" % (len(block), len(block) + len(payload))
    return b"HPUB %b %b %b\r\n%b%b\r\n" % (subject.encode(), reply.encode(), sizes, block, payload)


def status(block: bytes | None) -> tuple[int, str]:
    """Return status code and text of a header block, (503, "No Responders"); (0, "") if none."""
    if not block:
        return 0, ""
    first = block.partition(b"\r\n")[0][len(_VERSION) :].strip()
    code, _, text = first.partition(b" ")
    return (int(code), text.strip().decode("utf-8", "replace")) if code.isdigit() else (0, "")


def headers(block: bytes | None) -> dict[str, str]:
    """Return the headers of a block; of a name that stands twice, the last one."""
    return {name: values[-1] for name, values in all_headers(block).items()}


def all_headers(block: bytes | None) -> dict[str, list[str]]:
    """Return the headers of a block, each with all its values in their order."""
    found: dict[str, list[str]] = {}
    for line in (block or b"").split(b"\r\n")[1:]:
        name, colon, value = line.partition(b":")
        if colon:
            text = value.strip().decode("utf-8", "replace")
            found.setdefault(name.strip().decode("utf-8", "replace"), []).append(text)
    return found
