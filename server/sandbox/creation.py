"""Create an object: its name, its namespace, and what the server adds."""

import secrets
import uuid
from typing import Any

import orjson

from server.sandbox import metadata as meta
from server.sandbox import native
from server.sandbox.catalogue import NAMESPACE
from server.sandbox.objects import Objects, Target, Tree, check_namespace, check_type, now
from server.sandbox.status import Cause, already_exists, forbidden, not_found

FIRST_NAMESPACES = ("default", "kube-system", "argo")
_SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
_SUFFIX_LENGTH = 5
_LONGEST_BASE = 63 - _SUFFIX_LENGTH
_NAME_ATTEMPTS = 8


def create(objects: Objects, target: Target, tree: Any, *, dry_run: bool = False) -> bytes:
    """Create an object in the namespace of `target`; returns it as JSON.

    Raises:
        StatusError: 400, 403, 404, 409 or 422.
    """
    kind = target.kind
    check_type(tree, kind)
    metadata = meta.read(tree, kind)
    check_namespace(target, metadata)
    if target.namespace:
        _need_namespace(objects, target, metadata.get("name", ""), dry_run=dry_run)
    target = Target(kind, target.namespace, _name(objects, target, metadata))
    tree["metadata"] = metadata
    meta.check(metadata, kind, native.complete(kind, tree))
    if standing := objects.store.get(target.key):
        terminating = "deletionTimestamp" in orjson.loads(standing)["metadata"]
        raise already_exists(kind, target.name, terminating=terminating)
    metadata.pop("resourceVersion", None)
    metadata["uid"], metadata["creationTimestamp"] = str(uuid.uuid4()), now()
    if kind.counts_generations:
        metadata["generation"] = 1
    return objects.write(target, tree, "ADDED", dry_run=dry_run)


def create_first_namespaces(objects: Objects) -> None:
    """Make the namespaces that are always there, where they are not."""
    for name in FIRST_NAMESPACES:
        if objects.store.get(_namespace(name).key) is None:
            _make_namespace(objects, name)


def _namespace(name: str) -> Target:
    return Target(NAMESPACE, "", name)


def _make_namespace(objects: Objects, name: str) -> None:
    tree: Tree = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    create(objects, _namespace(name), tree)


def _need_namespace(objects: Objects, target: Target, name: str, *, dry_run: bool) -> None:
    standing = objects.store.get(_namespace(target.namespace).key)
    if standing is None:
        if not objects.auto_namespaces or dry_run:
            raise not_found(NAMESPACE, target.namespace)
        _make_namespace(objects, target.namespace)
    elif b'"deletionTimestamp"' in standing and _is_terminating(standing):
        because = f"namespace {target.namespace} is being terminated"
        cause = Cause("metadata.namespace", "NamespaceTerminating", because)
        why = (
            f"unable to create new content in namespace {target.namespace} because it is being "
            "terminated"
        )
        raise forbidden(target.kind, name, why, (cause,))


def _is_terminating(body: bytes) -> bool:
    return "deletionTimestamp" in orjson.loads(body)["metadata"]


def _name(objects: Objects, target: Target, metadata: meta.Metadata) -> str:
    """Return the name of a new object, made from `generateName` where it has none."""
    base = metadata.get("generateName")
    if "name" in metadata or not base:
        metadata.setdefault("name", "")
        return str(metadata["name"])
    for _ in range(_NAME_ATTEMPTS):
        suffix = "".join(secrets.choice(_SUFFIX_LETTERS) for _ in range(_SUFFIX_LENGTH))
        metadata["name"] = f"{base[:_LONGEST_BASE]}{suffix}"
        name = Target(target.kind, target.namespace, metadata["name"])
        if objects.store.get(name.key) is None:
            break
    return str(metadata["name"])
