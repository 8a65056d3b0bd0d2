"""jq's paths: what a value has at a path, and the value with that changed or taken out."""

from typing import Any, Final

from hookline.language.jq.values import JqError, compare, is_number, preview, to_int, typed, wrong

_GONE: Final = object()
_MOST_ITEMS = 1_000_000


def clamp(index: int, least: int, most: int) -> int:
    """Return an index that counts from the end when it is negative, within bounds."""
    if index < 0:
        index += most
    return max(least, min(index, most))


def index(value: Any, key: Any) -> Any:
    """Return `value[key]`; JqError where that makes no sense."""
    if isinstance(key, str):
        if value is not None and not isinstance(value, dict):
            raise JqError(f"expected an object but got: {typed(value)}")
        return None if value is None else value.get(key)
    if is_number(key):
        return _item(value, to_int(key))
    if isinstance(key, list):
        if value is not None and not isinstance(value, list):
            raise JqError(f"expected an array but got: {typed(value)}")
        return None if value is None else indices(value, key)
    if isinstance(key, dict):
        if value is None:
            return None
        start, end = _bounds(key)
        return cut(value, start, end)
    raise _bad_key(value, key)


def _item(value: Any, place: int) -> Any:
    if value is None:
        return None
    if not isinstance(value, list | str):
        raise JqError(f"expected an array but got: {typed(value)}")
    place = clamp(place, -1, len(value))
    return value[place] if 0 <= place < len(value) else None


def _bad_key(value: Any, key: Any) -> JqError:
    if isinstance(value, list):
        return JqError(f"expected a number for indexing an array but got: {typed(key)}")
    if isinstance(value, str):
        return JqError(f"expected a number for indexing a string but got: {typed(key)}")
    return JqError(f"expected a string for object key but got: {typed(key)}")


def _bounds(key: dict[str, Any]) -> tuple[Any, Any]:
    if "start" not in key or "end" not in key:
        raise JqError(f'expected "start" and "end" for slicing but got: {typed(key)}')
    return key["start"], key["end"]


def cut(value: Any, start: Any, end: Any) -> Any:
    """Return `value[start:end]`."""
    if value is None:
        return None
    if not isinstance(value, list | str):
        raise JqError(f"expected an array but got: {typed(value)}")
    for bound in (start, end):
        if bound is not None and not is_number(bound):
            raise _bad_key(value, bound)
    first, last = _places(len(value), start, end)
    return value[first:last]


def _places(size: int, start: Any, end: Any) -> tuple[int, int]:
    first = clamp(to_int(start), 0, size) if is_number(start) else 0
    last = clamp(to_int(end), first, size) if is_number(end) else size
    return first, last


def indices(value: list[Any], part: list[Any]) -> list[int]:
    """Return where a list holds another one."""
    if not part:
        return []
    ends = range(len(value) - len(part) + 1)
    return [at for at in ends if compare(value[at : at + len(part)], part) == 0]


def get(value: Any, path: Any) -> Any:
    """Return what is at a path; null where nothing is."""
    if not isinstance(path, list):
        raise wrong("getpath", value, path)
    found = value
    for key in path:
        if found is not None and not isinstance(found, list | dict):
            raise wrong("getpath", value, path)
        try:
            found = index(found, key)
        except JqError as error:
            where = f"getpath({preview(path)}) cannot be applied to {preview(value)}"
            raise JqError(f"{where}: {error}") from error
    return found


def put(value: Any, path: Any, new: Any) -> Any:
    """Return the value with something else at a path."""
    if not isinstance(path, list):
        raise wrong("setpath", value, path)
    try:
        return _update(value, path, 0, new)
    except JqError as error:
        where = f"setpath({preview(path)}; {preview(new)}) cannot be applied to {preview(value)}"
        raise JqError(f"{where}: {error}") from error


def without(value: Any, paths: Any) -> Any:
    """Return the value without what is at some paths."""
    if not isinstance(paths, list):
        raise wrong("delpaths", value, paths)
    left = value
    for path in paths:
        try:
            left = _update(left, _a_path(path), 0, _GONE)
        except JqError as error:
            where = f"delpaths({preview(paths)}) cannot be applied to {preview(value)}"
            raise JqError(f"{where}: {error}") from error
    return _cleaned(left) if paths else value


def _a_path(path: Any) -> list[Any]:
    if not isinstance(path, list):
        raise JqError(f"expected an array but got: {typed(path)}")
    return path


def _update(value: Any, path: list[Any], at: int, new: Any) -> Any:
    if at == len(path):
        return new
    if value is _GONE:
        return value
    key = path[at]
    if isinstance(key, str):
        if value is not None and not isinstance(value, dict):
            raise JqError(f"expected an object but got: {typed(value)}")
        return _update_member(value or {}, path, at, new)
    if not is_number(key) and not isinstance(key, dict):
        raise _bad_key(value if isinstance(value, list) else None, key)
    if value is not None and not isinstance(value, list):
        raise JqError(f"expected an array but got: {typed(value)}")
    change = _update_slice if isinstance(key, dict) else _update_item
    return change(value or [], path, at, new)


def _update_member(value: dict[str, Any], path: list[Any], at: int, new: Any) -> Any:
    key = path[at]
    if new is _GONE and key not in value:
        return value
    return {**value, key: _update(value.get(key), path, at + 1, new)}


def _update_item(value: list[Any], path: list[Any], at: int, new: Any) -> Any:
    place = clamp(to_int(path[at]), -1, len(value))
    if new is _GONE and not 0 <= place < len(value):
        return value
    if place < 0:
        raise JqError(f"array index should not be negative: {preview(to_int(path[at]))}")
    if place >= len(value):
        place = to_int(path[at])
        if place >= _MOST_ITEMS:
            raise JqError(f"array index too large: {preview(place)}")
    changed = value + [None] * (place + 1 - len(value))
    changed[place] = _update(changed[place], path, at + 1, new)
    return changed


def _update_slice(value: list[Any], path: list[Any], at: int, new: Any) -> Any:
    first, last = _places(len(value), *_bounds(path[at]))
    if new is _GONE and first == last:
        return value
    found = _update(value[first:last], path, at + 1, new)
    if found is _GONE:
        return value[:first] + [_GONE] * (last - first) + value[last:]
    if not isinstance(found, list):
        raise JqError(f"expected an array but got: {typed(found)}")
    return value[:first] + found + value[last:]


def _cleaned(value: Any) -> Any:
    if value is _GONE:
        return None
    if isinstance(value, dict):
        return {key: _cleaned(each) for key, each in value.items() if each is not _GONE}
    if isinstance(value, list):
        return [_cleaned(each) for each in value if each is not _GONE]
    return value
