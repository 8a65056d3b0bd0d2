"""`hookline render`: what a sensor would create, offline."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from hookline import names
from server.cli import main

ROOT = Path(__file__).parents[3]
SENSOR = """
apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {name: build}
spec:
  dependencies:
  - name: push
    eventSourceName: webhook
    eventName: example
    filters:
      data:
      - {path: body.branch, type: string, value: [main]}
  - name: pull
    eventSourceName: webhook
    eventName: pulls
  triggers:
  - template:
      name: start
      conditions: push
      argoWorkflow:
        operation: submit
        source:
          resource:
            apiVersion: argoproj.io/v1alpha1
            kind: Workflow
            metadata: {generateName: build-}
            spec:
              entrypoint: main
              arguments:
                parameters:
                - {name: branch, value: "${{ $.push.body.branch }}"}
                - {name: author, value: "${{ $.push.body.author }}"}
  - template: {name: note, conditions: push || pull, log: {}}
"""


@pytest.fixture
def render(tmp_path, monkeypatch, capsys):
    """Run the command on files made of texts; returns (exit code, stdout, stderr)."""

    def _render(*args, sensor=SENSOR, **files):
        monkeypatch.chdir(tmp_path)
        Path("sensor.yaml").write_text(sensor)
        for name, content in files.items():
            text = content if isinstance(content, str) else json.dumps(content)
            Path(f"{name}.json").write_text(text)
        monkeypatch.setattr(sys, "argv", ["hookline", "render", "sensor.yaml", *args])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return _render


MAIN = {"body": {"branch": "main", "author": "ada"}}


def test_the_exact_workflow_is_printed_with_its_final_name(render):
    code, out, _ = render("--event", "push=e.json", "--trigger", "start", "-o", "yaml", e=MAIN)
    tree = yaml.safe_load(out)

    identity = names.identity("default", "webhook", "example", "sample")
    key = names.due(identity, "build", "start", "push")
    assert code == 0
    assert tree["metadata"]["name"] == f"build-{key}"
    assert tree["metadata"]["annotations"]["hookline.dev/event-id"] == "sample"
    assert [each["value"] for each in tree["spec"]["arguments"]["parameters"]] == ["main", "ada"]


def test_it_is_the_same_every_time(render):
    outs = {render("--event", "push=e.json", e=MAIN)[1] for _ in range(2)}

    assert len(outs) == 1


def test_the_namespace_of_the_process_is_part_of_the_name(render):
    args = ["--event", "push=e.json", "--trigger", "start", "-o", "yaml"]
    here = yaml.safe_load(render(*args, e=MAIN)[1])["metadata"]
    there = yaml.safe_load(render(*args, "--namespace", "prod", e=MAIN)[1])["metadata"]

    assert (here["namespace"], there["namespace"]) == ("default", "prod")
    assert here["name"] != there["name"]


def test_the_text_shows_both_sides_of_each_clause(render):
    code, out, _ = render("--event", "push=e.json", e={"body": {"branch": "feature"}})

    assert code == 3
    assert "dependency push: filtered (event sample)" in out
    (clause,) = re.findall(r"^  no .*body\.branch.*$", out, re.MULTILINE)
    assert "main" in clause
    assert '"feature"' in clause
    assert "trigger start: does not fire" in out
    assert "trigger note: does not fire" in out


def test_the_text_holds_the_manifest(render):
    code, out, _ = render("--event", "push=e.json", e=MAIN)

    assert code == 0
    assert "dependency push: passed (event sample)" in out
    assert "trigger start: fires for event sample\n---\napiVersion: argoproj.io" in out
    assert "trigger note: fires for event sample, nothing is created" in out


def test_the_json_has_its_documented_form(render):
    code, out, _ = render("--event", "push=e.json", "-o", "json", e=MAIN)
    found = json.loads(out)

    assert code == 0
    assert list(found) == ["dependencies", "triggers"]
    (dependency,) = found["dependencies"]
    assert list(dependency) == ["name", "passed", "clauses"]
    assert (dependency["name"], dependency["passed"]) == ("push", True)
    assert list(dependency["clauses"][0]) == ["clause", "passed", "expected", "actual"]
    assert dependency["clauses"][0]["actual"] == "main"
    start, note = found["triggers"]
    assert list(start) == ["name", "fired", "object", "error"]
    assert (start["name"], start["fired"], start["error"]) == ("start", True, None)
    assert start["object"]["kind"] == "Workflow"
    assert note == {"name": "note", "fired": True, "object": None, "error": None}


def test_json_of_an_event_that_is_filtered(render):
    code, out, _ = render("--event", "push=e.json", "-o", "json", e={"body": {"branch": "x"}})
    found = json.loads(out)

    assert code == 3
    assert found["dependencies"][0]["passed"] is False
    assert [each["fired"] for each in found["triggers"]] == [False, False]


def test_a_value_that_is_missing_is_an_error_of_its_trigger(render):
    event = {"body": {"branch": "main", "auhtor": "ada"}}
    code, out, _ = render("--event", "push=e.json", "-o", "json", e=event)
    start, note = json.loads(out)["triggers"]

    assert code == 1
    assert (start["fired"], start["object"]) == (False, None)
    assert "auhtor" in start["error"]
    assert note["fired"]


def test_the_yaml_form_says_errors_beside_it(render):
    event = {"body": {"branch": "main"}}
    code, out, err = render("--event", "push=e.json", "-o", "yaml", e=event)

    assert (code, out) == (1, "")
    assert err.startswith("trigger start: ")


def test_one_trigger_can_be_asked_for(render):
    code, out, _ = render("--event", "push=e.json", "--trigger", "note", "-o", "json", e=MAIN)

    assert code == 0
    assert [each["name"] for each in json.loads(out)["triggers"]] == ["note"]


def test_an_unknown_trigger_is_an_error_that_lists_the_known_ones(render):
    code, _, err = render("--event", "push=e.json", "--trigger", "nope", e=MAIN)

    assert code == 1
    assert "no trigger nope (known: start, note)" in err


def test_plain_data_without_a_dependency_is_for_all_of_them(render):
    code, out, _ = render("--event", "e.json", "-o", "json", e=MAIN)
    found = json.loads(out)

    assert code == 0
    assert [each["name"] for each in found["dependencies"]] == ["push", "pull"]
    assert [each["name"] for each in found["triggers"]] == ["start", "note", "note"]


def test_several_events_are_rendered_together(render):
    args = ["--event", "push=a.json", "--event", "pull=b.json", "-o", "json"]
    code, out, _ = render(*args, a=MAIN, b={})

    assert code == 0
    assert [each["name"] for each in json.loads(out)["dependencies"]] == ["push", "pull"]


CLOUD_EVENT = {
    "specversion": "1.0",
    "id": "abc",
    "source": "webhook",
    "subject": "example",
    "type": "webhook",
    "time": "2026-11-24T08:00:00Z",
    "data": MAIN,
}


def _annotations(out):
    return yaml.safe_load(out)["metadata"]["annotations"]


def test_a_cloud_event_finds_its_dependency_and_keeps_its_attributes(render):
    code, out, _ = render("--event", "e.json", "-o", "yaml", e=CLOUD_EVENT)
    annotations = _annotations(out)

    assert code == 0
    assert annotations["hookline.dev/event-id"] == "abc"
    assert annotations["hookline.dev/event-time"] == "2026-11-24T08:00:00Z"
    assert annotations["hookline.dev/dependency"] == "push"


def test_a_cloud_event_may_carry_its_data_as_base64(render):
    event = {**CLOUD_EVENT, "data_base64": "eyJib2R5Ijp7ImJyYW5jaCI6Im1haW4iLCJhdXRob3IiOiJlIn19"}
    del event["data"]
    code, out, _ = render("--event", "e.json", "-o", "yaml", e=event)

    assert code == 0
    assert yaml.safe_load(out)["spec"]["arguments"]["parameters"][1]["value"] == "e"


def test_a_cloud_event_without_source_goes_where_it_is_sent(render):
    event = {"specversion": "1.0", "data": MAIN}
    code, out, _ = render("--event", "push=e.json", "-o", "yaml", e=event)
    annotations = _annotations(out)

    assert code == 0
    assert annotations["hookline.dev/event-id"] == "sample"
    assert annotations["hookline.dev/event-source"] == "webhook"


def test_a_cloud_event_without_a_type_of_its_data_shows_none_and_its_data_is_json(render):
    sensor = SENSOR.replace("$.push.body.author", "$.context.push.datacontenttype")
    for given, shown in (({}, ""), ({"datacontenttype": "application/json"}, "application/json")):
        event = {"specversion": "1.0", **given, "data": MAIN}
        files = {"event": json.dumps(event)}
        code, out, _ = render("--event", "push=event.json", "-o", "json", sensor=sensor, **files)
        assert code == 0
        made = json.loads(out)["triggers"][0]["object"]["spec"]["arguments"]["parameters"]
        assert [each["value"] for each in made] == ["main", shown]


def test_half_a_surrogate_pair_in_an_event_file_is_read_as_go_reads_it(render):
    text = r'{"body": {"branch": "main", "author": "ada \ud83d"}}'
    for event in (text, f'{{"specversion": "1.0", "data": {text}}}'):
        code, out, _ = render("--event", "push=event.json", "-o", "json", event=event)
        assert code == 0
        made = json.loads(out)["triggers"][0]["object"]["spec"]["arguments"]["parameters"]
        assert made[1]["value"] == "ada \ufffd"


def test_a_cloud_event_that_nobody_waits_for_fires_nothing(render):
    code, _, err = render("--event", "e.json", e={**CLOUD_EVENT, "subject": "other"})

    assert code == 3
    assert "no dependency waits for this event" in err
    assert "webhook/example" in err


def test_a_cloud_event_of_another_dependency_is_an_error(render):
    code, _, err = render("--event", "pull=e.json", e=CLOUD_EVENT)

    assert code == 1
    assert "it is an event of webhook/example, pull waits for webhook/pulls" in err


@pytest.mark.parametrize(
    ("argument", "content", "words"),
    [
        ("nowhere.json", "{}", "nowhere.json: No such file"),
        ("psh=e.json", "{}", "psh is no dependency of the Sensor (known: push, pull)"),
        ("e.json", "{", "e.json: it is no JSON"),
        ("e.json", "", "e.json: it is no JSON"),
        ("push=e.json", '{"specversion": "1.0", "id": 5}', "not a CloudEvent"),
        ("push=e.json", '{"specversion": "1.0", "data_base64": "?"}', "not a CloudEvent"),
    ],
)
def test_an_event_file_that_cannot_be_used_is_one_line(render, argument, content, words):
    code, _, err = render("--event", argument, e=content)

    assert code == 1
    assert words in err
    assert len(err.splitlines()) == 1


def test_data_that_is_no_object_is_plain_data(render):
    code, _, _ = render("--event", "pull=e.json", e="[1, 2]")

    assert code == 0


def test_mistakes_of_the_manifest_are_all_said(render):
    wrong = SENSOR.replace("generateName", "generatename").replace(
        "conditions: push\n", "cond: a\n"
    )
    code, out, err = render("--event", "push=e.json", sensor=wrong, e=MAIN)

    assert (code, out) == (1, "")
    assert len(err.splitlines()) >= 2
    assert all(line.startswith("sensor.yaml:") for line in err.splitlines())


def test_a_warning_does_not_hold_it(render):
    sensor = SENSOR.replace("log: {}", "log: {intervalSeconds: 5}")
    code, _, err = render("--event", "push=e.json", sensor=sensor, e=MAIN)

    assert code == 0
    assert "warning" in err


@pytest.mark.parametrize("sensor", ["kind: ConfigMap\napiVersion: v1\n", f"{SENSOR}---{SENSOR}"])
def test_it_needs_exactly_one_sensor(render, sensor):
    code, _, err = render("--event", "push=e.json", sensor=sensor, e=MAIN)

    assert code == 1
    assert err


def test_an_event_is_required(render):
    code, _, err = render()

    assert code == 2
    assert "--event" in err


def test_it_works_without_any_network(tmp_path):
    """In a process of its own, where a connection to anywhere is an error."""
    code = """
