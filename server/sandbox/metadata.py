"""The `metadata` of an object: read with its types checked, and held to Kubernetes' rules."""

from typing import Any

from server.sandbox import syntax
from server.sandbox.catalogue import ResourceType
from server.sandbox.status import Cause, StatusError, bad_request, invalid, quoted

type Metadata = dict[str, Any]

_TEXTS = ("name", "generateName", "namespace", "resourceVersion", "uid")
_TEXT_MAPS = ("labels", "annotations")
_ANNOTATIONS_LIMIT = 256 * 1024


def read(tree: dict[str, Any], kind: ResourceType) -> Metadata:
    """Return the parts of an object's metadata that a caller may set; others are dropped.

    Raises:
        StatusError: 400 when a part has the wrong type.
    """
    written = {} if tree.get("metadata") is None else tree["metadata"]
    if not isinstance(written, dict):
        raise _wrong_type(kind, written, "metadata", "ObjectMeta")
    metadata: Metadata = {}
    for part in _TEXTS:
        _keep(metadata, part, written.get(part), isinstance(written.get(part), str), kind)
    for part in _TEXT_MAPS:
        _keep(metadata, part, written.get(part), _is_text_map(written.get(part)), kind)
    finalizers, owners = written.get("finalizers"), written.get("ownerReferences")
    _keep(metadata, "finalizers", finalizers, _is_list_of(finalizers, str), kind)
    _keep(metadata, "ownerReferences", owners, _is_list_of(owners, dict), kind)
    return metadata


def _keep(metadata: Metadata, part: str, value: Any, right: bool, kind: ResourceType) -> None:  # noqa: FBT001 - the verdict on value
    if value is not None and not right:
        raise _wrong_type(kind, value, f"metadata.{part}", part)
    if value:
        metadata[part] = value


def _is_text_map(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())


def _is_list_of(value: Any, wanted: type) -> bool:
    return isinstance(value, list) and all(isinstance(one, wanted) for one in value)


def _wrong_type(kind: ResourceType, value: Any, path: str, wanted: str) -> StatusError:
    message = (
        f"{kind.kind} in version {quoted(kind.version)} cannot be handled as a {kind.kind}: "
        f"json: cannot unmarshal {type(value).__name__} into field {path} ({wanted})"
    )
    return bad_request(message)


def check(metadata: Metadata, kind: ResourceType, extra: list[Cause]) -> None:
    """Refuse metadata that breaks a rule.

    Args:
        metadata: what `read` returned, with the final name and namespace in it.
        kind: the type of the object.
        extra: what else is already known to be wrong with the object.

    Raises:
        StatusError: 422 with a cause for every broken rule.
    """
    causes = [*_names(metadata, kind), *_labels(metadata), *_annotations(metadata)]
    for finalizer in metadata.get("finalizers", ()):
        causes += _wrong("metadata.finalizers", finalizer, syntax.key(finalizer))
    causes += extra
    if causes:
        raise invalid(kind.group, kind.kind, metadata.get("name", ""), causes)


def wrong_value(path: str, value: str, message: str) -> Cause:
    """Return the cause that says why a text is not allowed where it stands."""
    return Cause(path, "FieldValueInvalid", f"Invalid value: {quoted(value)}: {message}")


def required(path: str, message: str) -> Cause:
    """Return the cause that says that something is missing."""
    return Cause(path, "FieldValueRequired", f"Required value: {message}".removesuffix(": "))


def _wrong(path: str, value: str, messages: list[str]) -> list[Cause]:
    return [wrong_value(path, value, message) for message in messages]


def _names(metadata: Metadata, kind: ResourceType) -> list[Cause]:
    name = metadata.get("name", "")
    if not name:
        return [required("metadata.name", "name or generateName is required")]
    causes: list[Cause] = []
    if base := metadata.get("generateName", ""):
        # A dash at the end is fine, as something follows it; Kubernetes masks it like this.
        masked = f"{base[:-2]}a" if base.endswith("-") and len(base) > 1 else base
        causes += _wrong("metadata.generateName", base, syntax.name(kind.name_rule, masked))
    return causes + _wrong("metadata.name", name, syntax.name(kind.name_rule, name))


def _labels(metadata: Metadata) -> list[Cause]:
    causes: list[Cause] = []
    for key, value in metadata.get("labels", {}).items():
        causes += _wrong("metadata.labels", key, syntax.key(key))
        causes += _wrong("metadata.labels", value, syntax.label_value(value))
    return causes


def _annotations(metadata: Metadata) -> list[Cause]:
    causes: list[Cause] = []
    size = 0
    for key, value in metadata.get("annotations", {}).items():
        causes += _wrong("metadata.annotations", key, syntax.key(key.lower()))
        size += len(key.encode()) + len(value.encode())
    if size > _ANNOTATIONS_LIMIT:
        message = f"Too long: may not be more than {_ANNOTATIONS_LIMIT} bytes"
        causes.append(Cause("metadata.annotations", "FieldValueTooLong", message))
    return causes
