"""What each method does to a collection and to an object."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from server.sandbox import applying, changing, creation, deletion, reads
from server.sandbox.objects import Objects, Target
from server.sandbox.patches import Patch, json_patch, merge_patch, strategic_patch
from server.sandbox.status import (
    Cause,
    bad_request,
    invalid,
    method_not_allowed,
    unsupported_media_type,
)
from server.sandbox.watches import Watch
from server.sandbox.wire import Request, Response, decode, page_not_found, warned

_PATCHES: Mapping[str, Callable[[Any], Patch]] = MappingProxyType(
    {
        "application/json-patch+json": json_patch,
        "application/merge-patch+json": merge_patch,
    }
)
_STRATEGIC = "application/strategic-merge-patch+json"  # not for types of a CRD
_APPLY = "application/apply-patch+yaml"


async def on_collection(objects: Objects, request: Request, target: Target) -> Response | Watch:
    """Answer a request about the objects of one type, in a namespace or everywhere.

    Raises:
        StatusError: what Kubernetes answers where it refuses.
    """
    if request.method == "GET" and request.flag("watch"):
        return Watch(objects, request, target)
    if request.method == "GET":
        return reads.list_objects(objects, request, target)
    across_namespaces = target.kind.namespaced and not target.namespace
    if across_namespaces and not target.kind.native:
        return page_not_found()
    if request.method == "POST" and not across_namespaces:
        return await _create(objects, request, target)
    if request.method == "DELETE" and not across_namespaces:
        return await _delete_all(objects, request, target)
    if request.method in {"PUT", "PATCH"} and not target.kind.native:
        raise bad_request("name must be provided")
    raise method_not_allowed(target.kind, request.method)


async def on_object(objects: Objects, request: Request, target: Target) -> Response | Watch:
    """Answer a request about one object.

    Raises:
        StatusError: what Kubernetes answers where it refuses.
    """
    match request.method:
        case "GET":
            return reads.get(objects, request, target)
        case "PUT":
            tree = await request.json()
            dry_run = _dry_run(request, "UpdateOptions")
            return Response(changing.replace(objects, target, tree, dry_run=dry_run))
        case "PATCH":
            return await _patch(objects, request, target)
        case "DELETE":
            options = decode(await request.body() or b"{}")
            only_if = deletion.conditions(options)
            dry_run = _dry_run(request, "DeleteOptions", options)
            return Response(deletion.delete(objects, target, only_if, dry_run=dry_run))
    raise method_not_allowed(target.kind, request.method)


async def _create(objects: Objects, request: Request, target: Target) -> Response:
    tree = await request.json()
    dry_run = _dry_run(request, "CreateOptions")
    return _created(creation.create(objects, target, tree, dry_run=dry_run), target)


def _created(body: bytes, target: Target) -> Response:
    answer = Response(body, 201)
    if not target.kind.runs:
        return answer
    return warned(answer, f"the Hookline sandbox stores this {target.kind.kind}, it runs nothing")


async def _delete_all(objects: Objects, request: Request, target: Target) -> Response:
    options = decode(await request.body() or b"{}")
    deletion.conditions(options)
    dry_run = _dry_run(request, "DeleteOptions", options)
    wanted = reads.selection(request, target)
    bodies = deletion.delete_all(objects, target, wanted, dry_run=dry_run)
    metadata = {"resourceVersion": str(objects.store.version)}
    return Response(reads.as_list(target.kind, metadata, bodies))


async def _patch(objects: Objects, request: Request, target: Target) -> Response:
    media = request.content_type()
    if media == _APPLY:
        return await _apply(objects, request, target)
    patches = {**_PATCHES, _STRATEGIC: strategic_patch} if target.kind.native else _PATCHES
    read = patches.get(media)
    if read is None:
        raise unsupported_media_type((*patches, _APPLY))
    if "force" in request.query:
        message = "Forbidden: may not be specified for non-apply patch"
        cause = Cause("force", "FieldValueForbidden", message)
        raise invalid("meta.k8s.io", "PatchOptions", "", [cause])
    patch = read(decode(await request.body()))
    dry_run = _dry_run(request, "PatchOptions")
    return Response(changing.patch(objects, target, patch, dry_run=dry_run))


async def _apply(objects: Objects, request: Request, target: Target) -> Response:
    dry_run = _dry_run(request, "PatchOptions")
    manager = request.query.get("fieldManager", "")
    body = await request.body()
    applied, made = applying.apply(objects, target, body, manager, dry_run=dry_run)
    return _created(applied, target) if made else Response(applied)


def _dry_run(request: Request, options_kind: str, options: Any = None) -> bool:
    """Return whether nothing is to be stored.

    Raises:
        StatusError: 422 when it is said in a way that is not known, so that nothing is stored.
    """
    wanted = (options or {}).get("dryRun") or request.query.get("dryRun")
    if wanted in (None, "", "All", ["All"]):
        return bool(wanted)
    cause = Cause("dryRun", "FieldValueNotSupported", f'Unsupported value: "{wanted}"')
    raise invalid("meta.k8s.io", options_kind, "", [cause])
