"""Changes an object that is there: update, edit, patch, amend and delete, each at least once.

Update and patch create what is missing, as in Argo Events. A change that came in between is a
Conflict, which is temporary: the next attempt reads anew.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from hookline.errors import TemporaryError
from hookline.kube.client import JSON_PATCH, KubeClient
from hookline.kube.errors import AlreadyExistsError, NotFoundError
from trigger.action import LeaseLostError
from trigger.creation import Reference, at_home, reference_to
from trigger.operations import operations

type Tree = dict[str, Any]
type Lease = Callable[[], bool]

_encode = msgspec.json.Encoder().encode


async def update(kube: KubeClient, tree: Tree, lease_is_live: Lease) -> Reference:
    """Merge the object over the one that is there, or create it."""
    tree = await at_home(kube, tree)
    try:
        live = await kube.get(*_whose(tree))
    except NotFoundError as error:
        return await _create(kube, tree, lease_is_live, error)
    body = _encode(merged(live, tree))
    _check(lease_is_live)
    return reference_to(tree, await kube.replace(*_whose(tree), body))


async def edit(
    kube: KubeClient, tree: Tree, change: Callable[[Tree], Tree], lease_is_live: Lease
) -> Reference:
    """Change the object that is there (`tree` only names it); NotFoundError when there is none."""
    tree = await at_home(kube, tree)
    body = _encode(change(await kube.get(*_whose(tree))))
    _check(lease_is_live)
    return reference_to(tree, await kube.replace(*_whose(tree), body))


async def patch(kube: KubeClient, tree: Tree, lease_is_live: Lease, *, media: str) -> Reference:
    """Patch the object that is there with the whole of `tree`, or create it."""
    tree = await at_home(kube, tree)
    _check(lease_is_live)
    try:
        return reference_to(tree, await kube.patch(*_whose(tree), _encode(tree), media))
    except NotFoundError as error:
        return await _create(kube, tree, lease_is_live, error)


async def amend(kube: KubeClient, tree: Tree, lease_is_live: Lease) -> Reference:
    """Carry out a JSON patch on the object that is there; NotFoundError when there is none."""
    tree = await at_home(kube, tree)
    body = _encode(operations(tree))
    _check(lease_is_live)
    return reference_to(tree, await kube.patch(*_whose(tree), body, JSON_PATCH))


async def delete(kube: KubeClient, tree: Tree, lease_is_live: Lease) -> Reference:
    """Delete the object; one that is gone already is as good."""
    tree = await at_home(kube, tree)
    _check(lease_is_live)
    try:
        await kube.delete(*_whose(tree))
    except NotFoundError as error:
        if error.missing == "type":
            raise
    return reference_to(tree, {})


def merged(old: Tree, new: Tree) -> Tree:
    """Return `old` with what `new` says: deep in mappings, whole in lists.

    As in Argo Events, what is empty in `new` (null, "", 0, false, {}, []) leaves `old` as it is.
    """
    result = dict(old)
    for key, value in new.items():
        there = result.get(key)
        if isinstance(there, dict) and isinstance(value, dict):
            result[key] = merged(there, value)
        elif value or (key not in result and value is not None):
            result[key] = value
    return result


async def _create(
    kube: KubeClient, tree: Tree, lease_is_live: Lease, missing: NotFoundError
) -> Reference:
    if missing.missing != "object":
        raise missing
    who = _whose(tree)
    _check(lease_is_live)
    try:
        return reference_to(tree, await kube.create(*who[:3], _encode(tree)))
    except AlreadyExistsError as error:
        message = f"{error}; somebody else made it in between"
        raise TemporaryError(message, reason="Conflict") from error


def _whose(tree: Tree) -> tuple[str, str, str, str]:
    metadata = tree["metadata"]
    return tree["apiVersion"], tree["kind"], metadata.get("namespace", ""), metadata["name"]


def _check(lease_is_live: Lease) -> None:
    if not lease_is_live():
        raise LeaseLostError("the lease of the delivery ended before the change")
