"""The door to Kubernetes: a handful of verbs on plain dicts."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any
from urllib.parse import urlencode

import msgspec

from hookline.errors import TemporaryError
from hookline.kube.answer import JSON, Answer, Transport
from hookline.kube.errors import NotFoundError, Request, decoded, error_of
from hookline.kube.resources import WELL_KNOWN, Resource, api_path, group_of, object_path
from hookline.kube.watching import Change, Listing, changes, listing

APPLY = "application/apply-patch+yaml"
JSON_PATCH = "application/json-patch+json"
MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"

_REFUSED = 300
_WATCH_SECONDS = 300
# Who owns the fields that an apply sets; what others have set before is taken over.
_APPLIED_BY = "?fieldManager=hookline&force=true"


class KubeClient:
    """Verbs on the objects of one cluster; each raises the errors of `hookline.kube.errors`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._resources = dict(WELL_KNOWN)

    @property
    def url(self) -> str:
        """The API server's address."""
        return self._transport.url

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def create(
        self, api_version: str, kind: str, namespace: str, body: bytes
    ) -> dict[str, Any]:
        """Create the object that `body` (JSON) holds, and return it as it was stored.

        Raises:
            AlreadyExistsError: the name is taken.
        """
        resource = await self.discover(api_version, kind)
        path = object_path(api_version, resource, namespace)
        request = _request("create", api_version, resource, namespace)
        return await self._send("POST", path, request, body)

    async def get(self, api_version: str, kind: str, namespace: str, name: str) -> dict[str, Any]:
        """Return the object; NotFoundError says whether it or something around it is missing."""
        resource = await self.discover(api_version, kind)
        path = object_path(api_version, resource, namespace, name)
        return await self._send(
            "GET", path, _request("get", api_version, resource, namespace, name)
        )

    async def list(
        self, api_version: str, kind: str, namespace: str, label_selector: str
    ) -> list[dict[str, Any]]:
        """Return the objects that carry the labels, as they are at this moment.

        Without a resourceVersion the answer is a consistent read, never a cache's.
        """
        resource = await self.discover(api_version, kind)
        path = object_path(api_version, resource, namespace, selector=label_selector)
        request = _request("list", api_version, resource, namespace)
        found: list[dict[str, Any]] = (await self._send("GET", path, request)).get("items") or []
        return found

    async def survey(
        self, api_version: str, kind: str, namespace: str, label_selector: str
    ) -> Listing:
        """Return what `hookline.kube.watching` reads of the objects that carry the labels."""
        resource = await self.discover(api_version, kind)
        path = object_path(api_version, resource, namespace, selector=label_selector)
        request = _request("list", api_version, resource, namespace)
        answer = await self._answer("GET", path, request)
        try:
            return listing(answer.body)
        except msgspec.MsgspecError as error:
            raise TemporaryError(f"{request}: the answer is no list", reason="NoAnswer") from error

    async def watch(
        self, api_version: str, kind: str, namespace: str, label_selector: str, version: str
    ) -> AsyncGenerator[Change]:
        """Yield what changes after `version` (of a listing), for some minutes at most.

        Raises:
            TemporaryError: it has expired, or the API server is away: survey again.
        """
        resource = await self.discover(api_version, kind)
        path = object_path(api_version, resource, namespace, selector=label_selector)
        request = _request("watch", api_version, resource, namespace)
        more = urlencode(
            {"watch": "true", "resourceVersion": version, "timeoutSeconds": _WATCH_SECONDS}
        )
        stream = self._transport.stream(f"{path}&{more}", lambda answer: error_of(answer, request))
        async with aclosing(changes(stream)) as found:
            async for change in found:
                yield change

    async def replace(
        self, api_version: str, kind: str, namespace: str, name: str, body: bytes
    ) -> dict[str, Any]:
        """Put the object that `body` (JSON) holds in its place, and return it as it was stored.

        TemporaryError (Conflict) when it was changed since the resourceVersion in `body`.
        """
        resource = await self.discover(api_version, kind)
        path = object_path(api_version, resource, namespace, name)
        request = _request("update", api_version, resource, namespace, name)
        return await self._send("PUT", path, request, body)

    async def patch(
        self, api_version: str, kind: str, namespace: str, name: str, body: bytes, media: str
    ) -> dict[str, Any]:
        """Change an object by `body` (JSON), and return it as it was stored.

        `media` is MERGE, JSON_PATCH (`body` is a list of operations), STRATEGIC (not for kinds that
        a CRD defines) or APPLY, which also creates.
        """
        resource = await self.discover(api_version, kind)
        path = object_path(api_version, resource, namespace, name)
        request = _request("patch", api_version, resource, namespace, name)
        query = _APPLIED_BY if media == APPLY else ""
        return await self._send("PATCH", path + query, request, body, media=media)

    async def delete(self, api_version: str, kind: str, namespace: str, name: str) -> None:
        """Delete the object; NotFoundError when it is not there."""
        resource = await self.discover(api_version, kind)
        path = object_path(api_version, resource, namespace, name)
        request = _request("delete", api_version, resource, namespace, name)
        await self._send("DELETE", path, request)

    async def discover(self, api_version: str, kind: str) -> Resource:
        """Return where a kind is served; one that is found is asked for once.

        Raises:
            NotFoundError: the cluster does not know it (yet); asked again the next time.
        """
        known = self._resources.get((api_version, kind))
        if known is not None:
            return known
        request = Request("discover", group_of(api_version), kind, None)
        served = await self._send("GET", api_path(api_version), request)
        for entry in served.get("resources") or []:
            if entry.get("kind") == kind and "/" not in entry.get("name", "/"):
                found = Resource(entry["name"], namespaced=bool(entry.get("namespaced")))
                self._resources[(api_version, kind)] = found
                return found
        raise NotFoundError(f"the cluster does not know the kind {kind} of {api_version}", "type")

    async def _send(
        self,
        method: str,
        path: str,
        request: Request,
        body: bytes | None = None,
        *,
        media: str = JSON,
    ) -> dict[str, Any]:
        return decoded(await self._answer(method, path, request, body, media=media), request)

    async def _answer(
        self,
        method: str,
        path: str,
        request: Request,
        body: bytes | None = None,
        *,
        media: str = JSON,
    ) -> Answer:
        answer = await self._transport.send(method, path, body, media=media)
        if answer.status >= _REFUSED:
            raise error_of(answer, request)
        return answer


def _request(
    verb: str, api_version: str, resource: Resource, namespace: str, name: str = ""
) -> Request:
    where = namespace if resource.namespaced else None
    return Request(verb, group_of(api_version), resource.plural, where, name)
