"""An event's data as the variables of an expression."""

from collections.abc import Mapping
from typing import Any

MAX_PARTS = 50


def make_variables(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the top members with `_` for `-`; dotted names become objects in objects.

    A name that is the beginning of a dotted one (`a` beside `a.b`) gives way to it.
    """
    found: dict[str, Any] = {}
    named = {name.replace("-", "_"): value for name, value in data.items()}
    if not any("." in name for name in named):
        return named
    for name, value in named.items():
        if not any(other.startswith(f"{name}.") for other in named):
            _put(found, name.split(".", MAX_PARTS), value)
    return found


def _put(found: dict[str, Any], parts: list[str], value: Any) -> None:
    *parents, last = parts
    for part in parents:
        inner = found.setdefault(part, {})
        if not isinstance(inner, dict):
            return
        found = inner
    found[last] = value
