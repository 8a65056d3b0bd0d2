import json
import re

import pytest
from click.testing import CliRunner

from hookline import kinds
from server.cli import hookline


def schema(*args: str) -> dict:
    done = CliRunner().invoke(hookline, ["schema", *args])
    assert done.exit_code == 0
    return json.loads(done.output)


def references(tree) -> set[str]:
    return set(re.findall(r'"\$ref": "([^"]*)"', json.dumps(tree)))


@pytest.mark.parametrize("args", [[], ["EventSource"], ["Sensor"], ["EventBus"]])
def test_every_reference_leads_to_a_definition(args):
    found = schema(*args)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert references(found) == {f"#/$defs/{name}" for name in found["$defs"]}


def test_every_kind_of_source_maps_event_names_to_its_fields():
    properties = schema("EventSource")["properties"]["spec"]["properties"]
    assert kinds.known("eventsource.sources").keys() <= properties.keys()
    push = properties["webhook"]["additionalProperties"]
    assert push["properties"]["port"]["type"] == "string"
    assert {"endpoint", "port", "method"} <= set(push["required"])
    assert push["additionalProperties"] is False


def test_a_sensor_holds_all_filters_actions_and_artifacts():
    spec = schema("Sensor")["properties"]["spec"]["properties"]
    dependency = spec["dependencies"]["items"]["properties"]
    assert kinds.known("sensor.filters").keys() <= dependency["filters"]["properties"].keys()
    assert dependency["filters"]["description"]
    trigger = spec["triggers"]["items"]["properties"]
    template = trigger["template"]["properties"]
    assert kinds.known("trigger.actions").keys() <= template.keys()
    source = template["argoWorkflow"]["properties"]["source"]["properties"]
    assert source.keys() == kinds.known("trigger.artifacts").keys()
    assert source["inline"]["type"] == "string"
    assert source["resource"]["additionalProperties"] is True


def test_fields_are_described_and_in_camel_case():
    trigger = schema("Sensor")["properties"]["spec"]["properties"]["triggers"]["items"]
    assert trigger["properties"]["giveUpAfter"]["description"]
    assert "give_up_after" not in trigger["properties"]


def test_kind_and_version_are_fixed():
    properties = schema("EventBus")["properties"]
    assert properties["apiVersion"] == {"const": "argoproj.io/v1alpha1"}
    assert properties["kind"] == {"const": "EventBus"}


def test_without_a_kind_the_schema_decides_by_kind():
    cases = schema()["allOf"]
    named = [case["if"]["properties"]["kind"]["const"] for case in cases]
    assert named == ["EventSource", "Sensor", "EventBus"]
    assert cases[1]["then"]["properties"]["spec"] == schema("Sensor")["properties"]["spec"]


def test_an_unknown_kind_is_wrong_usage():
    done = CliRunner().invoke(hookline, ["schema", "Workflow"])
    assert done.exit_code == 2
    assert "EventSource" in done.output or "eventsource" in done.output
