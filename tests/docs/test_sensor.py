"""What `docs/sensor.md` calls refused is refused by that name; a Sensor without it is fine."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from server.manifests import load

PAGE = Path(__file__).parents[2].joinpath("docs", "sensor.md").read_text("utf-8")
WORKFLOW = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Workflow",
    "metadata": {"generateName": "x-"},
    "spec": {"workflowTemplateRef": {"name": "x"}},
}
SENSOR: dict[str, Any] = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Sensor",
    "metadata": {"name": "sensor"},
    "spec": {
        "dependencies": [
            {
                "name": name,
                "eventSourceName": "source",
                "eventName": name,
                "filters": {"data": [{"path": "body.x", "type": "string", "value": ["x"]}]},
            }
            for name in ("a", "b")
        ],
        "triggers": [
            {
                "template": {
                    "name": "trigger",
                    "conditions": "a || b",
                    "argoWorkflow": {
                        "operation": "submit",
                        "source": {"resource": WORKFLOW},
                        "parameters": [
                            {"src": {"dependencyName": "a", "value": "x"}, "dest": "spec.x"}
                        ],
                    },
                }
            }
        ],
    },
}


def place(sensor: dict[str, Any], where: str) -> dict[str, Any]:
    """Return the mapping of a Sensor that the page calls by some words."""
    dependency = sensor["spec"]["dependencies"][0]
    trigger = sensor["spec"]["triggers"][0]
    action = trigger["template"]["argoWorkflow"]
    places = {
        "a dependency": dependency,
        "a data filter": dependency["filters"]["data"][0],
        "a trigger": trigger,
        "a template": trigger["template"],
        "an argoWorkflow": action,
        "a parameter's src": action["parameters"][0]["src"],
    }
    return places[where]


def codes(sensor: dict[str, Any], folder: Path) -> set[str]:
    (folder / "sensor.yaml").write_text(yaml.safe_dump(sensor))
    return {mistake.code for mistake in load([folder]).mistakes if mistake.level == "error"}


REFUSED = re.findall(
    r"^\| (an? [^|]+?) \| `(.+)` \|$", PAGE.partition("## Refused")[2], re.MULTILINE
)


def test_a_sensor_without_them_is_fine(tmp_path):
    assert codes(SENSOR, tmp_path) == set()
    assert REFUSED


@pytest.mark.parametrize(("where", "written"), REFUSED)
def test_what_the_page_calls_refused_is_refused_as_not_yet(where, written, tmp_path):
    sensor = copy.deepcopy(SENSOR)
    place(sensor, where).update(yaml.safe_load(written))
    assert codes(sensor, tmp_path) == {"not-yet"}


def test_several_dependencies_without_conditions_are_a_join(tmp_path):
    sensor = copy.deepcopy(SENSOR)
    del place(sensor, "a template")["conditions"]
    assert codes(sensor, tmp_path) == set()


@pytest.mark.parametrize("field", ["atLeastOnce", "retryStrategy", "startFrom", "giveUpAfter"])
def test_fields_of_the_trigger_are_misplaced_in_its_template(field, tmp_path):
    sensor = copy.deepcopy(SENSOR)
    place(sensor, "a template")[field] = True
    assert codes(sensor, tmp_path) == {"misplaced-field"}
