import pytest

from server.folders import NO_FOLDERS, Folders
from server.manifests import load
from server.missing import missing

MANIFESTS = """\
apiVersion: argoproj.io/v1alpha1
kind: EventSource
metadata: {name: hooks}
spec:
  webhook:
    push:
      endpoint: /push
      port: "12000"
      method: POST
      authSecret: {name: there, key: token}
  nats:
    said:
      url: nats://127.0.0.1:4222
      subject: a
      auth:
        basic:
          username: {name: gone, key: user}
          password: {name: there, key: token}
      tls:
        caCertSecret: {name: there, key: ca}
---
apiVersion: argoproj.io/v1alpha1
kind: EventBus
metadata: {name: default}
spec:
  jetstreamExotic:
    url: nats://127.0.0.1:4222
    accessSecret: {name: bus, key: login}
---
apiVersion: v1
kind: Secret
metadata: {name: there}
stringData: {token: t}
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "all.yaml"
    path.write_text(MANIFESTS)
    return path


SENSOR = """\
apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {name: acts}
spec:
  dependencies:
    - {name: push, eventSourceName: hooks, eventName: push}
  triggers:
    - template:
        name: call
        http:
          url: https://127.0.0.1/
          payload: [{src: {dependencyName: push, dataKey: body}, dest: all}]
          basicAuth:
            username: {name: login, key: user}
            password: {name: "${{ $.push.body.who }}", key: password}
          secureHeaders:
            - {name: X-A, valueFrom: {secretKeyRef: {name: headers, key: a}}}
            - {name: X-B, valueFrom: {configMapKeyRef: {name: plain, key: b}}}
          tls: {caCertSecret: {name: authorities, key: ca}}
      parameters:
        - {src: {dependencyName: push, dataKey: body.ca}, dest: http.tls.caCertSecret.name}
      dlqTrigger:
        template:
          name: late
          k8s:
            operation: create
            source: {configmap: {name: objects, key: late}}
    - template:
        name: make
        argoWorkflow:
          operation: submit
          source: {configmap: {name: objects, key: workflow}}
"""
OBJECTS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: objects}
data: {late: "x"}
"""


def warnings(*paths, folders=NO_FOLDERS):
    loaded = load(paths, folders=folders)
    assert [str(each) for each in loaded.mistakes if each.level == "error"] == []
    assert loaded.refused == []
    found = missing(loaded)
    assert {each.level for each in found} <= {"warning"}
    assert all(each.line for each in found)
    return found


def places(found):
    return sorted((each.code, each.path) for each in found)


def paths_of(found):
    assert {each.code for each in found} <= {"missing-secret"}
    return [each.path for each in found]


def test_each_missing_secret_is_named_where_it_is_asked_for(file):
    found = warnings(file)
    assert sorted(paths_of(found)) == [
        "spec.jetstreamExotic.accessSecret",
        "spec.nats.said.auth.basic.username",
        "spec.nats.said.tls.caCertSecret",
    ]
    assert "secret gone, key user" in str(found[0])


def test_what_is_below_the_folder_of_secrets_is_not_missing(file, tmp_path):
    folder = tmp_path / "secrets"
    for name, key in (("gone", "user"), ("there", "ca"), ("bus", "login")):
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / key).write_text("x")
    assert warnings(file, folders=Folders(secrets=folder)) == []


SECRET, CONFIG_MAP = "missing-secret", "missing-config-map"
TRIGGER = "spec.triggers[0]"
HTTP = f"{TRIGGER}.template.http"


@pytest.fixture
def sensor(tmp_path):
    path = tmp_path / "sensor.yaml"
    path.write_text(SENSOR)
    return path


def test_each_missing_one_of_a_trigger_is_named_unless_an_event_chooses_it(sensor):
    assert places(warnings(sensor)) == [
        (CONFIG_MAP, f"{TRIGGER}.dlqTrigger.template.k8s.source.configmap"),
        (CONFIG_MAP, f"{HTTP}.secureHeaders[1].valueFrom.configMapKeyRef"),
        (CONFIG_MAP, "spec.triggers[1].template.argoWorkflow.source.configmap"),
        (SECRET, f"{HTTP}.basicAuth.username"),
        (SECRET, f"{HTTP}.secureHeaders[0].valueFrom.secretKeyRef"),
    ]


def test_what_is_in_documents_or_below_the_folders_is_not_missing(sensor, tmp_path):
    document = tmp_path / "objects.yaml"
    document.write_text(OBJECTS)
    folders = Folders(tmp_path / "secrets", tmp_path / "maps")
    for path in ("secrets/login/user", "secrets/headers/a", "maps/plain/b"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")
    [workflow] = warnings(sensor, document, folders=folders)
    assert workflow.path == "spec.triggers[1].template.argoWorkflow.source.configmap"
    assert str(tmp_path / "maps" / "objects" / "workflow") in workflow.message


def test_every_place_that_was_looked_at_is_named(sensor, tmp_path):
    [login, header] = [each for each in warnings(sensor) if each.code == SECRET]
    assert "no document has it, --secrets-dir is not set" in login.message
    assert "the cluster" in header.suggestion
    folders = Folders(tmp_path / "none", tmp_path / "none")
    for each in warnings(sensor, folders=folders):
        assert "no document has it" in each.message
        assert f"{tmp_path / 'none'}/" in each.message
