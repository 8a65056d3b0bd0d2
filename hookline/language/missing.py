"""The words for a path that leads nowhere: how far it came, and what it may have meant."""

import difflib
import re
from typing import Any

from hookline.language.jsonpath import JsonPath

_MAX_KEYS = 200
_MAX_KEY_LENGTH = 60
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def explain(path: JsonPath, value: Any) -> str:
    """Say what is missing: the path, the deepest part of it that exists, the closest keys."""
    length, there = path.reach(value)
    prefix = "$" + "".join(map(_step_text, path.steps[:length]))
    if length == len(path.steps):
        return f"{path.text} is missing: it matches nothing below {prefix}"
    return f"{path.text} is missing: {prefix} {_lack(path.steps[length], there)}"


def _lack(step: str | int, there: Any) -> str:
    match there, step:
        case dict(), str():
            return f"has no {step}{_hint(step, there)}"
        case list(), int():
            return f"has {len(there)} elements"
        case _:
            return f"is {_kind(there)}"


def _kind(value: Any) -> str:
    match value:
        case None | bool():
            return "null" if value is None else "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case _:
            return "an array" if isinstance(value, list) else "an object"


def _step_text(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if _NAME.fullmatch(step) else f"[{step!r}]"


def _hint(name: str, there: dict[str, Any]) -> str:
    keys = [key for key in list(there)[:_MAX_KEYS] if len(key) <= _MAX_KEY_LENGTH]
    if close := difflib.get_close_matches(name, keys, n=3):
        return f" (closest: {', '.join(close)})"
    return f" (it has: {', '.join(keys[:5])})" if keys else ""
