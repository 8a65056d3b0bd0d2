"""Server-side apply without its bookkeeping: makes what is missing, merges over what is there.

Who set which field is not remembered, so nothing is in conflict, `force` or not, and a field that
is applied no more stays. Lists are replaced as a whole, for types without a CRD as well.
"""

from typing import Any

import orjson

from hookline.yaml_reader import read_text
from server.sandbox import changing, creation
from server.sandbox.catalogue import ResourceType
from server.sandbox.objects import Objects, Target, Tree
from server.sandbox.status import Cause, bad_request, invalid

_LONGEST_MANAGER = 128


def apply(
    objects: Objects, target: Target, body: bytes, manager: str, *, dry_run: bool = False
) -> tuple[bytes, bool]:
    """Apply an object; returns it as JSON, and whether it was made.

    Args:
        objects: all there are.
        target: which one.
        body: YAML or JSON.
        manager: who applies it; has to be said, and is forgotten.
        dry_run: store nothing.

    Raises:
        StatusError: 400, 403, 404, 409 or 422.
    """
    _check_manager(manager)
    tree = _read(body)
    _check(tree, target)
    if objects.store.get(target.key) is None:
        return creation.create(objects, target, tree, dry_run=dry_run), True
    keeps_nulls = not target.kind.native

    def change(current: Tree) -> Tree:
        return _merged(current, tree, keeps_nulls=keeps_nulls)

    return changing.patch(objects, target, change, dry_run=dry_run), False


def _check_manager(manager: str) -> None:
    if not manager:
        cause = Cause(
            "fieldManager", "FieldValueRequired", "Required value: is required for apply patch"
        )
    elif len(manager.encode("utf-8", "surrogatepass")) > _LONGEST_MANAGER:
        message = f"Too long: may not be more than {_LONGEST_MANAGER} bytes"
        cause = Cause("fieldManager", "FieldValueTooLong", message)
    else:
        return
    raise invalid("meta.k8s.io", "PatchOptions", "", [cause])


def _read(body: bytes) -> Tree:
    try:
        tree = orjson.loads(body)
    except orjson.JSONDecodeError:
        tree = _read_yaml(body)
    if not isinstance(tree, dict):
        raise bad_request("error decoding YAML: this is no object")
    return tree


def _read_yaml(body: bytes) -> Any:
    """Return the first document of a YAML text."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise bad_request("error decoding YAML: this is no UTF-8 text") from error
    documents, mistakes = read_text(text, "the patch")
    if mistakes or not documents:
        why = mistakes[0].message if mistakes else "nothing is there"
        raise bad_request(f"error decoding YAML: {why}")
    return documents[0].body


def _check(tree: Tree, target: Target) -> None:
    _check_type(tree, target.kind)
    metadata = tree.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    if metadata.get("managedFields"):
        raise bad_request("metadata.managedFields must be nil")
    name = metadata.get("name")
    if not name:
        raise bad_request(
            f"the name of the object ({target.name} based on URL) was undeterminable: "
            "name must be provided"
        )
    if name != target.name:
        raise bad_request(
            f"the name of the object ({name}) does not match the name on the URL ({target.name})"
        )


def _check_type(tree: Tree, kind: ResourceType) -> None:
    version, written = tree.get("apiVersion") or "/", tree.get("kind") or ""
    if (version, written) != (kind.api_version, kind.kind):
        raise bad_request(f"invalid object type: {version}, Kind={written}")


def _merged(current: Tree, tree: Tree, *, keeps_nulls: bool) -> Tree:
    merged = dict(current)
    for key, value in tree.items():
        there = merged.get(key)
        if isinstance(there, dict) and isinstance(value, dict):
            merged[key] = _merged(there, value, keeps_nulls=keeps_nulls)
        elif value is None and not keeps_nulls:
            merged.pop(key, None)
        else:
            merged[key] = value
    return merged
