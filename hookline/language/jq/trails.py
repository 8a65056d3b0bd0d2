"""Where a value came from while a program's paths are followed (`path`, `|=`, `del`).

A trail is None where nobody asks; else the trail before it, the last step, and the value there.
"""

import math
from typing import Any

from hookline.language.jq.values import JqError, typed

type Trail = tuple[Any, Any, Any] | None


def begin(value: Any) -> Trail:
    """Return the trail of a value that paths begin at."""
    return (None, None, value)


def step(trail: Trail, value: Any, key: Any, found: Any) -> Trail:
    """Return the trail of `value[key]`; JqError when it is not the one at its trail."""
    if trail is None:
        return None
    check(trail, value, "against")
    return (trail, key, found)


def check(trail: Trail, value: Any, how: str) -> None:
    """JqError when a value is not the one that its trail leads to."""
    if trail is not None and not _is_intact(value, trail[2]):
        raise JqError(f"invalid path {how}: {typed(value)}")


def _is_intact(value: Any, known: Any) -> bool:
    if isinstance(value, list | dict):
        return value is known
    if type(value) is not type(known):
        return False
    return bool(value == known) or (isinstance(value, float) and math.isnan(value))


def keys(trail: Trail) -> list[Any]:
    """Return the path that a trail is."""
    found: list[Any] = []
    while trail is not None and trail[0] is not None:
        found.append(trail[1])
        trail = trail[0]
    return found[::-1]
