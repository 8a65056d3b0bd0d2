"""The Workflow that comes of something in the cluster."""

import pytest

from trigger.submitting import complete, outline

ARGO = "argoproj.io/v1alpha1"
MOMENT = "2026-11-24T08:00:00Z"
PREFIX = "workflows.argoproj.io/"


@pytest.mark.parametrize(
    ("kind", "label", "reference"),
    [
        ("WorkflowTemplate", "workflow-template", {"name": "greet"}),
        (
            "ClusterWorkflowTemplate",
            "cluster-workflow-template",
            {"name": "greet", "clusterScope": True},
        ),
    ],
)
def test_of_a_template_all_is_known_without_looking(kind, label, reference):
    tree = outline(kind, "greet", "default")

    assert tree == {
        "apiVersion": ARGO,
        "kind": "Workflow",
        "metadata": {
            "generateName": "greet-",
            "namespace": "default",
            "labels": {PREFIX + label: "greet"},
        },
        "spec": {"workflowTemplateRef": reference},
    }
    assert complete(tree, {"kind": kind, "metadata": {}}, MOMENT) == tree


def test_a_cron_workflow_gives_its_spec_its_metadata_and_owns_what_comes_of_it():
    cron = {
        "apiVersion": ARGO,
        "kind": "CronWorkflow",
        "metadata": {
            "name": "nightly",
            "uid": "u1",
            "labels": {f"{PREFIX}controller-instanceid": "blue", "mine": "not taken"},
        },
        "spec": {
            "schedule": "@daily",
            "workflowSpec": {"entrypoint": "main"},
            "workflowMetadata": {
                "labels": {"a": "b"},
                "annotations": {"c": "d"},
                "finalizers": ["x/y"],
            },
        },
    }
    tree = complete(outline("CronWorkflow", "nightly", "default"), cron, MOMENT)
    owner = {"apiVersion": ARGO, "kind": "CronWorkflow", "name": "nightly", "uid": "u1"}

    assert tree["spec"] == {"entrypoint": "main"}
    assert tree["metadata"] == {
        "generateName": "nightly-",
        "namespace": "default",
        "labels": {
            f"{PREFIX}controller-instanceid": "blue",
            f"{PREFIX}cron-workflow": "nightly",
            "a": "b",
        },
        "annotations": {f"{PREFIX}scheduled-time": MOMENT, "c": "d"},
        "finalizers": ["x/y"],
        "ownerReferences": [{**owner, "controller": True, "blockOwnerDeletion": True}],
    }


def test_a_workflow_gives_its_spec_and_not_how_it_went():
    workflow = {
        "apiVersion": ARGO,
        "kind": "Workflow",
        "metadata": {
            "name": "before",
            "labels": {f"{PREFIX}phase": "Failed", "events.argoproj.io/sensor": "s", "a": "b"},
            "annotations": {"hookline.dev/identity": "x", "c": "d"},
        },
        "spec": {"entrypoint": "main", "shutdown": "Terminate", "activeDeadlineSeconds": 0},
        "status": {"phase": "Failed"},
    }
    tree = complete(outline("Workflow", "before", "default"), workflow, MOMENT)

    assert tree["spec"] == {"entrypoint": "main"}
    assert "status" not in tree
    assert tree["metadata"]["labels"] == {"a": "b", f"{PREFIX}resubmitted-from-workflow": "before"}
    assert tree["metadata"]["annotations"] == {"c": "d"}
