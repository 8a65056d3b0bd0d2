"""Suspends, resumes, stops and terminates what runs already: what the argo command writes.

Each is done at most once for a firing: the object itself keeps, in an annotation, the keys of the
last firings that changed it, in the same write as the change.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import msgspec

from hookline.errors import PermanentError, TemporaryError
from hookline.kube.client import MERGE, KubeClient
from trigger.action import LeaseLostError
from trigger.creation import Reference, reference_to
from trigger.nodes import resumed

type Tree = dict[str, Any]

DONE = "hookline.dev/operations"
_KEPT = 20
_TRIES = 5
_ENDED = frozenset({"Succeeded", "Failed", "Error"})
_LABELS = "workflows.argoproj.io/"
_ACTOR = ("actor", "actor-email", "actor-preferred-username", "action")

# What each says to whom; resume also lets the nodes go on that wait at a suspend step.
PATCHES: Mapping[tuple[str, str], Mapping[str, Any]] = MappingProxyType(
    {
        ("suspend", "Workflow"): {"suspend": True},
        ("suspend", "CronWorkflow"): {"suspend": True},
        ("resume", "Workflow"): {"suspend": None},
        ("resume", "CronWorkflow"): {"suspend": False},
        ("stop", "Workflow"): {"shutdown": "Stop"},
        ("terminate", "Workflow"): {"shutdown": "Terminate"},
    }
)
OPERATIONS = frozenset(operation for operation, _ in PATCHES)


@dataclass(frozen=True, slots=True)
class Command:
    """What is to be done with one object.

    Attributes:
        operation: `suspend`, `resume`, `stop` or `terminate`.
        target: the object's apiVersion, kind, and metadata with name and namespace.
        key: of the firing (`names.due`).
        message: what resumed nodes say.
    """

    operation: str
    target: Tree
    key: str
    message: str

    @property
    def shown(self) -> Tree:
        """What names the object, and the merge patch of it that is known without looking."""
        return {**self.target, "spec": dict(PATCHES[self.operation, self.target["kind"]])}


async def carry_out(
    kube: KubeClient, command: Command, lease_is_live: Callable[[], bool]
) -> Reference:
    """Do what a command says, if its firing has not done it already.

    Raises:
        TemporaryError: as the door says; Conflict when the object keeps changing, NotFound when it
            is not there.
        PermanentError: as the door says, as `nodes.resumed`, or `Completed`: what has ended cannot
            be suspended.
        LeaseLostError: the delivery may belong to another worker by now.
    """
    target, tries = command.target, _TRIES
    who = target["apiVersion"], target["kind"], target["metadata"]["namespace"]
    name = target["metadata"]["name"]
    while True:
        live = await kube.get(*who, name)
        patch = _patch(command, live)
        if patch is None:
            return reference_to(target, live)
        if not lease_is_live():
            raise LeaseLostError("the lease of the delivery ended before the change")
        try:
            body = msgspec.json.encode(patch)
            return reference_to(target, await kube.patch(*who, name, body, MERGE))
        except TemporaryError as error:
            tries -= 1
            if error.reason != "Conflict" or not tries:
                raise


def _patch(command: Command, live: Tree) -> Tree | None:
    """Return the merge patch that is left to do, or None."""
    metadata = live["metadata"]
    done = str((metadata.get("annotations") or {}).get(DONE, ""))
    keys = [key for key in done.split(",") if key]
    if command.key in keys:
        return None
    ended = command.target["kind"] == "Workflow" and _has_ended(live)
    if ended and command.operation != "suspend":
        return None
    if ended:
        raise PermanentError(
            f"the Workflow {metadata['name']} has ended, it cannot be suspended", reason="Completed"
        )
    mark = {
        "resourceVersion": metadata["resourceVersion"],
        "annotations": {DONE: ",".join([*keys, command.key][-_KEPT:])},
    }
    # As argo does without a login: nobody is named who has done it.
    named = [f"{_LABELS}{key}" for key in _ACTOR if command.operation in {"suspend", "resume"}]
    gone = {label: None for label in named if label in (metadata.get("labels") or {})}
    if gone:
        mark["labels"] = gone
    return {"metadata": mark, **_change(command, live)}


def _change(command: Command, live: Tree) -> Tree:
    kind = command.target["kind"]
    change: Tree = {"spec": dict(PATCHES[command.operation, kind])}
    if (command.operation, kind) == ("resume", "Workflow"):
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        status = resumed(live.get("status") or {}, command.message, now)
        if status:
            change["status"] = status
    return change


def _has_ended(live: Tree) -> bool:
    labels = live["metadata"].get("labels") or {}
    phase = (live.get("status") or {}).get("phase")
    return labels.get(f"{_LABELS}completed") == "true" or phase in _ENDED
