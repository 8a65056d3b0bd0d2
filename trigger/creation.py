"""Creates an object once: redelivery, retries, replay and several workers are harmless.

A repeat looks for the object by its label first. A name that is taken is success when the object
says that it is ours.
"""

import time
from collections.abc import Callable
from typing import Any

import msgspec

from hookline.decision import object_name
from hookline.errors import PermanentError, TemporaryError
from hookline.kube.client import KubeClient
from hookline.kube.errors import AlreadyExistsError, NotFoundError
from trigger.action import LeaseLostError
from trigger.marks import IDENTITY, TIME_LABEL, carries_hash

type Reference = dict[str, str]


async def create_once(
    kube: KubeClient, tree: dict[str, Any], lease_is_live: Callable[[], bool], *, repeat: bool
) -> Reference:
    """Create a marked object, or find the one that an earlier attempt has created.

    Returns:
        `{apiVersion, kind, namespace, name, uid}`; uid is empty when the object is gone already.

    Raises:
        TemporaryError: as the door says; NameBusy while another's object of that name ends.
        PermanentError: as the door says; NameTaken when another's object has that name.
        LeaseLostError: the delivery may belong to another worker by now.
    """
    tree = await at_home(kube, tree)
    who = tree["apiVersion"], tree["kind"], tree["metadata"].get("namespace", "")
    if repeat:
        found = await kube.list(*who, f"{IDENTITY}={tree['metadata']['labels'][IDENTITY]}")
        if found:
            return reference_to(tree, found[0])
    body = msgspec.json.encode(_timed(tree))
    if not lease_is_live():
        raise LeaseLostError("the lease of the delivery ended before the create")
    try:
        return reference_to(tree, await kube.create(*who, body))
    except AlreadyExistsError:
        return await _owner(kube, tree)


async def at_home(kube: KubeClient, tree: dict[str, Any]) -> dict[str, Any]:
    """Return the object without its namespace if the cluster says that its kind stands in none."""
    resource = await kube.discover(tree["apiVersion"], tree["kind"])
    if resource.namespaced:
        return tree
    metadata = {key: value for key, value in tree["metadata"].items() if key != "namespace"}
    return {**tree, "metadata": metadata}


def _timed(tree: dict[str, Any]) -> dict[str, Any]:
    """Return the object with upstream's label of the moment (milliseconds since 1970)."""
    metadata = tree["metadata"]
    labels = {**metadata["labels"], TIME_LABEL: str(time.time_ns() // 1_000_000)}
    return {**tree, "metadata": {**metadata, "labels": labels}}


async def _owner(kube: KubeClient, tree: dict[str, Any]) -> Reference:
    """Decide whose the object is that has our name already."""
    metadata = tree["metadata"]
    name, home, key = metadata["name"], metadata.get("namespace", ""), metadata["labels"][IDENTITY]
    what = object_name(reference_to(tree, {}))
    try:
        found = await kube.get(tree["apiVersion"], tree["kind"], home, name)
    except NotFoundError as error:
        if error.missing != "object":
            raise
        if carries_hash(name, key):
            return reference_to(tree, {})
        raise _busy(f"{what} existed and is gone") from error
    theirs = found["metadata"]
    if (theirs.get("annotations") or {}).get(IDENTITY) == metadata["annotations"][IDENTITY]:
        return reference_to(tree, found)
    if not theirs.get("deletionTimestamp"):
        raise PermanentError(f"{what} exists and another event made it", reason="NameTaken")
    if carries_hash(name, key):
        return reference_to(tree, found)
    raise _busy(f"{what} of another event is being deleted")


def _busy(message: str) -> TemporaryError:
    return TemporaryError(f"{message}; its name may be free soon", reason="NameBusy")


def reference_to(tree: dict[str, Any], found: dict[str, Any]) -> Reference:
    """Return what names the object `tree`; `found` is what the cluster knows of it, or nothing."""
    metadata = found.get("metadata") or {}
    return {
        "apiVersion": tree["apiVersion"],
        "kind": tree["kind"],
        "namespace": tree["metadata"].get("namespace", ""),
        "name": metadata.get("name") or tree["metadata"]["name"],
        "uid": metadata.get("uid") or "",
    }
