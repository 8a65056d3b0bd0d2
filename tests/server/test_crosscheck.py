from pathlib import Path

import pytest

from hookline.manifest import Mistake
from server.manifests import Loaded, load


@pytest.fixture
def load_text(tmp_path: Path):
    def load_all(*texts: str) -> Loaded:
        (tmp_path / "all.yaml").write_text("---\n".join(texts))
        return load([tmp_path])

    return load_all


def source(name: str, *events: str, namespace: str = "", **changes: str) -> str:
    settings = {"endpoint": "/x", "port": "12000", "method": "POST", **changes}
    written = ", ".join(f'{key}: "{value}"' for key, value in settings.items())
    where = f", namespace: {namespace}" if namespace else ""
    lines = [f"    {event}: {{{written}}}" for event in events]
    return "\n".join(
        [
            "apiVersion: argoproj.io/v1alpha1",
            "kind: EventSource",
            f"metadata: {{name: {name}{where}}}",
            "spec:",
            "  webhook:",
            *lines,
            "",
        ]
    )


def sensor(source_name: str, event: str, name: str = "s") -> str:
    return f"""\
apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {{name: {name}}}
spec:
  dependencies:
  - {{name: d, eventSourceName: "{source_name}", eventName: "{event}"}}
  triggers:
  - template: {{name: t, log: {{}}}}
"""


def only(loaded: Loaded) -> Mistake:
    assert len(loaded.mistakes) == 1, loaded.mistakes
    return loaded.mistakes[0]


def test_two_objects_of_one_name_are_an_error_that_names_the_first(load_text):
    loaded = load_text(sensor("a", "b"), sensor("a", "c"))
    mistake = only(loaded)
    assert (mistake.level, mistake.code, mistake.path) == (
        "error",
        "duplicate-object",
        "metadata.name",
    )
    assert "all.yaml:1" in mistake.message
    assert mistake.line > 8
    assert [each.dependencies["d"].event for each in loaded.sensors] == ["b"]


def test_one_name_in_two_kinds_is_fine(load_text):
    loaded = load_text(source("a", "e"), sensor("a", "e", name="a"))
    assert loaded.mistakes == []


def test_one_name_in_two_namespaces_is_refused_since_the_bus_knows_no_namespaces(load_text):
    """Both would share subjects, consumers and records, and one would be gone without a word."""
    again = source("a", "e", namespace="team", port="12001")
    mistake = only(load_text(source("a", "e"), again))
    assert mistake.code == "duplicate-object"
    assert "namespace" in mistake.suggestion


def test_the_default_namespace_may_be_written(load_text):
    again = source("a", "e", namespace="default", port="12001")
    assert only(load_text(source("a", "e"), again)).code == "duplicate-object"


def test_two_event_sources_on_one_endpoint_are_an_error(load_text):
    loaded = load_text(source("a", "e"), source("b", "f"))
    mistake = only(loaded)
    assert (mistake.level, mistake.code) == ("error", "duplicate-endpoint")
    assert mistake.path == "spec.webhook.f"
    assert "EventSource a" in mistake.message
    assert [each.name for each in loaded.sources] == ["a"]


def test_other_ports_and_paths_do_not_clash(load_text):
    loaded = load_text(source("a", "e"), source("b", "f", port="1"), source("c", "g", endpoint="/"))
    assert loaded.mistakes == []


def test_an_event_that_no_file_defines_is_a_warning_with_the_closest(load_text):
    loaded = load_text(source("hooks", "push"), sensor("hooks", "pusch"))
    mistake = only(loaded)
    assert (mistake.level, mistake.code) == ("warning", "unknown-event")
    assert mistake.path == "spec.dependencies[0].eventName"
    assert mistake.suggestion == "did you mean push?"
    assert len(loaded.sensors) == 1


def test_an_event_source_that_no_file_defines_is_a_warning(load_text):
    mistake = only(load_text(source("hooks", "push"), sensor("other", "push")))
    assert (mistake.level, mistake.code) == ("warning", "unknown-event")
    assert mistake.suggestion == "in these files: hooks"


def test_a_sensor_alone_is_not_warned(load_text):
    assert load_text(sensor("elsewhere", "push")).mistakes == []


def test_an_event_of_a_kind_that_is_not_there_yet_is_known(load_text):
    text = source("clock", "tick").replace("webhook", "calendar")
    loaded = load_text(text, sensor("clock", "tick"))
    assert [each.code for each in loaded.mistakes] == ["not-yet"]


@pytest.mark.parametrize("name", ["a.b", "a b", "*", ">", "ä"])
def test_names_that_cannot_be_on_the_bus_are_errors(load_text, name):
    loaded = load_text(sensor(name, "push"))
    assert only(loaded).code == "bad-name"
    assert only(loaded).path == "spec.dependencies[0].eventSourceName"
    assert loaded.sensors == []
    assert only(load_text(source(f'"{name}"', "e"))).code == "bad-name"