import socket, sys
def refuse(*_): raise AssertionError("a connection")
socket.socket.connect = refuse
from server.cli import main
main()
"""
    sensor, event = tmp_path / "sensor.yaml", tmp_path / "e.json"
    sensor.write_text(SENSOR)
    event.write_text(json.dumps(MAIN))
    ran = subprocess.run(
        [sys.executable, "-c", code, "render", sensor, "--event", f"push={event}"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "kind: Workflow" in ran.stdout


JOINED = SENSOR.replace("conditions: push\n", 'conditions: "push && pull"\n')


def test_a_join_fires_when_all_its_events_are_given(render):
    code, out, _ = render(
        *("--event", "push=p.json", "--event", "pull=q.json", "--trigger", "start", "-o", "yaml"),
        sensor=JOINED,
        p=MAIN,
        q={"number": 1},
    )

    assert code == 0
    assert _annotations(out)["hookline.dev/dependency"] == "pull"
    assert yaml.safe_load(out)["spec"]["arguments"]["parameters"][0]["value"] == "main"


@pytest.mark.parametrize(
    ("minute", "rule", "code"),
    [
        ("00:09", "within: 10m", 0),
        ("00:11", "within: 10m", 3),
        ("00:09", "conditionsReset: [{byTime: {cron: 5 * * * *}}]", 3),
        ("00:04", "conditionsReset: [{byTime: {cron: 5 * * * *}}]", 0),
    ],
)
def test_events_that_came_too_far_apart_fire_nothing(render, minute, rule, code):
    start = {"specversion": "1.0", "source": "webhook", "id": "1", "type": "webhook"}
    push = {**start, "subject": "example", "time": "2026-01-01T00:00:00Z", "data": MAIN}
    pull = {**start, "subject": "pulls", "time": f"2026-01-01T{minute}:00Z", "data": {}}

    ended, _, _ = render(
        *("--event", "p.json", "--event", "q.json", "--trigger", "start"),
        sensor=JOINED.replace('push && pull"', f'push && pull"\n      {rule}'),
        p=push,
        q=pull,
    )

    assert ended == code


def test_half_a_join_fires_nothing(render):
    code, _, _ = render("--event", "push=p.json", "--trigger", "start", sensor=JOINED, p=MAIN)

    assert code == 3


ACTIONS = """
apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {name: act}
spec:
  dependencies:
  - {name: push, eventSourceName: webhook, eventName: example}
  triggers:
  - template:
      name: tell
      http:
        url: http://builds.test/${{ $.push.body.branch }}
        payload:
        - {src: {dependencyName: push, dataKey: body.author}, dest: who}
        secureHeaders:
        - {name: X-Token, valueFrom: {secretKeyRef: {name: api, key: token}}}
  - template:
      name: change
      k8s:
        operation: patch
        source:
          resource:
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: last}
            data: {author: "${{ $.push.body.author }}"}
  - template:
      name: look
      k8s: {source: {configmap: {name: objects, key: one}}}
  - template:
      name: read
      k8s: {source: {file: {path: object.yaml}}}
