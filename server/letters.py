"""What `hookline deadletters` chooses, and how it shows it."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from hookline.errors import PermanentError
from hookline.event import decode
from hookline.eventbus.redrive import Letter

FIELDS = ("source", "event", "id", "sensor", "trigger", "dependency", "reason", "error")
_ERROR_LENGTH = 60


def chooser(conditions: tuple[str, ...]) -> Callable[[Letter], bool]:
    """Return whether a letter meets all conditions `FIELD=PATTERN` (`*` stands for any text).

    ValueError for a condition that is none.
    """
    pairs = []
    for condition in conditions:
        field, equals, pattern = condition.partition("=")
        if not equals or field not in FIELDS:
            raise ValueError(f"{condition!r} is not FIELD=PATTERN; a FIELD is {', '.join(FIELDS)}")
        pairs.append(("event_id" if field == "id" else field, pattern))
    return lambda letter: all(
        fnmatchcase(getattr(letter, field), pattern) for field, pattern in pairs
    )


def line(letter: Letter) -> str:
    """Return the one line of a list."""
    who = f"{letter.sensor}/{letter.trigger}"
    event = f"{letter.source}/{letter.event}/{letter.event_id}"
    error = letter.error
    if len(error) > _ERROR_LENGTH:
        error = error[: _ERROR_LENGTH - 1] + "…"
    return f"{letter.number:>6}  {letter.at}  {who}  {event}  {letter.reason}: {error}"


def as_json(letter: Letter, body: bytes | None) -> dict[str, Any]:
    """Return a letter with its event: the data where it can be read, else the bytes as text."""
    found: dict[str, Any] = msgspec.to_builtins(letter)
    if body is None:
        return found
    try:
        event = decode(body)
        data = event.value
    except PermanentError:
        return {**found, "raw": body.decode("utf-8", "replace")}
    return {**found, "eventId": event.id, "context": event.context, "data": data}


def as_text(letter: Letter, body: bytes | None) -> str:
    """Return all of a letter, a line each, then its event."""
    found = as_json(letter, body)
    event = {key: found.pop(key) for key in ("context", "data", "raw") if key in found}
    lines = [f"{key:<11} {value}" for key, value in found.items() if value not in ("", 0)]
    if body is None:
        return "\n".join([*lines, "", "its bytes are gone from the event stream"])
    lines += ["", msgspec.json.format(msgspec.json.encode(event)).decode()]
    return "\n".join(lines)
