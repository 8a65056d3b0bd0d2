"""Delete objects: at once, or marked until their finalizers are gone."""

from dataclasses import dataclass
from typing import Any

import orjson

from server.sandbox import native
from server.sandbox.objects import Objects, Target, Tree, now
from server.sandbox.selectors import Selection
from server.sandbox.status import bad_request, conflict, forbidden, success


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must be true of an object to be deleted; None: no matter."""

    uid: str | None = None
    version: str | None = None


def conditions(options: Any) -> Conditions:
    """Return the preconditions of `DeleteOptions` (how dependents go is of no effect here).

    Raises:
        StatusError: 400 when it is no such object.
    """
    wanted = options.get("preconditions") or {} if isinstance(options, dict) else None
    if not isinstance(wanted, dict):
        raise bad_request("decoded object cannot be converted to DeleteOptions")
    return Conditions(wanted.get("uid"), wanted.get("resourceVersion"))


def delete(
    objects: Objects, target: Target, only_if: Conditions, *, dry_run: bool = False
) -> bytes:
    """Delete an object; returns a Status, or the object when it waits for its finalizers.

    Raises:
        StatusError: 403, 404 or 409.
    """
    body, tree = objects.load(target)
    metadata = tree["metadata"]
    _check(target, metadata, only_if)
    if native.is_namespace(target.kind) and target.name in native.PROTECTED_NAMESPACES:
        raise forbidden(target.kind, target.name, "this namespace may not be deleted")
    if not metadata.get("finalizers"):
        objects.write(target, tree, "DELETED", dry_run=dry_run)
        return orjson.dumps(success(target.kind, target.name, metadata["uid"]))
    if "deletionTimestamp" in metadata:
        return body
    return _mark(objects, target, tree, dry_run=dry_run)


def delete_all(
    objects: Objects, target: Target, selection: Selection, *, dry_run: bool = False
) -> list[bytes]:
    """Delete the objects of a selection; returns them as they were."""
    deleted: list[bytes] = []
    for row in list(objects.store.rows(selection.resource, selection.namespace)):
        labels = orjson.loads(row.body)["metadata"].get("labels", {})
        if selection.matches(row.namespace, row.name, labels):
            one = Target(target.kind, row.namespace, row.name)
            delete(objects, one, Conditions(), dry_run=dry_run)
            deleted.append(row.body)
    return deleted


def _mark(objects: Objects, target: Target, tree: Tree, *, dry_run: bool) -> bytes:
    metadata = tree["metadata"]
    metadata["deletionTimestamp"], metadata["deletionGracePeriodSeconds"] = now(), 0
    if "generation" in metadata:
        metadata["generation"] += 1
    native.complete(target.kind, tree)
    return objects.write(target, tree, "MODIFIED", dry_run=dry_run)


def _check(target: Target, metadata: Tree, only_if: Conditions) -> None:
    for what, wanted, standing in (
        ("UID", only_if.uid, metadata["uid"]),
        ("ResourceVersion", only_if.version, metadata["resourceVersion"]),
    ):
        if wanted is not None and wanted != standing:
            why = (
                f"the {what} in the precondition ({wanted}) does not match the {what} in record "
                f"({standing}). The object might have been deleted and then recreated"
            )
            raise conflict(target.kind, target.name, why)
