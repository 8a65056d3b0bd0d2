"""Real Sensors of Argo Events make of an event what one would expect: what it filled in."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from server.cli import hookline

FOLDER = Path(__file__).parents[3] / "shared" / "compat" / "sensors"
EXPECTED = json.loads(Path(__file__).with_name("compat_render.json").read_text("utf-8"))
DATA = {
    "header": {"Content-Type": ["application/json"]},
    "headers": {"X-Github-Event": ["pull_request"]},
    "body": {
        "message": "hello",
        "namespace": "argo",
        "name": "First Run",
        "action": "opened",
        "value": 60,
        "url": "http://files.test/a",
        "pull_request": {
            "number": 7,
            "title": "A change",
            "state": "open",
            "base": {"ref": "master"},
            "head": {"sha": "0123456789abcdef"},
        },
    },
    "eventTime": "2026-11-24T10:00:00Z",
    "notification": [{"s3": {"bucket": {"name": "incoming"}}}],
    "bucket": "argo-workflow-input",
    "a": "b",
    "c": 11,
    "d": {"e": True},
}


def filled(node: Any) -> Any:
    """Return what events fill in an object: arguments, args, data and bodies."""
    if not isinstance(node, dict):
        return node
    if "method" in node:
        return node["body"]
    spec = node.get("spec", {})
    arguments = spec.get("arguments", {}).get("parameters")
    found = {"kind": node["kind"], "arguments": arguments}
    found["args"] = [each.get("args") for each in spec.get("containers", [])]
    return {key: value for key, value in found.items() if value}


def rendered(file: Path, folder: Path) -> Any:
    """Return what each trigger does; None for a Sensor that is refused."""
    event = {"specversion": "1.0", "id": "e-1", "type": "webhook", "data": DATA}
    event |= {"time": "2026-11-24T20:00:00Z", "datacontenttype": "application/json"}
    (folder / "event.json").write_text(json.dumps(event))
    argv = ["render", str(file), "--event", str(folder / "event.json"), "-o", "json"]
    result = CliRunner().invoke(hookline, argv)
    if not result.stdout:
        return None
    triggers = json.loads(result.stdout)["triggers"]
    return [[each["name"], each["fired"], filled(each["object"])] for each in triggers]


@pytest.mark.skipif(not FOLDER.exists(), reason="the manifests are not on this machine")
@pytest.mark.parametrize("name", EXPECTED)
def test_a_real_sensor_fills_its_object_from_the_event(name: str, tmp_path: Path):
    assert rendered(FOLDER / name, tmp_path) == EXPECTED[name]
