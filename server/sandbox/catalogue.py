"""The types the sandbox knows: those it starts with, and those that a CRD adds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

CRD_RESOURCE = "customresourcedefinitions.apiextensions.k8s.io"
NAMESPACES_RESOURCE = "namespaces"
_NATIVE_GROUPS = frozenset({"", "apps", "batch", "apiextensions.k8s.io"})

type NameRule = Literal["subdomain", "label", "dns1035"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of `kubectl get`: where its cells are, as a dotted path (`.status.phase`)."""

    name: str
    type: str
    path: str
    priority: int = 0


AGE = Column("Age", "date", ".metadata.creationTimestamp")


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A type of object and how it is named in URLs.

    Attributes:
        name_rule: what its names must look like.
        runs: a real cluster would act on it; here it is only stored, and the answer says so.
    """

    group: str
    version: str
    kind: str
    plural: str
    singular: str
    short_names: tuple[str, ...] = ()
    namespaced: bool = True
    categories: tuple[str, ...] = ()
    columns: tuple[Column, ...] = (AGE,)
    name_rule: NameRule = "subdomain"
    runs: bool = False

    @property
    def resource(self) -> str:
        """Return the plural with its group, the name of the type in messages and in the store."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def api_version(self) -> str:
        """Return what objects carry as `apiVersion`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def native(self) -> bool:
        """Return whether a real server has this type without a CRD."""
        return self.group in _NATIVE_GROUPS

    @property
    def counts_generations(self) -> bool:
        """Return whether a change raises `metadata.generation`."""
        return self.group != ""


def _argo(
    kind: str, *short_names: str, plural: str = "", namespaced: bool = True, runs: bool = False
) -> ResourceType:
    singular = kind.lower()
    return ResourceType(
        "argoproj.io",
        "v1alpha1",
        kind,
        plural or f"{singular}s",
        singular,
        short_names,
        namespaced,
        columns=(Column("Status", "string", ".status.phase"), AGE)
        if kind == "Workflow"
        else (AGE,),
        runs=runs,
    )


def _native(
    api_version: str,
    kind: str,
    *short_names: str,
    namespaced: bool = True,
    runs: bool = False,
    name_rule: NameRule = "subdomain",
) -> ResourceType:
    group, _, version = api_version.rpartition("/")
    return ResourceType(
        group,
        version,
        kind,
        f"{kind.lower()}s",
        kind.lower(),
        short_names,
        namespaced,
        ("all",) if runs or kind == "Service" else (),
        name_rule=name_rule,
        runs=runs,
    )


NAMESPACE = _native("v1", "Namespace", "ns", namespaced=False, name_rule="label")
CRD = _native(
    "apiextensions.k8s.io/v1", "CustomResourceDefinition", "crd", "crds", namespaced=False
)
BUILT_IN = (
    NAMESPACE,
    _native("v1", "Pod", "po", runs=True),
    _native("v1", "ConfigMap", "cm"),
    _native("v1", "Secret"),
    _native("v1", "Service", "svc", name_rule="dns1035"),
    _native("v1", "Event", "ev"),
    _native("v1", "ServiceAccount", "sa"),
    _native("apps/v1", "Deployment", "deploy", runs=True),
    _native("batch/v1", "Job", runs=True),
    _native("batch/v1", "CronJob", "cj", runs=True),
    CRD,
    _argo("Workflow", "wf", runs=True),
    _argo("WorkflowTemplate", "wftmpl"),
    _argo("CronWorkflow", "cwf", "cronwf", runs=True),
    _argo("ClusterWorkflowTemplate", "clusterwftmpl", "cwft", namespaced=False),
    _argo("EventSource", "es"),
    _argo("Sensor", "sn"),
    _argo("EventBus", "eb", plural="eventbus"),
)


class Catalogue:
    """The types known now, found by their place in the URL."""

    def __init__(self) -> None:
        self._types = {_place(kind): kind for kind in BUILT_IN}

    def __iter__(self) -> Iterator[ResourceType]:
        return iter(self._types.values())

    def find(self, group: str, version: str, plural: str) -> ResourceType | None:
        """Return the type at `/apis/GROUP/VERSION/PLURAL`, or None when it is not known."""
        return self._types.get((group, version, plural))

    def add(self, definition: dict[str, Any]) -> None:
        """Learn the type of a CustomResourceDefinition (instead of ours, where there is one)."""
        kind = from_definition(definition)
        self._types = {**self._without(kind.resource), _place(kind): kind}

    def forget(self, definition: dict[str, Any]) -> None:
        """Unlearn the type of a CustomResourceDefinition; a type we started with comes back."""
        name = definition["metadata"]["name"]
        ours = {_place(kind): kind for kind in BUILT_IN if kind.resource == name}
        self._types = {**self._without(name), **ours}

    def _without(self, resource: str) -> dict[tuple[str, str, str], ResourceType]:
        return {place: kind for place, kind in self._types.items() if kind.resource != resource}


def from_definition(definition: dict[str, Any]) -> ResourceType:
    """Return the type that a valid CustomResourceDefinition describes, in its stored version."""
    spec = definition["spec"]
    names = spec["names"]
    version = next(one for one in spec["versions"] if one.get("storage") is True)
    return ResourceType(
        spec["group"],
        version["name"],
        names["kind"],
        names["plural"],
        names.get("singular") or names["kind"].lower(),
        tuple(names.get("shortNames") or ()),
        spec.get("scope") == "Namespaced",
        tuple(names.get("categories") or ()),
        _columns(version.get("additionalPrinterColumns") or []),
    )


def _columns(written: list[dict[str, Any]]) -> tuple[Column, ...]:
    return tuple(
        Column(one["name"], one["type"], one["jsonPath"], one.get("priority", 0)) for one in written
    ) or (AGE,)


def _place(kind: ResourceType) -> tuple[str, str, str]:
    return kind.group, kind.version, kind.plural
