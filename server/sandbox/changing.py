"""Replace or patch an object, if it is still the one the caller saw."""

from typing import Any

from server.sandbox import metadata as meta
from server.sandbox import native
from server.sandbox.objects import Objects, Target, Tree, check_namespace, check_type
from server.sandbox.patches import Patch
from server.sandbox.status import Cause, bad_request, conflict, invalid

_SERVER_SET = (
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
)
_MODIFIED = (
    "the object has been modified; please apply your changes to the latest version and try again"
)


def patch(objects: Objects, target: Target, change: Patch, *, dry_run: bool = False) -> bytes:
    """Change an object by a patch; returns it as JSON.

    Raises:
        StatusError: 400, 404, 409 or 422.
    """
    _, current = objects.load(target)
    return replace(objects, target, change(current), dry_run=dry_run)


def replace(objects: Objects, target: Target, tree: Any, *, dry_run: bool = False) -> bytes:
    """Put another object in an object's place; returns it as JSON.

    Raises:
        StatusError: 400, 404, 409 or 422.
    """
    body, current = objects.load(target)
    kind, standing = target.kind, current["metadata"]
    check_type(tree, kind)
    metadata = meta.read(tree, kind)
    _check_same(target, metadata, standing)
    metadata |= {part: standing[part] for part in _SERVER_SET if part in standing}
    tree["metadata"] = metadata
    meta.check(metadata, kind, native.complete(kind, tree) + _new_finalizers(metadata, standing))
    metadata["resourceVersion"] = standing["resourceVersion"]
    if tree == current:
        return body
    if "generation" in standing and _content(tree) != _content(current):
        metadata["generation"] += 1
    released = "deletionTimestamp" in metadata and "finalizers" not in metadata
    return objects.write(target, tree, "DELETED" if released else "MODIFIED", dry_run=dry_run)


def _check_same(target: Target, metadata: meta.Metadata, standing: meta.Metadata) -> None:
    if (name := metadata.get("name", "")) != target.name:
        raise bad_request(
            f"the name of the object ({name}) does not match the name on the URL ({target.name})"
        )
    check_namespace(target, metadata)
    uid = metadata.get("uid", standing["uid"])
    if uid != standing["uid"]:
        why = f"Precondition failed: UID in precondition: {uid}, UID in object meta: "
        raise conflict(target.kind, target.name, why + standing["uid"])
    version = metadata.get("resourceVersion", "0")
    if version == "0" and not target.kind.native:
        message = "Invalid value: 0: must be specified for an update"
        cause = Cause("metadata.resourceVersion", "FieldValueInvalid", message)
        raise invalid(target.kind.group, target.kind.plural, target.name, [cause])
    if version not in {"0", standing["resourceVersion"]}:
        raise conflict(target.kind, target.name, _MODIFIED)


def _new_finalizers(metadata: meta.Metadata, standing: meta.Metadata) -> list[Cause]:
    added = sorted(set(metadata.get("finalizers", ())) - set(standing.get("finalizers", ())))
    if "deletionTimestamp" not in standing or not added:
        return []
    message = (
        "Forbidden: no new finalizers can be added if the object is being deleted, found new "
        f"finalizers {', '.join(added)}"
    )
    return [Cause("metadata.finalizers", "FieldValueForbidden", message)]


def _content(tree: Tree) -> Tree:
    return {key: value for key, value in tree.items() if key != "metadata"}
