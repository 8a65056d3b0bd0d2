"""What a Sensor fills up in its Workflows."""

import yaml

from hookline.manifest import Document
from sensor.spec import read_sensor
from trigger.workflow import filled_up

SENSOR = """
apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {name: s}
spec:
  workflowDefaults: %s
  dependencies: [{name: push, eventSourceName: web, eventName: push}]
  triggers: [{template: {name: start, log: {}}}]
"""


def mistakes_of(defaults):
    mistakes = []
    read_sensor(Document("s.yaml", 1, yaml.safe_load(SENSOR % defaults)), mistakes)
    return [(mistake.path, mistake.code) for mistake in mistakes]


def test_what_a_manifest_leaves_out_is_filled_and_what_it_says_stays():
    defaults = {"podGC": {"strategy": "OnPodSuccess"}, "activeDeadlineSeconds": 60}
    tree = {"kind": "Workflow", "spec": {"activeDeadlineSeconds": 5}}
    assert filled_up(tree, defaults)["spec"] == {
        "activeDeadlineSeconds": 5,
        "podGC": {"strategy": "OnPodSuccess"},
    }


def test_one_workflow_never_changes_the_defaults_of_the_next():
    defaults = {"podGC": {"strategy": "OnPodSuccess"}}
    filled_up({}, defaults)["spec"]["podGC"]["strategy"] = "changed"
    assert filled_up({}, defaults)["spec"] == {"podGC": {"strategy": "OnPodSuccess"}}


def test_defaults_are_checked():
    assert mistakes_of("{podGC: {strategy: OnPodSuccess}, activeDeadlineSeconds: 9}") == []
    assert mistakes_of("{podGc: {}}") == [("spec.workflowDefaults.podGc", "unknown-field")]
    assert mistakes_of("{activeDeadlineSeconds: 0}")[0][0].endswith("activeDeadlineSeconds")


def test_defaults_that_let_a_workflow_go_too_soon_are_warned_of():
    assert mistakes_of("{ttlStrategy: {secondsAfterCompletion: 5}}") == [
        ("spec.workflowDefaults.ttlStrategy.secondsAfterCompletion", "short-ttl")
    ]
