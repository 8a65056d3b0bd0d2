"""The name, labels and annotations by which an object says which event made it."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from hookline import names
from hookline.errors import PermanentError
from hookline.kube.resources import cluster_scoped
from trigger.action import Due, Setting

IDENTITY = "hookline.dev/identity"
SENSOR_LABEL = "events.argoproj.io/sensor"
TRIGGER_LABEL = "events.argoproj.io/trigger"
TIME_LABEL = "events.argoproj.io/action-timestamp"

# Longest names of kinds that are stricter than Kubernetes itself.
LIMITS = MappingProxyType(
    {
        "Workflow": names.WORKFLOW_NAME_LIMIT,
        "CronWorkflow": names.CRON_WORKFLOW_NAME_LIMIT,
    }
)
NAME_LIMIT = 253
_DNS_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
# Roles and a few others may have more in their names.
_ANY_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._:-]*[A-Za-z0-9])?")


def full_identity(due: Due) -> str:
    """Return what an object's annotation holds: the event's identity and the firing's key."""
    return f"{due.identity}.{due.key}"


def mark(tree: dict[str, Any], at: Setting, due: Due) -> dict[str, Any]:
    """Return the object with its full name, namespace, labels and annotations; `tree` is changed.

    PermanentError (Invalid) when its metadata cannot carry them.
    """
    metadata = _mapping(tree, "metadata")
    if metadata.get("name"):
        check_name(tree)
    else:
        metadata["name"] = _generated(metadata, due, str(tree.get("kind")))
    metadata.pop("generateName", None)
    settle(tree, at)
    _mapping(metadata, "labels").update(_labels(at, due))
    _mapping(metadata, "annotations").update(_annotations(due))
    return tree


def settle(tree: dict[str, Any], at: Setting) -> dict[str, Any]:
    """Give an object without a namespace the Sensor's, and none to what belongs to the cluster.

    PermanentError (Invalid) when its metadata or namespace is none.
    """
    metadata = _mapping(tree, "metadata")
    if cluster_scoped(str(tree.get("apiVersion")), str(tree.get("kind"))):
        metadata.pop("namespace", None)
    else:
        metadata["namespace"] = metadata.get("namespace") or at.namespace
        if not isinstance(metadata["namespace"], str):
            raise PermanentError(
                f"{metadata['namespace']!r} is no name of a namespace", reason="Invalid"
            )
    return tree


def check_name(tree: dict[str, Any]) -> str:
    """Return the object's own name; PermanentError (Invalid) when it has none that can be."""
    kind, name = tree.get("kind"), _mapping(tree, "metadata").get("name")
    limit = LIMITS.get(str(kind), NAME_LIMIT)
    pattern = _DNS_NAME if kind in LIMITS else _ANY_NAME
    if not isinstance(name, str) or not pattern.fullmatch(name) or len(name) > limit:
        raise PermanentError(
            f"{name!r} is no name for a {kind}: at most {limit} characters a-z, 0-9, '-' and '.'",
            reason="Invalid",
        )
    return name


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


def _generated(metadata: Mapping[str, Any], due: Due, kind: str) -> str:
    prefix = metadata.get("generateName")
    if not isinstance(prefix, str) or not prefix:
        raise PermanentError("the object has neither name nor generateName", reason="Invalid")
    # Kinds whose names may be longer take the length that every kind takes.
    return names.object_name(prefix, due.key, LIMITS.get(kind, names.WORKFLOW_NAME_LIMIT))


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
