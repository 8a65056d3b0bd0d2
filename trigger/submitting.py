"""The Workflow that `submit-from` makes of what stands in the cluster, as `argo submit --from`."""

from types import MappingProxyType
from typing import Any

type Tree = dict[str, Any]

API_VERSION = "argoproj.io/v1alpha1"
_PREFIX = "workflows.argoproj.io/"
_CREATOR = frozenset(
    f"{_PREFIX}{key}" for key in ("creator", "creator-email", "creator-preferred-username")
)
# What says how the Workflow before went, or who made it.
_OF_THE_RUN = _CREATOR | {
    f"{_PREFIX}{key}" for key in ("phase", "completed", "workflow-archiving-status")
}
_LABELS = MappingProxyType(
    {
        "WorkflowTemplate": f"{_PREFIX}workflow-template",
        "ClusterWorkflowTemplate": f"{_PREFIX}cluster-workflow-template",
        "CronWorkflow": f"{_PREFIX}cron-workflow",
        "Workflow": f"{_PREFIX}resubmitted-from-workflow",
    }
)
_OURS = ("hookline.dev/", "events.argoproj.io/")
_INSTANCE = f"{_PREFIX}controller-instanceid"
_SCHEDULED = f"{_PREFIX}scheduled-time"
TEMPLATES = frozenset({"WorkflowTemplate", "ClusterWorkflowTemplate"})


def outline(kind: str, name: str, home: str) -> Tree:
    """Return the Workflow as far as it is known from what the source is called.

    Of templates that is the whole of it. `home` is the namespace to run in.
    """
    metadata = {"generateName": f"{name}-", "namespace": home, "labels": {_LABELS[kind]: name}}
    tree: Tree = {"apiVersion": API_VERSION, "kind": "Workflow", "metadata": metadata}
    if kind in TEMPLATES:
        reference: Tree = {"name": name}
        if kind == "ClusterWorkflowTemplate":
            reference["clusterScope"] = True
        tree["spec"] = {"workflowTemplateRef": reference}
    return tree


def complete(tree: Tree, source: Tree, moment: str) -> Tree:
    """Return an outline with what its source says; neither is changed.

    Args:
        tree: of `outline`.
        source: the object as it stands.
        moment: when the Workflow of a CronWorkflow counts as scheduled.
    """
    if source["kind"] == "CronWorkflow":
        return _of_cron(tree, source, moment)
    return _of_workflow(tree, source) if source["kind"] == "Workflow" else tree


def _of_cron(tree: Tree, cron: Tree, moment: str) -> Tree:
    theirs, spec = cron["metadata"], cron.get("spec") or {}
    extra = spec.get("workflowMetadata") or {}
    instance = (theirs.get("labels") or {}).get(_INSTANCE)
    metadata = {
        **tree["metadata"],
        "labels": {
            **({_INSTANCE: instance} if instance else {}),
            **tree["metadata"]["labels"],
            **(extra.get("labels") or {}),
        },
        "annotations": {_SCHEDULED: moment, **(extra.get("annotations") or {})},
    }
    if extra.get("finalizers"):
        metadata["finalizers"] = list(extra["finalizers"])
    if theirs.get("uid"):
        metadata["ownerReferences"] = [_owner(cron)]
    return {**tree, "metadata": metadata, "spec": dict(spec.get("workflowSpec") or {})}


def _owner(cron: Tree) -> Tree:
    return {
        "apiVersion": cron["apiVersion"],
        "kind": cron["kind"],
        "name": cron["metadata"]["name"],
        "uid": cron["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def _of_workflow(tree: Tree, workflow: Tree) -> Tree:
    """As `argo resubmit` does: the same spec, and what people have written on it."""
    theirs = workflow["metadata"]
    metadata = {
        **tree["metadata"],
        "labels": {**_kept(theirs.get("labels")), **tree["metadata"]["labels"]},
        "annotations": _kept(theirs.get("annotations")),
    }
    if theirs.get("ownerReferences"):
        metadata["ownerReferences"] = theirs["ownerReferences"]
    spec = {key: value for key, value in (workflow.get("spec") or {}).items() if key != "shutdown"}
    if spec.get("activeDeadlineSeconds") == 0:  # so it was once terminated
        del spec["activeDeadlineSeconds"]
    return {**tree, "metadata": metadata, "spec": spec}


def _kept(written: Any) -> Tree:
    mine = (written or {}).items()
    return {k: v for k, v in mine if k not in _OF_THE_RUN and not k.startswith(_OURS)}
