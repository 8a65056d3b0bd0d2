"""What a few types need beside their metadata: defaults that Kubernetes sets, and CRD rules."""

import base64
from typing import Any

from server.sandbox.catalogue import CRD_RESOURCE, NAMESPACES_RESOURCE, ResourceType
from server.sandbox.metadata import required, wrong_value
from server.sandbox.status import Cause

PROTECTED_NAMESPACES = frozenset({"default", "kube-system", "kube-public"})


def complete(kind: ResourceType, tree: dict[str, Any]) -> list[Cause]:
    """Set the defaults of an object that is created or replaced; returns what is wrong with it."""
    match kind.resource:
        case "namespaces":
            return _namespace(tree)
        case "secrets":
            return _secret(tree)
        case "customresourcedefinitions.apiextensions.k8s.io":
            return _definition(tree)
    return []


def is_namespace(kind: ResourceType) -> bool:
    """Return whether the type is the namespaces themselves."""
    return kind.resource == NAMESPACES_RESOURCE


def is_definition(kind: ResourceType) -> bool:
    """Return whether the type is CustomResourceDefinition."""
    return kind.resource == CRD_RESOURCE


def _namespace(tree: dict[str, Any]) -> list[Cause]:
    metadata = tree["metadata"]
    labels = metadata.setdefault("labels", {})
    labels["kubernetes.io/metadata.name"] = metadata["name"]
    phase = "Terminating" if "deletionTimestamp" in metadata else "Active"
    tree["spec"], tree["status"] = {"finalizers": ["kubernetes"]}, {"phase": phase}
    return []


def _secret(tree: dict[str, Any]) -> list[Cause]:
    tree.setdefault("type", "Opaque")
    texts = tree.pop("stringData", None) or {}
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        return [Cause("stringData", "FieldValueInvalid", "Invalid value: its values must be text")]
    if texts:
        encoded = {key: base64.b64encode(text.encode()).decode() for key, text in texts.items()}
        tree["data"] = {**(tree.get("data") or {}), **encoded}
    return []


def _definition(tree: dict[str, Any]) -> list[Cause]:
    spec = tree.get("spec")
    names = spec.get("names") if isinstance(spec, dict) else None
    if not isinstance(spec, dict) or not isinstance(names, dict):
        return [required("spec.names", "")]
    if causes := [*_names(spec, names), *_versions(spec.get("versions"))]:
        return causes
    name = tree["metadata"].get("name", "")
    if name != f"{names['plural']}.{spec['group']}":
        return [wrong_value("metadata.name", name, 'must be spec.names.plural+"."+spec.group')]
    _accept(tree)
    return []


def _names(spec: dict[str, Any], names: dict[str, Any]) -> list[Cause]:
    causes = [] if _is_text(spec.get("group")) else [required("spec.group", "")]
    causes += [
        required(f"spec.names.{part}", "")
        for part in ("kind", "plural")
        if not _is_text(names.get(part))
    ]
    if spec.get("scope") not in ("Cluster", "Namespaced"):
        causes.append(required("spec.scope", ""))
    if not _is_text(names.get("singular", "x")):
        causes.append(_wrong("spec.names.singular"))
    causes += [
        _wrong(f"spec.names.{part}")
        for part in ("shortNames", "categories")
        if not (isinstance(names.get(part, []), list) and all(map(_is_text, names.get(part, []))))
    ]
    return causes


def _versions(versions: Any) -> list[Cause]:
    if not isinstance(versions, list) or not all(isinstance(one, dict) for one in versions):
        return [required("spec.versions", "")]
    stored = [one for one in versions if one.get("storage") is True]
    if len(stored) != 1 or not all(_is_text(one.get("name")) for one in versions):
        message = "must have exactly one version marked as storage version, and names"
        return [Cause("spec.versions", "FieldValueInvalid", f"Invalid value: {message}")]
    columns = stored[0].get("additionalPrinterColumns", [])
    if not isinstance(columns, list) or not all(map(_is_column, columns)):
        return [_wrong("spec.versions.additionalPrinterColumns")]
    return []


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_column(column: Any) -> bool:
    return (
        isinstance(column, dict)
        and all(_is_text(column.get(part)) for part in ("name", "type", "jsonPath"))
        and isinstance(column.get("priority", 0), int)
    )


def _wrong(path: str) -> Cause:
    return Cause(path, "FieldValueTypeInvalid", "Invalid value: it has the wrong type")


def _accept(tree: dict[str, Any]) -> None:
    spec = tree["spec"]
    names = spec["names"]
    names.setdefault("singular", names["kind"].lower())
    names.setdefault("listKind", f"{names['kind']}List")
    stored = [one["name"] for one in spec["versions"] if one.get("storage") is True]
    conditions = [
        {"type": kind, "status": "True", "reason": reason, "message": "the sandbox serves it"}
        for kind, reason in (
            ("NamesAccepted", "NoConflicts"),
            ("Established", "InitialNamesAccepted"),
        )
    ]
    tree["status"] = {"acceptedNames": names, "conditions": conditions, "storedVersions": stored}
