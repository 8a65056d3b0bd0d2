"""Says why a path finds nothing: how far it exists, and which keys are close to the next one."""

import difflib
import re
from typing import Any

import msgspec

_DOTS = re.compile(r"(?<!\\)\.")
_SHOWN = 8


def explain(path: str, document: bytes) -> str:
    """Return a sentence for people about a plain gjson path that finds nothing in `document`."""
    try:
        value = msgspec.json.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return f"{path} finds nothing: the document is no JSON, or nested too deep"
    reached: list[str] = []
    for step in _DOTS.split(path):
        found, value_below = _step(value, step.replace("\\", ""))
        if not found:
            break
        reached.append(step)
        value = value_below
    there = f"{'.'.join(reached)} is there" if reached else "nothing of it is there"
    return f"{path} finds nothing: {there}, {_around(value, step)}"


def _step(value: Any, step: str) -> tuple[bool, Any]:
    if isinstance(value, dict) and step in value:
        return True, value[step]
    if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
        return True, value[int(step)]
    return False, None


def _around(value: Any, step: str) -> str:
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if not isinstance(value, dict):
        return f"and holds no members but {msgspec.json.encode(value).decode()[:40]}"
    close = difflib.get_close_matches(step, value, n=3, cutoff=0.5)
    if close:
        return f"close keys: {', '.join(close)}"
    return f"keys there: {', '.join(list(value)[:_SHOWN]) or 'none'}"
