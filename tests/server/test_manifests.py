from pathlib import Path

import pytest

from hookline.errors import TemporaryError
from server.folders import Folders
from server.manifests import Loaded, load

SOURCE = """\
apiVersion: argoproj.io/v1alpha1
kind: EventSource
metadata: {name: github}
spec:
  webhook:
    push: {endpoint: /push, port: "12000", method: POST}
"""
SENSOR = """\
apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {name: build}
spec:
  dependencies:
  - name: push
    eventSourceName: github
    eventName: push
  triggers:
  - template:
      name: say
      log: {}
"""
BUS = """\
apiVersion: argoproj.io/v1alpha1
kind: EventBus
metadata: {name: default}
spec: {jetstreamExotic: {url: "nats://127.0.0.1:4222"}}
"""


@pytest.fixture
def load_text(tmp_path: Path):
    def load_all(*texts: str, **options) -> Loaded:
        for index, text in enumerate(texts):
            (tmp_path / f"{index}.yaml").write_text(text)
        return load([tmp_path], **options)

    return load_all


def codes(loaded: Loaded) -> list[tuple[str, str, str]]:
    return [(each.level, each.code, each.path) for each in loaded.mistakes]


def test_the_objects_of_all_kinds_are_sorted(load_text):
    other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"
    loaded = load_text(f"{SOURCE}---\n{other}", SENSOR, BUS)
    assert loaded.mistakes == []
    assert [each.name for each in loaded.sources] == ["github"]
    assert [each.name for each in loaded.sensors] == ["build"]
    assert loaded.bus.url == "nats://127.0.0.1:4222"
    assert [each.kind for each in loaded.others] == ["ConfigMap"]
    assert loaded.refused == []


def test_objects_without_a_namespace_are_in_the_given_one(load_text):
    assert load_text(SENSOR, namespace="team").sensors[0].namespace == "team"


def test_without_an_event_bus_there_is_none(load_text):
    assert load_text(SENSOR.replace("spec:", "spec:\n  eventBusName: gone")).bus is None


def test_the_bus_named_default_is_preferred(load_text):
    other = BUS.replace("default", "alpha").replace("4222", "4333")
    assert load_text(other, BUS).bus.name == "default"
    assert load_text(other, "").bus.name == "alpha"


def test_secrets_are_found_in_documents_and_then_in_the_folder(load_text, tmp_path: Path):
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {k: from-document}\n"
    folder = tmp_path / "secrets"
    (folder / "f").mkdir(parents=True)
    (folder / "f" / "k").write_text("from-file\n")
    loaded = load_text(secret, folders=Folders(secrets=folder))
    assert loaded.secrets.value("s", "k") == b"from-document"
    assert loaded.secrets.value("f", "k") == b"from-file"
    assert [each.kind for each in loaded.others] == ["Secret"]
    with pytest.raises(TemporaryError):
        loaded.secrets.value("nobody", "k")


def test_a_bad_object_is_refused_and_the_others_are_served(load_text):
    loaded = load_text(SOURCE.replace("POST}", "POST, prot: 1}"), SENSOR)
    assert codes(loaded) == [("error", "unknown-field", "spec.webhook.push.prot")]
    assert loaded.sources == []
    assert [each.name for each in loaded.sensors] == ["build"]
    assert loaded.refused == ["EventSource github"]


def test_a_file_that_cannot_be_read_is_refused_by_its_name(load_text, tmp_path: Path):
    loaded = load_text("a: [", SENSOR)
    assert loaded.refused == [str(tmp_path / "0.yaml")]
    assert [each.name for each in loaded.sensors] == ["build"]


def test_an_object_with_a_key_twice_is_refused_and_read_for_more_mistakes(load_text):
    text = SENSOR.replace("  - name: push", "  - name: push\n    name: pull") + "  oops: 1\n"
    loaded = load_text(text)
    assert [code for _, code, _ in codes(loaded)] == ["duplicate-key", "unknown-field"]
    assert (loaded.sensors, loaded.refused) == ([], ["Sensor build"])


def test_mistakes_are_in_the_order_of_files_and_lines(load_text):
    loaded = load_text(SENSOR + "  oops: 1\n", SOURCE.replace("spec:", "spex: 1\nspec:"))
    assert [Path(each.file).name for each in loaded.mistakes] == ["0.yaml", "1.yaml"]


@pytest.mark.parametrize(
    ("text", "code", "path", "hint"),
    [
        ("kind: Sensor\nmetadata: {name: x}\nspec: {}\n", "missing-field", "apiVersion", ""),
        ("apiVersion: v1\nmetadata: {name: x}\n", "missing-field", "kind", ""),
        (
            SENSOR.replace("v1alpha1", "v1beta1"),
            "bad-api-version",
            "apiVersion",
            "write argoproj.io/v1alpha1",
        ),
        (SENSOR.replace("Sensor", "Senser"), "unknown-kind", "kind", "did you mean Sensor?"),
        (SENSOR.replace("Sensor", "sensor"), "unknown-kind", "kind", "did you mean Sensor?"),
        (SENSOR.replace("{name: build}", "{}"), "missing-field", "metadata.name", ""),
        (
            SENSOR.replace("{name:", "{generateName:"),
            "missing-field",
            "metadata.name",
            "generateName is no name",
        ),
        (SENSOR.partition("spec:")[0], "missing-field", "spec", ""),
        (SENSOR.partition("spec:")[0] + "spec: 1\n", "bad-type", "spec", ""),
        (SENSOR + "stauts: {}\n", "unknown-field", "stauts", "did you mean status?"),
        (SENSOR.replace("build", "12"), "bad-type", "metadata.name", ""),
    ],
)
def test_what_is_wrong_with_the_object_itself(load_text, text, code, path, hint):
    loaded = load_text(text)
    assert codes(loaded) == [("error", code, path)]
    assert loaded.mistakes[0].suggestion == hint
    assert (loaded.sensors, loaded.others) == ([], [])


def test_other_kinds_of_argo_are_not_ours(load_text):
    workflow = "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {generateName: a-}\n"
    loaded = load_text(workflow, workflow)
    assert loaded.mistakes == []
    assert len(loaded.others) == 2


def test_lenient_drops_unknown_and_misplaced_fields_with_a_warning(load_text):
    text = SENSOR.replace("log: {}", "log: {colour: red}\n      atLeastOnce: true") + "odd: 1\n"
    assert load_text(text).sensors == []
    loaded = load_text(text, lenient=True)
    assert {each.code for each in loaded.mistakes} == {"unknown-field", "misplaced-field"}
    assert {each.level for each in loaded.mistakes} == {"warning"}
    assert len(loaded.mistakes) == 3
    assert [each.name for each in loaded.sensors] == ["build"]


def test_lenient_keeps_other_errors(load_text):
    text = SENSOR.replace("log: {}", "log: {}\n      oops: 1").replace("name: say", "name: 12")
    loaded = load_text(text, lenient=True)
    assert ("error", "bad-type", "spec.triggers[0].template.name") in codes(loaded)
    assert loaded.refused == ["Sensor build"]
