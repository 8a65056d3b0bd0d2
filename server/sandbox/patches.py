"""JSON merge patch (RFC 7386) and JSON patch (RFC 6902) on parsed JSON; the input is not changed.

A patch that is none answers 400, one that does not fit the object 422, as Kubernetes does. Of the
strategic merge patch there is the part in which it says what a merge patch says.
"""

import copy
from collections.abc import Callable
from typing import Any

import orjson

from server.sandbox.status import StatusError, bad_request, not_merged_here, too_large
from server.sandbox.wire import BODY_LIMIT

type Patch = Callable[[dict[str, Any]], Any]

_MOST_OPERATIONS = 10_000


def merge_patch(patch: Any) -> Patch:
    """Return what a merge patch does to an object.

    Raises:
        StatusError: 400 when the patch is no object.
    """
    if not isinstance(patch, dict):
        raise bad_request("error decoding patch: a merge patch is a JSON object")
    return lambda tree: _merge(tree, patch)


def _merge(tree: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    merged = dict(tree) if isinstance(tree, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _merge(merged.get(key), value)
    return merged


def strategic_patch(patch: Any) -> Patch:
    """Return what a strategic merge patch without lists and directives does to an object.

    How lists are merged stands in Kubernetes' types, which the sandbox does not have.

    Raises:
        StatusError: 400 when the patch is no object, 415 when it has a list or a directive.
    """
    merge = merge_patch(patch)
    if _has_strategy(patch):
        raise not_merged_here()
    return merge


def _has_strategy(node: Any) -> bool:
    if isinstance(node, dict):
        return any(key.startswith("$") or _has_strategy(value) for key, value in node.items())
    return isinstance(node, list)


def json_patch(operations: Any) -> Patch:
    """Return what a JSON patch does to an object.

    Raises:
        StatusError: 400 when the patch is no list of operations, 413 when it has too many;
            the patch itself raises 422 when an operation does not fit.
    """
    if not isinstance(operations, list) or not all(isinstance(one, dict) for one in operations):
        raise bad_request("error decoding patch: a JSON patch is a list of operations")
    if len(operations) > _MOST_OPERATIONS:
        raise too_large(_MOST_OPERATIONS)

    def patch(tree: dict[str, Any]) -> Any:
        root = {"": copy.deepcopy(tree)}
        copied = 0
        for operation in operations:
            try:
                copied += _apply(root, operation)
            except (RecursionError, orjson.JSONEncodeError) as error:
                raise _unfit("the object becomes too deep") from error
            if copied > BODY_LIMIT:
                raise too_large(BODY_LIMIT)
        return root[""]

    return patch


def _apply(root: dict[str, Any], operation: dict[str, Any]) -> int:
    """Carry out one operation; returns how many bytes of JSON it copied."""
    path, verb = _pointer(operation.get("path")), operation.get("op")
    if verb in {"add", "replace", "test"} and "value" not in operation:
        raise _unfit("value is missing")
    match verb:
        case "add":
            _add(root, path, copy.deepcopy(operation["value"]))
        case "remove":
            _remove(root, path)
        case "replace":
            _get(root, path)
            _set(root, path, copy.deepcopy(operation["value"]))
        case "move":
            _move(root, _pointer(operation.get("from")), path)
        case "copy":
            value = copy.deepcopy(_get(root, _pointer(operation.get("from"))))
            _add(root, path, value)
            return len(orjson.dumps(value))
        case "test":
            if _canonical(_get(root, path)) != _canonical(operation["value"]):
                raise _unfit("testing a value failed")
        case _:
            raise _unfit(f"unexpected kind {verb}")
    return 0


def _move(root: dict[str, Any], source: list[str], target: list[str]) -> None:
    if target[: len(source)] == source and target != source:
        raise _unfit("a value cannot be moved into itself")
    value = _get(root, source)
    _remove(root, source)
    _add(root, target, value)


def _pointer(text: Any) -> list[str]:
    """Return the steps of a JSON pointer, below a root that holds the document under ""."""
    if not isinstance(text, str) or (text and not text.startswith("/")):
        raise _unfit("path is missing or no JSON pointer")
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")]


def _get(node: Any, path: list[str]) -> Any:
    for step in path:
        if isinstance(node, dict) and step in node:
            node = node[step]
        elif isinstance(node, list):
            node = node[_index(step, len(node) - 1)]
        else:
            raise _unfit(f"there is no {step}")
    return node


def _add(root: dict[str, Any], path: list[str], value: Any) -> None:
    parent, step = _get(root, path[:-1]), path[-1]
    if isinstance(parent, list):
        parent.insert(len(parent) if step == "-" else _index(step, len(parent)), value)
    else:
        _set(root, path, value)


def _set(root: dict[str, Any], path: list[str], value: Any) -> None:
    parent, step = _get(root, path[:-1]), path[-1]
    if isinstance(parent, list):
        parent[_index(step, len(parent) - 1)] = value
    elif isinstance(parent, dict):
        parent[step] = value
    else:
        raise _unfit(f"{step} has no place here")


def _remove(root: dict[str, Any], path: list[str]) -> None:
    _get(root, path)
    parent, step = _get(root, path[:-1]), path[-1]
    del parent[int(step) if isinstance(parent, list) else step]


def _index(step: str, most: int) -> int:
    plain = step.isascii() and step.isdigit() and (step == "0" or step[0] != "0")
    if not plain or int(step) > most:
        raise _unfit(f"there is no element {step}")
    return int(step)


def _canonical(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _unfit(why: str) -> StatusError:
    return StatusError(422, "Invalid", f"the JSON patch does not apply: {why}")
