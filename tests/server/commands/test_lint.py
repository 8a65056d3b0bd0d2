import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli import hookline

GOOD = """\
apiVersion: argoproj.io/v1alpha1
kind: EventSource
metadata: {name: hooks}
spec:
  webhook:
    push: {endpoint: /push, port: "12000", method: POST}
"""
BAD = """\
apiVersion: argoproj.io/v1alpha1
kind: EventSource
metadata:
  name: hooks
spec:
  webhook:
    push:
      endpont: /push
      port: "12000"
      url: 12000
      method: POST
"""
WARNED = """\
apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {name: s}
spec:
  dependencies: [{name: d, eventSourceName: hooks, eventName: pull}]
  triggers: [{template: {name: t, log: {}}}]
"""


@pytest.fixture
def lint(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(text: str, *args: str) -> Result:
        (tmp_path / "m.yaml").write_text(text)
        return CliRunner().invoke(hookline, ["lint", "m.yaml", *args])

    return run


def test_good_manifests_are_said_to_be_fine(lint):
    done = lint(f"{GOOD}---\n{GOOD.replace('hooks', 'b').replace('/push', '/')}")
    assert (done.exit_code, done.output) == (0, "fine: 2 EventSources\n")


def test_every_mistake_is_one_line_with_a_summary_at_the_end(lint):
    done = lint(BAD)
    assert done.exit_code == 1
    *mistakes, summary = done.output.splitlines()
    misspelt = "unknown field endpont (did you mean endpoint?)"
    assert set(mistakes) == {
        "m.yaml:7: error: spec.webhook.push.endpoint: endpoint is required",
        f"m.yaml:8: error: spec.webhook.push.endpont: {misspelt}",
        'm.yaml:10: error: spec.webhook.push.url: must be text: write it in quotes ("12000")',
    }
    assert summary == "fine: nothing; 3 errors"


def test_json_is_a_list_with_stable_names(lint):
    done = lint(BAD, "-o", "json")
    found = json.loads(done.output)
    assert done.exit_code == 1
    assert {"unknown-field", "missing-field", "bad-type"} == {each["code"] for each in found}
    assert [list(each) for each in found] == [
        ["file", "line", "path", "level", "code", "message", "suggestion"]
    ] * 3
    assert found[-1] == {
        "file": "m.yaml",
        "line": 10,
        "path": "spec.webhook.push.url",
        "level": "error",
        "code": "bad-type",
        "message": 'must be text: write it in quotes ("12000")',
        "suggestion": "",
    }


def test_json_of_good_manifests_is_an_empty_list(lint):
    assert json.loads(lint(GOOD, "-o", "json").output) == []


def test_warnings_alone_are_no_failure(lint):
    done = lint(f"{GOOD}---\n{WARNED}")
    assert done.exit_code == 0
    assert done.output.splitlines()[-1] == "fine: 1 EventSource, 1 Sensor; 1 warning"


def test_lenient_makes_unknown_fields_warnings(lint):
    text = GOOD.replace("POST}", "POST, colour: red}")
    assert lint(text).exit_code == 1
    done = lint(text, "--lenient")
    assert done.exit_code == 0
    assert "warning: spec.webhook.push.colour: unknown field colour" in done.output


def test_a_path_that_is_not_there_is_an_error():
    done = CliRunner().invoke(hookline, ["lint", "no/such/file.yaml"])
    assert done.exit_code == 1
    assert "no/such/file.yaml: error: no such file or folder" in done.output


def test_a_path_is_needed():
    assert CliRunner().invoke(hookline, ["lint"]).exit_code == 2


def test_the_yaml_of_the_page_is_fine(lint):
    page = (Path(__file__).parents[3] / "docs" / "lint.md").read_text("utf-8")
    block = page.partition("```yaml\n")[2].partition("```")[0]
    assert lint(block).output == "fine: 1 EventSource\n"


SENSITIVE = """\
apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {name: s}
spec:
  dependencies: [{name: d, eventSourceName: hooks, eventName: push}]
  triggers:
    - template:
        name: t
        k8s:
          source:
            resource:
              apiVersion: batch/v1
              kind: Job
              metadata: {generateName: j-}
              spec: {template: {spec: {containers: [{name: a, image: "${{ $.d.image }}"}]}}}
"""


def test_an_event_that_chooses_the_image_is_a_warning_and_an_error_with_strict(lint):
    text = f"{GOOD}---\n{SENSITIVE}"
    warned, refused = lint(text), lint(text, "--strict")

    assert warned.exit_code == 0
    assert "warning: spec.triggers[0]" in warned.output
    assert refused.exit_code == 1
    assert "error: spec.triggers[0]" in refused.output
    assert "allowSensitive: true" in refused.output


def test_strict_leaves_other_warnings_and_allowed_triggers_alone(lint):
    allowed = SENSITIVE.replace("- template:", "- allowSensitive: true\n      template:")

    assert lint(f"{GOOD}---\n{allowed}", "--strict").exit_code == 0
    assert lint(f"{GOOD}---\n{WARNED}", "--strict").exit_code == 0


def test_what_fails_for_every_event_is_an_error_here_but_loads(lint, tmp_path):
    filters = "filters: {data: [{path: a, type: string, value: ['(']}]}"
    text = WARNED.replace("eventName: pull", f"eventName: pull, {filters}")
    done = lint(text)
    assert done.exit_code == 1
    assert "error: spec.dependencies[0].filters.data[0].value[0]: " in done.output
    (tmp_path / "event.json").write_text('{"a": "b"}')
    rendered = CliRunner().invoke(
        hookline, ["render", "m.yaml", "--event", "event.json", "-o", "json"]
    )
    assert rendered.exit_code == 3
    assert json.loads(rendered.stdout)["dependencies"][0]["passed"] is False
    assert "m.yaml:5: warning: " in rendered.stderr