"""


def test_a_request_is_shown_without_its_secrets(render):
    args = ["--event", "push=e.json", "--trigger", "tell", "-o", "json"]
    code, out, _ = render(*args, sensor=ACTIONS, e=MAIN)
    shown = json.loads(out)["triggers"][0]["object"]

    assert code == 0
    assert (shown["method"], shown["url"]) == ("POST", "http://builds.test/main")
    assert shown["body"] == {"who": "ada"}
    assert shown["headers"]["X-Token"] == "***"


def test_a_change_is_shown_as_it_is_sent(render):
    args = ["--event", "push=e.json", "--trigger", "change", "-o", "yaml"]
    tree = yaml.safe_load(render(*args, sensor=ACTIONS, e=MAIN)[1])

    assert tree["data"] == {"author": "ada"}
    assert tree["metadata"] == {"name": "last", "namespace": "default"}


def test_an_object_that_only_the_cluster_knows_is_named(render):
    args = ["--event", "push=e.json", "--trigger", "look"]
    code, out, _ = render(*args, sensor=ACTIONS, e=MAIN)

    assert code == 0
    assert "its object is in the ConfigMap objects, key one" in out
    assert "no document has it, --config-maps-dir is not set" in out
    code, out, err = render(*args, "-o", "yaml", sensor=ACTIONS, e=MAIN)
    assert (code, out) == (0, "")
    assert "its object is in the ConfigMap objects, key one" in err


OBJECT = "{apiVersion: v1, kind: Secret, metadata: {generateName: a-}}"


def test_an_object_in_a_config_map_document_or_file_is_shown(render, tmp_path):
    args = ["--event", "push=e.json", "--trigger", "look", "-o", "yaml"]
    head = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: objects}\n"
    document = f"{head}data: {{one: '{OBJECT}'}}\n"
    code, out, _ = render(*args, sensor=ACTIONS + document, e=MAIN)
    assert (code, yaml.safe_load(out)["kind"]) == (0, "Secret")

    (tmp_path / "maps" / "objects").mkdir(parents=True)
    (tmp_path / "maps" / "objects" / "one").write_text(OBJECT)
    args += ["--config-maps-dir", str(tmp_path / "maps")]
    code, out, _ = render(*args, sensor=ACTIONS, e=MAIN)
    assert (code, yaml.safe_load(out)["kind"]) == (0, "Secret")


def test_a_config_map_that_holds_no_object_is_an_error_of_its_trigger(render):
    args = ["--event", "push=e.json", "--trigger", "look"]
    head = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: objects}\n"
    code, out, _ = render(*args, sensor=f"{ACTIONS}{head}data: {{one: '[1]'}}\n", e=MAIN)
    assert code == 1
    assert "cannot fire for event sample: the source holds nothing usable" in out


def test_an_object_in_a_file_is_shown_once_it_is_there(render):
    args = ["--event", "push=e.json", "--trigger", "read"]
    code, out, _ = render(*args, sensor=ACTIONS, e=MAIN)
    assert code == 1
    assert "there is no file object.yaml" in out

    Path("object.yaml").write_text("{apiVersion: v1, kind: Secret, metadata: {generateName: a-}}")
    code, out, _ = render(*args, "-o", "yaml", sensor=ACTIONS, e=MAIN)
    assert (code, yaml.safe_load(out)["kind"]) == (0, "Secret")


FROM = """
apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {name: nights}
spec:
  dependencies: [{name: push, eventSourceName: webhook, eventName: example}]
  triggers:
  - template:
      name: start
      argoWorkflow:
        operation: submit-from
        source:
          resource:
            apiVersion: argoproj.io/v1alpha1
            kind: CronWorkflow
            metadata: {name: nightly}
        args: [-p, "branch=${{ $.push.body.branch }}"]
"""
CRON = """
---
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: nightly}
spec: {schedule: "@daily", workflowSpec: {entrypoint: main}}
"""
BRANCH = {"parameters": [{"name": "branch", "value": "main"}]}


@pytest.mark.parametrize(
    ("beside", "spec", "said"),
    [
        (CRON, {"entrypoint": "main", "arguments": BRANCH}, ""),
        ("", {"arguments": BRANCH}, "the rest of its object is in the CronWorkflow"),
    ],
)
def test_what_stands_among_the_manifests_is_submitted_from(render, beside, spec, said):
    code, out, err = render("--event", "e.json", "-o", "yaml", sensor=FROM + beside, e=MAIN)
    tree = yaml.safe_load(out)

    assert (code, tree["kind"], tree["spec"]) == (0, "Workflow", spec)
    assert tree["metadata"]["name"].startswith("nightly-")
    assert said in err
