"""Lint says when an event writes into a field that decides what is run, or where."""

from typing import Any

import pytest
import yaml

from hookline.manifest import Document, Place
from trigger.spec import Home, read_trigger

WORKFLOW: dict[str, Any] = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Workflow",
    "metadata": {"generateName": "w-", "labels": {"image": "x"}},
    "spec": {
        "entrypoint": "main",
        "ttlStrategy": {"secondsAfterCompletion": 60},
        "arguments": {"parameters": [{"name": "image", "value": "x"}]},
        "templates": [
            {
                "name": "main",
                "container": {"image": "alpine", "command": ["sh"], "args": ["x"]},
                "script": {"image": "alpine", "source": "echo"},
            }
        ],
    },
}
JOB = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"generateName": "j-"},
    "spec": {"template": {"spec": {"containers": [{"name": "a", "image": "alpine"}]}}},
}
READ = {"dependencyName": "push", "dataKey": "body.x"}


def noted(
    *,
    inner: Any = (),
    outer: Any = (),
    tree: dict[str, Any] = WORKFLOW,
    kind: str = "argoWorkflow",
    **more: Any,
) -> list[tuple[str, str]]:
    """Return level and path of what is said to be sensitive in a trigger."""
    action = {"source": {"resource": tree}, "parameters": list(inner)}
    action |= {"operation": "submit" if kind == "argoWorkflow" else "create"}
    raw = {"template": {"name": "t", kind: action}, "parameters": list(outer), **more}
    place = Place(Document("f", 1, {}))
    read_trigger(yaml.safe_load(yaml.safe_dump(raw)), place, Home("s", "", ("push",)))
    return [(each.level, each.path) for each in place.mistakes if each.code == "sensitive"]


@pytest.mark.parametrize(
    ("dest", "src"),
    [
        ("spec.templates.0.script.source", READ),
        ("spec.templates.0.container.image", READ),
        ("spec.templates.0.container.command.0", READ),
        ("spec.templates.0.container.args.-1", READ),
        ("spec.serviceAccountName", READ),
        ("spec.executor.serviceAccountName", READ),
        ("spec.hostNetwork", READ),
        ("spec.hostPID", READ),
        ("spec.volumes.0.hostPath.path", READ),
        ("spec.templates.0.hostname", READ),
        ("spec.nodeName", READ),
        ("spec.podSpecPatch", READ),
        ("spec.templates.0.container.image", {"dependencyName": "push"}),
        ("spec.templates.0.container.image", {**READ, "value": "alpine"}),
        ("spec.templates.0.container.image", {"dependencyName": "push", "contextKey": "id"}),
        ("spec.nodeName", {"dependencyName": "push", "dataTemplate": "{{ .Input.x }}"}),
        ("spec.nodeName", {"dependencyName": "push", "contextTemplate": "{{ .Input.id }}"}),
        ("spec.templates", {**READ, "useRawData": True}),
        ("spec.templates.0.container", {**READ, "useRawData": True}),
        ("spec", {**READ, "useRawData": True}),
    ],
)
def test_a_parameter_that_writes_what_is_run_is_warned_of(dest: str, src: dict[str, Any]):
    path = "template.argoWorkflow.parameters[0].dest"

    assert noted(inner=[{"src": src, "dest": dest}]) == [("warning", path)]


@pytest.mark.parametrize(
    ("dest", "src"),
    [
        ("spec.arguments.parameters.0.value", READ),
        ("metadata.labels.image", READ),
        ("metadata.annotations.command", READ),
        ("metadata.name", READ),
        ("spec.priority", READ),
        ("spec.templates.0.container.env.0.value", READ),
        ("spec.templates.0.container.env.0.args", READ),
        ("spec.entrypoint", READ),
        ("spec.source", READ),
        ("spec.templates.0.container", READ),
        ("spec.arguments", {**READ, "useRawData": True}),
        ("spec.templates.0.container.image", {"dependencyName": "push", "value": "fixed"}),
    ],
)
def test_other_parameters_are_not(dest: str, src: dict[str, Any]):
    assert noted(inner=[{"src": src, "dest": dest}]) == []


@pytest.mark.parametrize(
    ("dest", "found"),
    [
        ("argoWorkflow.source.resource.spec.templates.0.container.image", True),
        ("argoWorkflow.source.resource.spec.arguments.parameters.0.value", False),
        ("argoWorkflow.source.inline", True),
        ("argoWorkflow.operation", False),
        ("name", False),
    ],
)
def test_parameters_of_the_trigger_are_judged_too(dest: str, *, found: bool):
    expected = [("warning", "parameters[0].dest")] if found else []

    assert noted(outer=[{"src": READ, "dest": dest}]) == expected


def test_a_template_in_a_sensitive_field_is_warned_of():
    tree = yaml.safe_load(yaml.safe_dump(WORKFLOW))
    tree["spec"]["templates"][0]["container"]["args"] = ["-c", "${{ $.push.x }}"]
    tree["spec"]["arguments"]["parameters"][0]["value"] = "${{ $.push.x }}"
    path = "template.argoWorkflow.source.resource.spec.templates[0].container.args[1]"

    assert noted(tree=tree) == [("warning", path)]


def test_objects_of_k8s_triggers_are_judged_as_well():
    parameter = {"src": READ, "dest": "spec.template.spec.containers.0.image"}

    assert noted(inner=[parameter], tree=JOB, kind="k8s") == [
        ("warning", "template.k8s.parameters[0].dest")
    ]


def test_a_trigger_can_allow_it():
    parameter = {"src": READ, "dest": "spec.templates.0.container.image"}
    outer = {"src": READ, "dest": "argoWorkflow.source.resource.spec.nodeName"}

    assert noted(inner=[parameter], outer=[outer], allowSensitive=True) == []
    assert len(noted(inner=[parameter], outer=[outer], allowSensitive=False)) >= 2
