"""Objects as `kubectl get` shows them: rows and columns made by the server."""

from datetime import UTC, datetime
from typing import Any

from server.sandbox.catalogue import Column, ResourceType
from server.sandbox.status import bad_request

_SECOND, _MINUTE, _HOUR, _DAY = (1, "s"), (60, "m"), (3600, "h"), (86400, "d")
_YEAR = (365 * 86400, "y")
# Below so many seconds, an age is written in this unit (and the rest in that one).
_AGES: tuple[tuple[float, tuple[int, str], tuple[int, str] | None], ...] = (
    (120, _SECOND, None),
    (600, _MINUTE, _SECOND),
    (3 * 3600, _MINUTE, None),
    (8 * 3600, _HOUR, _MINUTE),
    (48 * 3600, _HOUR, None),
    (8 * 86400, _DAY, _HOUR),
    (2 * 365 * 86400, _DAY, None),
    (8 * 365 * 86400, _YEAR, _DAY),
    (float("inf"), _YEAR, None),
)
_NAME = {
    "name": "Name",
    "type": "string",
    "format": "name",
    "description": "The name of the object, unique in its namespace.",
    "priority": 0,
}


def table(
    kind: ResourceType, trees: list[dict[str, Any]], include: str, metadata: dict[str, Any]
) -> dict[str, Any]:
    """Return objects as a Table.

    Args:
        kind: their type.
        trees: the objects.
        include: what stands beside each row: `Metadata` (also when empty), `Object` or `None`.
        metadata: of the list they come from.

    Raises:
        StatusError: 400 when `include` is none of these.
    """
    if include not in {"", "Metadata", "Object", "None"}:
        raise bad_request(f'unrecognized includeObject value: "{include}"')
    now = datetime.now(UTC)
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": metadata,
        "columnDefinitions": [_NAME, *map(_definition, kind.columns)],
        "rows": [_row(kind, tree, include, now) for tree in trees],
    }


def _definition(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": column.type,
        "format": "",
        "description": column.path,
        "priority": column.priority,
    }


def _row(kind: ResourceType, tree: dict[str, Any], include: str, now: datetime) -> dict[str, Any]:
    cells = [tree["metadata"]["name"], *(_cell(column, tree, now) for column in kind.columns)]
    return (
        {"cells": cells}
        if include == "None"
        else {"cells": cells, "object": _beside(tree, include)}
    )


def _beside(tree: dict[str, Any], include: str) -> dict[str, Any]:
    if include == "Object":
        return tree
    return {
        "kind": "PartialObjectMetadata",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": tree["metadata"],
    }


def _cell(column: Column, tree: dict[str, Any], now: datetime) -> Any:
    value: Any = tree
    for step in column.path.removeprefix(".").split("."):
        value = value.get(step) if isinstance(value, dict) else None
    if value is None or column.type != "date":
        return value
    try:
        return age((now - datetime.fromisoformat(value)).total_seconds())
    except (TypeError, ValueError):
        return "<invalid>"


def age(seconds: float) -> str:
    """Return a time span as `kubectl` writes it: `5m30s`, `3h`, `2d4h`, `400d`."""
    whole = int(seconds)
    if whole < -1:
        return "<invalid>"
    whole = max(whole, 0)
    (size, unit), rest = next((unit, rest) for until, unit, rest in _AGES if whole < until)
    more = whole % size // rest[0] if rest else 0
    return f"{whole // size}{unit}" + (f"{more}{rest[1]}" if rest and more else "")
