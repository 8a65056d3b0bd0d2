"""The objects and types together: what every change of an object goes through."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from server.sandbox import native
from server.sandbox.catalogue import CRD, Catalogue, ResourceType
from server.sandbox.history import ChangeKind
from server.sandbox.metadata import wrong_value
from server.sandbox.status import StatusError, bad_request, invalid, not_found, quoted
from server.sandbox.store import Key, Store

type Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """What a request is about: a type, a namespace (empty: none, or all) and a name (or empty)."""

    kind: ResourceType
    namespace: str
    name: str

    @property
    def key(self) -> Key:
        """Return where the object is stored."""
        return Key(self.kind.resource, self.namespace, self.name)


class Objects:
    """The store, and the catalogue that follows the CRDs in it.

    Attributes:
        auto_namespaces: a namespace that is not there is made when something is created in it;
            otherwise that is refused, as a real server does.
    """

    def __init__(self, store: Store, *, auto_namespaces: bool) -> None:
        self.store = store
        self.auto_namespaces = auto_namespaces
        self.catalogue = Catalogue()
        for row in store.rows(CRD.resource):
            self.catalogue.add(orjson.loads(row.body))

    def load(self, target: Target) -> tuple[bytes, Tree]:
        """Return an object as JSON and parsed.

        Raises:
            StatusError: 404 when it is not there.
        """
        body = self.store.get(target.key)
        if body is None:
            raise not_found(target.kind, target.name)
        return body, orjson.loads(body)

    def write(self, target: Target, tree: Tree, change: ChangeKind, *, dry_run: bool) -> bytes:
        """Write (or delete) a checked object, with all that follows from it; returns it as JSON."""
        if dry_run:
            return orjson.dumps(tree)
        try:
            body = self.store.write(target.key, tree, change)
        except orjson.JSONEncodeError as error:  # a patch can nest what was read twice as deep
            raise bad_request(f"the object cannot be stored: {error}") from error
        if native.is_definition(target.kind):
            self._follow(tree, gone=change == "DELETED")
        if native.is_namespace(target.kind) and change == "DELETED":
            self._clear(self.store.keys_in(target.name))
        return body

    def _follow(self, definition: Tree, *, gone: bool) -> None:
        if not gone:
            self.catalogue.add(definition)
            return
        self.catalogue.forget(definition)
        resource = definition["metadata"]["name"]
        rows = list(self.store.rows(resource))
        self._clear([Key(resource, row.namespace, row.name) for row in rows])

    def _clear(self, keys: list[Key]) -> None:
        for key in keys:
            if body := self.store.get(key):
                self.store.write(key, orjson.loads(body), "DELETED")


def check_type(tree: Any, kind: ResourceType) -> None:
    """Refuse a body that is no object of this type.

    Raises:
        StatusError: 400, or 422 for another kind where the type comes from a CRD.
    """
    if not isinstance(tree, dict):
        raise _unrecognized(kind, "couldn't get version/kind", tree)
    if kind.native:
        tree.setdefault("kind", kind.kind)
        tree.setdefault("apiVersion", kind.api_version)
    written, version = tree.get("kind"), tree.get("apiVersion", "")
    if not isinstance(written, str) or not written:
        raise _unrecognized(kind, "Object 'Kind' is missing", tree)
    if version != kind.api_version:
        raise bad_request(
            f"the API version in the data ({version}) does not match the expected API version "
            f"({kind.api_version})"
        )
    if written == kind.kind:
        return
    if kind.native:
        raise bad_request(
            f"{written} in version {quoted(kind.version)} cannot be handled as a {kind.kind}"
        )
    metadata = tree.get("metadata")
    name = str(metadata.get("name", "")) if isinstance(metadata, dict) else ""
    cause = wrong_value("kind", written, f"must be {kind.kind}")
    raise invalid(kind.group, written, name, [cause])


def _unrecognized(kind: ResourceType, why: str, tree: Any) -> StatusError:
    shown = orjson.dumps(tree)[:30].decode("utf-8", "replace")
    message = f"the object provided is unrecognized (must be of type {kind.kind}): {why} ({shown})"
    return bad_request(message)


def check_namespace(target: Target, metadata: Tree) -> None:
    """Refuse an object that says it is in another namespace than the URL (else it is put there).

    Raises:
        StatusError: 400.
    """
    if metadata.get("namespace", target.namespace) != target.namespace:
        raise bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
    if target.namespace:
        metadata["namespace"] = target.namespace


def now() -> str:
    """Return the time as Kubernetes writes it, in whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
