"""The name, labels and annotations by which an object says which event made it."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from hookline import names
from hookline.errors import PermanentError
from trigger.action import Due, Setting

IDENTITY = "hookline.dev/identity"
SENSOR_LABEL = "events.argoproj.io/sensor"
TRIGGER_LABEL = "events.argoproj.io/trigger"
TIME_LABEL = "events.argoproj.io/action-timestamp"

LIMITS = MappingProxyType({"CronWorkflow": names.CRON_WORKFLOW_NAME_LIMIT})
_DNS_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


def full_identity(due: Due) -> str:
    """Return what an object's annotation holds: the event's identity and the firing's key."""
    return f"{due.identity}.{due.key}"


def mark(tree: dict[str, Any], at: Setting, due: Due) -> dict[str, Any]:
    """Return the object with its full name, namespace, labels and annotations; `tree` is changed.

    PermanentError (Invalid) when its metadata cannot carry them.
    """
    metadata = _mapping(tree, "metadata")
    limit = LIMITS.get(str(tree.get("kind")), names.WORKFLOW_NAME_LIMIT)
    metadata["name"] = _name(metadata, due, limit)
    metadata.pop("generateName", None)
    metadata["namespace"] = metadata.get("namespace") or at.namespace
    _mapping(metadata, "labels").update(_labels(at, due))
    _mapping(metadata, "annotations").update(_annotations(due))
    return tree


def carries_hash(name: str, key: str) -> bool:
    """Return whether an object's name was made from the firing's key."""
    return name.endswith(key)


def _mapping(parent: dict[str, Any], key: str) -> dict[str, Any]:
    value = parent.get(key)
    if value is None:
        value = parent[key] = {}
    if not isinstance(value, dict):
        raise PermanentError(f"{key} of the object is no mapping", reason="Invalid")
    return value


def _name(metadata: Mapping[str, Any], due: Due, limit: int) -> str:
    fixed, prefix = metadata.get("name"), metadata.get("generateName")
    if not fixed:
        if not isinstance(prefix, str) or not prefix:
            raise PermanentError("the object has neither name nor generateName", reason="Invalid")
        return names.object_name(prefix, due.key, limit)
    if not isinstance(fixed, str) or not _DNS_NAME.fullmatch(fixed) or len(fixed) > limit:
        raise PermanentError(
            f"{fixed!r} is no name for an object: at most {limit} characters a-z, 0-9, '-' and '.'",
            reason="Invalid",
        )
    return fixed


def _labels(at: Setting, due: Due) -> dict[str, str]:
    return {
        SENSOR_LABEL: names.label_value(at.sensor),
        TRIGGER_LABEL: names.label_value(at.trigger),
        IDENTITY: due.key,
    }


def _annotations(due: Due) -> dict[str, str]:
    return {
        "hookline.dev/event-id": due.event.id,
        "hookline.dev/event-source": due.event.source,
        "hookline.dev/event-name": due.event.name,
        "hookline.dev/event-time": due.event.time,
        "hookline.dev/dependency": due.dependency,
        IDENTITY: full_identity(due),
    }
