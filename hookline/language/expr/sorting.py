"""`sort` and `sortBy`."""

from typing import Any

from hookline.language.expr.runtime import EvaluationError, kind


def sort(values: Any, order: Any = "asc") -> list[Any]:
    """Return a list in order; all its items are of one type."""
    return _sorted(values, "", order)


def sort_by(values: Any, name: Any, order: Any = "asc") -> list[Any]:
    """Return a list of objects in the order of one member."""
    if not isinstance(name, str):
        raise EvaluationError(f"sortBy needs a member's name, not {kind(name)}")
    return _sorted(values, name, order)


def _sorted(values: Any, name: str, order: Any) -> list[Any]:
    if not isinstance(values, list):
        raise EvaluationError(f"{kind(values)} cannot be sorted")
    if order not in ("asc", "desc"):
        raise EvaluationError("the order of sort is asc or desc")
    keys = [_key(value, name) for value in values]
    kinds = {type(key) for key in keys}
    if len(kinds) > 1:
        raise EvaluationError("a list of different types cannot be sorted")
    if len(values) > 1 and not kinds <= {int, float, str}:
        raise EvaluationError(f"{kind(keys[0])} cannot be sorted")
    places = sorted(range(len(values)), key=lambda place: keys[place], reverse=order == "desc")
    return [values[place] for place in places]


def _key(value: Any, name: str) -> Any:
    key = value.get(name) if isinstance(value, dict) else value
    if key is None:
        raise EvaluationError("what is sorted by is not in every item")
    return key
