"""Kinds and where they live in the API: plural names, paths, label selectors."""

import re
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import quote, urlencode

from hookline.errors import PermanentError

_SEGMENT = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._:-]*[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind as its API serves it: `workflows`, in namespaces."""

    plural: str
    namespaced: bool


_ARGO = "argoproj.io/v1alpha1"
_RBAC = "rbac.authorization.k8s.io/v1"
WELL_KNOWN = MappingProxyType(
    {
        (_ARGO, "Workflow"): Resource("workflows", namespaced=True),
        (_ARGO, "WorkflowTemplate"): Resource("workflowtemplates", namespaced=True),
        (_ARGO, "CronWorkflow"): Resource("cronworkflows", namespaced=True),
        (_ARGO, "ClusterWorkflowTemplate"): Resource("clusterworkflowtemplates", namespaced=False),
        ("v1", "ConfigMap"): Resource("configmaps", namespaced=True),
        ("v1", "Secret"): Resource("secrets", namespaced=True),
        ("v1", "Namespace"): Resource("namespaces", namespaced=False),
        ("v1", "Node"): Resource("nodes", namespaced=False),
        ("v1", "PersistentVolume"): Resource("persistentvolumes", namespaced=False),
        (_RBAC, "ClusterRole"): Resource("clusterroles", namespaced=False),
        (_RBAC, "ClusterRoleBinding"): Resource("clusterrolebindings", namespaced=False),
    }
)


def cluster_scoped(api_version: str, kind: str) -> bool:
    """Return whether a kind is known, without asking, to stand in no namespace."""
    known = WELL_KNOWN.get((api_version, kind))
    return known is not None and not known.namespaced


def group_of(api_version: str) -> str:
    """Return the API group; the core group is empty."""
    return api_version.partition("/")[0] if "/" in api_version else ""


@lru_cache(maxsize=256)
def api_path(api_version: str) -> str:
    """Return the path of a group and version, which is also where it is discovered."""
    root = "apis" if "/" in api_version else "api"
    return "/".join(["", root, *(_segment(part) for part in api_version.split("/"))])


def object_path(
    api_version: str, resource: Resource, namespace: str, name: str = "", selector: str = ""
) -> str:
    """Return the path of an object, or of a collection (with a label selector or without)."""
    parts = [api_path(api_version)]
    if resource.namespaced:
        parts += ["namespaces", _segment(namespace)]
    parts.append(resource.plural)
    if name:
        parts.append(_segment(name))
    query = f"?{urlencode({'labelSelector': selector})}" if selector else ""
    return "/".join(parts) + query


@lru_cache(maxsize=1024)
def _segment(text: str) -> str:
    """Return one step of a path; names come from events, and none may lead elsewhere."""
    if not _SEGMENT.fullmatch(text):
        raise PermanentError(f"{text!r} is no name that Kubernetes takes", reason="Invalid")
    return quote(text, safe="")
