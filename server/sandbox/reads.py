"""Get and list: objects or rows, page by page."""

import base64
import binascii
from collections.abc import Iterator
from typing import Any

import orjson

from server.sandbox.catalogue import ResourceType
from server.sandbox.objects import Objects, Target
from server.sandbox.selectors import Selection, field_selector, label_selector
from server.sandbox.status import StatusError, bad_request, expired, too_new
from server.sandbox.store import Row, Store
from server.sandbox.tables import table
from server.sandbox.wire import Request, Response, as_json


def selection(request: Request, target: Target) -> Selection:
    """Return what a list, a watch or a deletecollection asks for.

    Raises:
        StatusError: 400 when a selector cannot be read.
    """
    return Selection(
        target.kind.resource,
        target.namespace or None,
        label_selector(request.query.get("labelSelector", "")),
        field_selector(request.query.get("fieldSelector", "")),
    )


def get(objects: Objects, request: Request, target: Target) -> Response:
    """Answer with one object.

    Raises:
        StatusError: 404 or 406.
    """
    body, tree = objects.load(target)
    if not request.wants_table():
        return Response(body)
    include = request.query.get("includeObject", "")
    metadata = {"resourceVersion": tree["metadata"]["resourceVersion"]}
    return as_json(table(target.kind, [tree], include, metadata))


def list_objects(objects: Objects, request: Request, target: Target) -> Response:
    """Answer with the objects of a selection, at most `limit` of them.

    The pages of one list show the state at the time of each page, but carry the resourceVersion
    of the first, so that a watch from there misses nothing.

    Raises:
        StatusError: 400, 406, 410 or 504.
    """
    wanted, as_table = selection(request, target), request.wants_table()
    version, after = _start(request, objects.store)
    rows = _matching(objects.store, wanted, after)
    bodies, last = _page(rows, request.number("limit"))
    metadata = {"resourceVersion": str(version)}
    if last:
        metadata["continue"] = _token(version, last)
    if not as_table:
        return Response(as_list(target.kind, metadata, bodies))
    trees = [orjson.loads(body) for body in bodies]
    return as_json(table(target.kind, trees, request.query.get("includeObject", ""), metadata))


def as_list(kind: ResourceType, metadata: dict[str, Any], bodies: list[bytes]) -> bytes:
    """Return objects, each already JSON, as the JSON of their list."""
    head = {"kind": f"{kind.kind}List", "apiVersion": kind.api_version, "metadata": metadata}
    return b'%b,"items":[%b]}' % (orjson.dumps(head)[:-1], b",".join(bodies))


def all_bodies(store: Store, wanted: Selection) -> list[bytes]:
    """Return every object of a selection as JSON."""
    return [row.body for row in _matching(store, wanted, None)]


def _matching(store: Store, wanted: Selection, after: tuple[str, str] | None) -> Iterator[Row]:
    rows = store.rows(wanted.resource, wanted.namespace, after=after, label=wanted.one_label)
    if wanted.everything:
        return rows
    return (row for row in rows if wanted.matches(row.namespace, row.name, _labels(wanted, row)))


def _labels(wanted: Selection, row: Row) -> dict[str, str]:
    if not wanted.labels:
        return {}
    labels: dict[str, str] = orjson.loads(row.body)["metadata"].get("labels", {})
    return labels


def _page(rows: Iterator[Row], limit: int) -> tuple[list[bytes], Row | None]:
    """Return the bodies of a page, and its last row when more follow."""
    bodies: list[bytes] = []
    last = None
    for row in rows:
        if 0 < limit == len(bodies):
            return bodies, last
        bodies.append(row.body)
        last = row
    return bodies, None


def _start(request: Request, store: Store) -> tuple[int, tuple[str, str] | None]:
    """Return the resourceVersion a list is given, and behind which (namespace, name) it begins."""
    if token := request.query.get("continue"):
        return _read_token(token)
    asked = request.number("resourceVersion")
    if asked > store.version:
        raise too_new(asked, store.version)
    if request.query.get("resourceVersionMatch") == "Exact" and asked != store.version:
        raise expired("The resourceVersion for the provided list is too old.")
    return store.version, None


def _token(version: int, last: Row) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([version, last.namespace, last.name])).decode()


def _read_token(token: str) -> tuple[int, tuple[str, str]]:
    try:
        version, namespace, name = orjson.loads(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError, TypeError) as error:
        raise _bad_token() from error
    if not (isinstance(version, int) and isinstance(namespace, str) and isinstance(name, str)):
        raise _bad_token()
    return version, (namespace, name)


def _bad_token() -> StatusError:
    return bad_request("invalid continue token: continue key is not valid")
