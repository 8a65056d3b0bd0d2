import pytest

from server.manifests import load

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


def missing(loaded):
    assert {each.code for each in loaded.mistakes} <= {"missing-secret"}
    assert {each.level for each in loaded.mistakes} <= {"warning"}
    assert all(each.line for each in loaded.mistakes)
    return [each.path for each in loaded.mistakes]


def test_each_missing_secret_is_named_where_it_is_asked_for(file):
    loaded = load([file])
    assert sorted(missing(loaded)) == [
        "spec.jetstreamExotic.accessSecret",
        "spec.nats.said.auth.basic.username",
        "spec.nats.said.tls.caCertSecret",
    ]
    assert "secret gone, key user" in str(loaded.mistakes[0])
    assert loaded.refused == []


def test_what_is_below_the_folder_of_secrets_is_not_missing(file, tmp_path):
    folder = tmp_path / "secrets"
    for name, key in (("gone", "user"), ("there", "ca"), ("bus", "login")):
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / key).write_text("x")
    assert missing(load([file], secrets_dir=folder)) == []
