import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hookline.manifest import Document
from server.cli import hookline
from server.differences import differences, page, table

ROOT = Path(__file__).parents[2]
SENSOR = """\
apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {name: s}
spec:
  dependencies:
    - {name: a.b, eventSourceName: hooks, eventName: push}
    - {name: c, eventSourceName: hooks, eventName: pull}
  triggers:
    - template:
        name: t
        conditions: a.b || c
        http: {url: "http://sink.test/", method: POST}
    - template: {name: quiet, conditions: c, log: {}}
      retryStrategy: {steps: 3}
"""


@pytest.fixture
def lint(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.yaml").write_text(SENSOR)
    return lambda *args: CliRunner().invoke(hookline, ["lint", "m.yaml", "--compat", *args])


def test_every_place_is_told_with_line_both_sides_reason_and_page(lint):
    done = lint()
    assert done.exit_code == 0
    [line] = [each for each in done.output.splitlines() if " dotted-names: " in each]
    assert line.startswith("m.yaml:6: spec.dependencies[0].name: dotted-names: Argo Events: ")
    for part in ("Hookline: ", "Why: ", "(docs/joins.md)"):
        assert part in line


def test_the_json_form_has_mistakes_and_differences(lint):
    told = json.loads(lint("-o", "json").output)
    assert told["mistakes"] == []
    found = {(each["id"], each["path"]) for each in told["differences"]}
    assert ("http-status", "spec.triggers[0]") in found
    assert ("retries", "spec.triggers[0]") in found
    assert ("retry-strategy", "spec.triggers[1].retryStrategy") in found
    assert ("absent-event", "spec.triggers[0].template.conditions") in found
    assert not any(name == "http-status" and path.endswith("[1]") for name, path in found)
    assert list(told["differences"][0]) == [
        *("file", "line", "path", "id", "argoEvents", "hookline", "why", "page"),
    ]


def test_the_page_is_made_from_the_table():
    written = (ROOT / "docs" / "compatibility.md").read_text("utf-8")
    assert written == page(), "run: python scripts/compatibility.py"


@pytest.mark.parametrize("told", table(), ids=lambda told: told.id)
def test_a_row_is_complete_and_its_place_can_be_met(told):
    assert (ROOT / "docs" / told.page).is_file()
    assert all((told.upstream, told.here, told.why, told.at))
    body = {"kind": told.kind}
    for pattern in told.at:
        steps = [step for step in pattern.split(".") if step != "**"]
        value = told.needs[0] if told.needs else within(told.holds.split("."), {})
        body |= within(steps, value)
        assert told.id in {each.difference.id for each in differences(Document("f", 1, body))}


def within(steps, value):
    for step in reversed([step for step in steps if step]):
        value = [value] if step == "*" else {step: value}
    return value


def test_ids_are_unique():
    names = [told.id for told in table()]
    assert len(set(names)) == len(names)
