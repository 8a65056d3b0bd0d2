"""What a Workflow must be like to be submitted, and what is dangerous in one."""

import copy
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from hookline.block import Block
from hookline.manifest import Place

_API_VERSION = "argoproj.io/v1alpha1"
_KIND = "Workflow"
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


def check_workflow(tree: dict[str, Any], place: Place) -> bool:
    """Return whether an object is a Workflow; note it at `place` if not."""
    if is_workflow(tree):
        return True
    place.error(
        f"submit takes a Workflow, this is {tree.get('kind') or 'no object with a kind'}"
        f" of {tree.get('apiVersion') or 'no apiVersion'}",
        code="wrong-kind",
        suggestion=f"write apiVersion: {_API_VERSION} and kind: {_KIND}",
    )
    return False


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
