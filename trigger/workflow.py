"""What can be done with a Workflow and its relatives, and what is dangerous in one."""

import copy
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import Field

from hookline.block import Block
from hookline.manifest import Place
from trigger.notes import nearest, not_yet

_API_VERSION = "argoproj.io/v1alpha1"
_KIND = "Workflow"
# The kinds that each operation takes.
KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "submit": (_KIND,),
        "submit-from": (_KIND, "CronWorkflow", "WorkflowTemplate", "ClusterWorkflowTemplate"),
        "suspend": (_KIND, "CronWorkflow"),
        "resume": (_KIND, "CronWorkflow"),
        "stop": (_KIND,),
        "terminate": (_KIND,),
    }
)
_LATER = ("resubmit", "retry")
_LEAST_TTL = 60
_TTLS = ("secondsAfterCompletion", "secondsAfterSuccess", "secondsAfterFailure")


class WorkflowDefaults(Block):
    """Fields of a Workflow's spec that a Sensor's triggers fill where a manifest leaves them out.

    They bound what a burst leaves behind in the cluster.
    """

    ttl_strategy: dict[str, int] | None = Field(
        None, description="When a finished Workflow is deleted."
    )
    pod_gc: dict[str, Any] | None = Field(
        None, alias="podGC", description="When the pods of a Workflow are deleted."
    )
    active_deadline_seconds: int | None = Field(
        None, gt=0, description="Seconds after which a Workflow is ended."
    )

    def written(self) -> dict[str, Any]:
        """Return what was written, by the names that a Workflow's spec has."""
        return self.model_dump(by_alias=True, exclude_none=True)


def filled_up(tree: dict[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return a Workflow with the defaults that its spec leaves out; `tree` is changed."""
    if defaults and isinstance(spec := tree.setdefault("spec", {}), dict):
        for key, value in defaults.items():
            spec.setdefault(key, copy.deepcopy(value))
    return tree


def is_workflow(tree: dict[str, Any]) -> bool:
    """Return whether an object is a Workflow."""
    return (tree.get("apiVersion"), tree.get("kind")) == (_API_VERSION, _KIND)


def check_operation(operation: str, place: Place) -> bool:
    """Return whether an operation is one that there is; note it at `place` if not."""
    if operation in KINDS:
        return True
    if not operation:
        place.error(
            "operation is required; Argo Events refuses an empty one too",
            code="missing-field",
            suggestion="write operation: submit",
        )
    elif operation in _LATER:
        not_yet(f"the operation {operation}", place, "it comes with a later version")
    else:
        hint = nearest(operation, [*KINDS, *_LATER])
        place.error(f"unknown operation {operation}", code="bad-value", suggestion=hint)
    return False


def takes(operation: str, tree: dict[str, Any]) -> bool:
    """Return whether an object is of a kind that an operation takes."""
    return tree.get("apiVersion") == _API_VERSION and tree.get("kind") in KINDS[operation]


def check_kind(operation: str, tree: dict[str, Any], place: Place) -> bool:
    """Return whether an operation takes an object of that kind; note it at `place` if not."""
    if takes(operation, tree):
        return True
    kind, version = tree.get("kind"), tree.get("apiVersion")
    what = f"{kind or 'no object with a kind'} of {version or 'no apiVersion'}"
    place.error(
        f"{operation} takes a {' or '.join(KINDS[operation])}, this is {what}",
        code="wrong-kind",
        suggestion=_other_way(operation, kind, version),
    )
    return False


def _other_way(operation: str, kind: Any, version: Any) -> str:
    """Return what to write for an object that an operation does not take."""
    if version == _API_VERSION:
        if operation == "submit" and kind in KINDS["submit-from"]:
            return f"write operation: submit-from, which starts what the {kind} in the cluster says"
        if operation in {"stop", "terminate"} and kind == "CronWorkflow":
            return "write operation: suspend, which ends its schedule until it is resumed"
    kinds = " or ".join(KINDS[operation])
    return f"write apiVersion: {_API_VERSION} and kind: {kinds}"


def warn_of_short_lives(spec: Any, place: Place) -> None:
    """Note a Workflow that is gone so soon that a repeat could make it again."""
    strategy = spec.get("ttlStrategy") if isinstance(spec, dict) else None
    if not isinstance(strategy, dict):
        return
    for key in _TTLS:
        seconds = strategy.get(key)
        if isinstance(seconds, int | float) and seconds < _LEAST_TTL:
            (place / "ttlStrategy" / key).warn(
                f"a Workflow that is gone after {seconds} s can be made twice when a worker dies"
                " between the create and its record",
                code="short-ttl",
                suggestion=f"{_LEAST_TTL} s or more",
            )
