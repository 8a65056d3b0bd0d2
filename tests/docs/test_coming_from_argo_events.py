"""What `docs/coming-from-argo-events.md` says of the stream and of mistakes that lint names."""

import re
from pathlib import Path

import pytest
from rehearsal import ROOT

from hookline.eventbus.errors import BusRefusedError
from hookline.eventbus.settings import BusSettings
from hookline.eventbus.streams import events_config, judge
from server.manifests import load

PAGE = (ROOT / "docs" / "coming-from-argo-events.md").read_text("utf-8")
SETTINGS = BusSettings("nats://127.0.0.1:4222")
# The stream as Argo Events makes it with the settings of its controller's configuration.
ARGO = events_config(SETTINGS) | {
    "discard": "old",
    "max_msgs": 50_000,
    "max_age": 168 * 3600 * 1_000_000_000,
    "max_bytes": -1,
}
SENSOR = """\
apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {name: sensor}
spec:
  dependencies:
    - {name: a, eventSourceName: s, eventName: a}
    - {name: b, eventSourceName: s, eventName: b}
  triggers:
    - template: {name: t, conditions: a || b, log: {}}
"""
TRAPS = {
    "misplaced-field": ("log: {}}", "log: {}, atLeastOnce: true}"),
    "unknown-field": ("log: {}}", "log: {}, wonder: true}"),
    "unknown-dependency": ("a || b", "a || c"),
    "bad-conditions": ("a || b", "a ||"),
    "duplicate-name": ("name: b,", "name: a,"),
}


def test_the_stream_of_argo_events_is_refused_until_the_command_of_the_page_changed_it():
    with pytest.raises(BusRefusedError):
        judge(ARGO, SETTINGS)
    [flags] = re.findall(r"nats stream edit default (.*)", PAGE)
    assert flags == "--discard=new --max-age=0s --max-msgs=-1 --max-bytes=1GB"
    edited = ARGO | {"discard": "new", "max_age": 0, "max_msgs": -1, "max_bytes": 10**9}
    assert judge(edited, SETTINGS) == []


@pytest.mark.parametrize("code", TRAPS)
def test_lint_names_what_argo_events_accepts_in_silence(code: str, tmp_path: Path):
    before, after = TRAPS[code]
    assert before in SENSOR
    (tmp_path / "sensor.yaml").write_text(SENSOR.replace(before, after, 1))
    assert code in {each.code for each in load([tmp_path]).mistakes if each.level != "warning"}


def test_the_sensor_of_these_traps_is_fine_without_them(tmp_path: Path):
    (tmp_path / "sensor.yaml").write_text(SENSOR)
    assert load([tmp_path]).mistakes == []
