"""jq's functions on arrays and objects."""

from collections.abc import Callable
from functools import cmp_to_key
from typing import Any

from hookline.language.jq import operators, paths
from hookline.language.jq.values import (
    JqError,
    compare,
    dumps,
    is_number,
    preview,
    to_float,
    to_int,
    type_of,
    typed,
    wrong,
)

_order = cmp_to_key(compare)


def values(value: Any, name: str, *arguments: Any) -> list[Any]:
    """Return the members of an array or object, those of an object by their keys."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        raise wrong(name, value, *arguments)
    return [value[key] for key in sorted(value)]


def _length(value: Any) -> Any:
    if value is None:
        return 0
    if is_number(value):
        return abs(value)
    if isinstance(value, bool):
        raise wrong("length", value)
    return len(value)


def _keys(value: Any) -> list[Any]:
    if isinstance(value, list):
        return list(range(len(value)))
    if isinstance(value, dict):
        return sorted(value)
    raise wrong("keys", value)


def _has(value: Any, key: Any) -> bool:
    if value is None:
        return False
    if isinstance(value, list) and is_number(key):
        return 0 <= to_int(key) < len(value)
    if isinstance(value, dict) and isinstance(key, str):
        return key in value
    raise wrong("has", value, key)


def _to_entries(value: Any) -> list[Any]:
    if not isinstance(value, list | dict):
        raise wrong("to_entries", value)
    return [{"key": key, "value": value[key]} for key in _keys(value)]


def _from_entries(value: Any) -> dict[str, Any]:
    if not isinstance(value, list):
        raise wrong("from_entries", value)
    made: dict[str, Any] = {}
    for entry in value:
        if not isinstance(entry, dict):
            raise wrong("from_entries", entry)
        keys = (entry.get(name) for name in ("key", "Key", "name", "Name"))
        key = next((each for each in keys if each is not None and each is not False), None)
        if not isinstance(key, str):
            problem = f"expected a string for object key but got: {typed(key)}"
            raise JqError(f"from_entries cannot be applied to {preview(value)}: {problem}")
        made[key] = entry["value"] if "value" in entry else entry.get("Value")
    return made


def _add(value: Any) -> Any:
    total = None
    members = values(value, "add")
    if members and all(isinstance(each, str) for each in members):
        return "".join(members)
    if members and all(isinstance(each, list) for each in members):
        return [item for each in members for item in each]
    for each in members:
        total = operators.add(total, each)
    return total


def _reverse(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise wrong("reverse", value)
    return value[::-1]


def contains(value: Any, other: Any) -> bool:
    """Return whether a value holds another one."""
    if is_number(value) and is_number(other):
        return compare(value, other) == 0
    if type(value) is not type(other) or value is None or isinstance(value, bool):
        if type_of(value) == type_of(other) and value == other:
            return True
        raise wrong("contains", value, other)
    if isinstance(value, str):
        return other in value
    if isinstance(value, list):
        return all(any(_contains(one, each) for one in value) for each in other)
    return len(value) >= len(other) and all(
        key in value and _contains(value[key], each) for key, each in other.items()
    )


def _contains(value: Any, other: Any) -> bool:
    try:
        return contains(value, other)
    except JqError:
        return False


def _index(name: str, choose: Callable[[list[int]], Any]) -> Callable[[Any, Any], Any]:
    def find(value: Any, other: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, str) and isinstance(other, str):
            return choose(paths.indices(list(value), list(other)))
        if not isinstance(value, list):
            raise wrong(name, value, other)
        return choose(paths.indices(value, other if isinstance(other, list) else [other]))

    return find


def _flatten(value: Any, *arguments: Any) -> list[Any]:
    members = values(value, "flatten")
    depth = arguments[0] if arguments else -1
    if not is_number(depth):
        raise wrong("flatten", depth)
    if arguments and to_float(depth) < 0:
        raise JqError(f"flatten depth should not be negative: {preview(depth)}")
    return _flattened(members, to_float(depth))


def _flattened(members: list[Any], depth: float) -> list[Any]:
    found: list[Any] = []
    for each in members:
        if isinstance(each, list) and depth != 0:
            found += _flattened(each, depth - 1)
        else:
            found.append(each)
    return found


def _pairs(name: str, value: Any, keys: Any) -> list[tuple[Any, Any]]:
    if not isinstance(value, list):
        raise wrong(name, value)
    return list(zip(value, keys, strict=True))


def _sorted(name: str, value: Any, keys: Any) -> list[tuple[Any, Any]]:
    return sorted(_pairs(name, value, keys), key=lambda pair: _order(pair[1]))


def _sort(name: str) -> Callable[..., Any]:
    return lambda value, *keys: [
        each for each, _ in _sorted(name, value, keys[0] if keys else value)
    ]


def _group(value: Any, keys: Any) -> list[Any]:
    groups: list[list[Any]] = []
    last: Any = None
    for each, key in _sorted("group_by", value, keys):
        if groups and compare(last, key) == 0:
            groups[-1].append(each)
        else:
            groups.append([each])
            last = key
    return groups


def _unique(name: str) -> Callable[..., Any]:
    def unique(value: Any, *keys: Any) -> list[Any]:
        found: list[Any] = []
        last: Any = None
        for each, key in _sorted(name, value, keys[0] if keys else value):
            if not found or compare(last, key) != 0:
                found.append(each)
                last = key
        return found

    return unique


def _extreme(name: str, *, least: bool) -> Callable[..., Any]:
    def choose(value: Any, *keys: Any) -> Any:
        found = _pairs(name, value, keys[0] if keys else value)
        if not found:
            return None
        best, key = found[0]
        for each, other in found[1:]:
            if (compare(key, other) > 0) == least:
                best, key = each, other
        return best

    return choose


def _join(value: Any, between: Any) -> str:
    members = values(value, "join", between)
    if not members:
        return ""
    if len(members) > 1 and not isinstance(between, str):
        raise wrong("join", value, between)
    parts = []
    for each in members:
        if isinstance(each, list | dict):
            raise JqError(f"join cannot be applied to an array including: {typed(each)}")
        parts.append("" if each is None else each if isinstance(each, str) else dumps(each))
    return (between if isinstance(between, str) else "").join(parts)


def _transpose(value: Any) -> list[Any]:
    if not isinstance(value, list) or not all(isinstance(each, list) for each in value):
        raise wrong("transpose", value)
    width = max((len(each) for each in value), default=0)
    return [[each[at] if at < len(each) else None for each in value] for at in range(width)]


def _bsearch(value: Any, other: Any) -> int:
    if not isinstance(value, list):
        raise wrong("bsearch", value, other)
    low, high = 0, len(value)
    while low < high:
        middle = (low + high) // 2
        if compare(value[middle], other) >= 0:
            high = middle
        else:
            low = middle + 1
    return low if low < len(value) and compare(value[low], other) == 0 else -low - 1


def _error(value: Any, *arguments: Any) -> Any:
    raise JqError(arguments[0] if arguments else value)


COLLECTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "length/0": (0, _length),
    "keys/0": (0, _keys),
    "has/1": (1, _has),
    "to_entries/0": (0, _to_entries),
    "from_entries/0": (0, _from_entries),
    "add/0": (0, _add),
    "type/0": (0, type_of),
    "reverse/0": (0, _reverse),
    "contains/1": (1, contains),
    "indices/1": (1, _index("indices", lambda found: found)),
    "index/1": (1, _index("index", lambda found: found[0] if found else None)),
    "rindex/1": (1, _index("rindex", lambda found: found[-1] if found else None)),
    "flatten/0": (0, _flatten),
    "flatten/1": (1, _flatten),
    "min/0": (0, _extreme("min", least=True)),
    "max/0": (0, _extreme("max", least=False)),
    "_min_by/1": (1, _extreme("min_by", least=True)),
    "_max_by/1": (1, _extreme("max_by", least=False)),
    "sort/0": (0, _sort("sort")),
    "_sort_by/1": (1, _sort("sort_by")),
    "_group_by/1": (1, _group),
    "unique/0": (0, _unique("unique")),
    "_unique_by/1": (1, _unique("unique_by")),
    "join/1": (1, _join),
    "setpath/2": (2, paths.put),
    "delpaths/1": (1, paths.without),
    "transpose/0": (0, _transpose),
    "bsearch/1": (1, _bsearch),
    "error/0": (0, _error),
    "error/1": (1, _error),
}
