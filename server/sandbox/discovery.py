"""What the server says about itself: versions, groups and types, for `kubectl` and clients."""

from typing import Any

from server.sandbox.catalogue import Catalogue, ResourceType

VERSION = {
    "major": "1",
    "minor": "36",
    "gitVersion": "v1.36.0+hookline-sandbox",
    "gitCommit": "",
    "gitTreeState": "clean",
    "buildDate": "1970-01-01T00:00:00Z",
    "goVersion": "",
    "compiler": "",
    "platform": "hookline/sandbox",
}
_VERBS = (
    "create",
    "delete",
    "deletecollection",
    "get",
    "list",
    "patch",
    "update",
    "watch",
)


def document(segments: tuple[str, ...], catalogue: Catalogue) -> dict[str, Any] | None:
    """Return the discovery document at a path, or None when there is none."""
    match segments:
        case ("version",):
            return VERSION
        case ("api",):
            return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
        case ("api", version):
            return _resources("", version, catalogue)
        case ("apis", *rest):
            return _groups(rest, catalogue)
    return None


def _groups(segments: list[str], catalogue: Catalogue) -> dict[str, Any] | None:
    names = dict.fromkeys(kind.group for kind in catalogue if kind.group)
    match segments:
        case []:
            groups = [_group(name, catalogue) for name in names]
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
        case [name] if name in names:
            return {"kind": "APIGroup", "apiVersion": "v1", **_group(name, catalogue)}
        case [name, version]:
            return _resources(name, version, catalogue)
    return None


def _group(name: str, catalogue: Catalogue) -> dict[str, Any]:
    versions = [
        {"groupVersion": f"{name}/{version}", "version": version}
        for version in dict.fromkeys(kind.version for kind in catalogue if kind.group == name)
    ]
    return {"name": name, "versions": versions, "preferredVersion": versions[0]}


def _resources(group: str, version: str, catalogue: Catalogue) -> dict[str, Any] | None:
    kinds = [kind for kind in catalogue if (kind.group, kind.version) == (group, version)]
    if not kinds:
        return None
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": kinds[0].api_version,
        "resources": [_resource(kind) for kind in kinds],
    }


def _resource(kind: ResourceType) -> dict[str, Any]:
    return {
        "name": kind.plural,
        "singularName": kind.singular,
        "namespaced": kind.namespaced,
        "kind": kind.kind,
        "verbs": _VERBS,
        "shortNames": kind.short_names,
        "categories": kind.categories,
    }
