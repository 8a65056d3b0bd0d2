"""An object in a file: what is there now counts."""

import os

import pytest

from hookline.errors import TemporaryError
from trigger.action import Doors

SENSOR = """
template:
  name: start
  k8s:
    source: {file: {path: %s}}
    parameters:
    - {src: {dependencyName: push, dataKey: b}, dest: data.b}
"""
OBJECT = """
apiVersion: v1
kind: ConfigMap
metadata: {generateName: made-}
data: {a: "${{ $.push.a }}"}
"""


@pytest.fixture
def file(tmp_path):
    found = tmp_path / "object.yaml"
    found.write_text(OBJECT)
    return found


@pytest.fixture
def order(event, due):
    def _order(trigger):
        happened = event({"a": "1", "b": "2"})
        return trigger.launcher.order({"push": happened}, due(happened)).object

    return _order


def test_the_object_is_what_the_file_holds_now(read, file, order):
    trigger, mistakes = read(SENSOR % file)
    assert mistakes == []
    assert order(trigger)["data"] == {"a": "1", "b": "2"}

    file.write_text(OBJECT.replace("{a:", "{c:"))
    assert order(trigger)["data"] == {"c": "1", "b": "2"}


async def test_it_is_created(cluster, read, file, event, due):
    trigger, _ = read(SENSOR % file, namespace=cluster.namespace)
    happened = event({"a": "1", "b": "2"})
    order = trigger.launcher.order({"push": happened}, due(happened))
    doors = Doors(kube=cluster.kube)
    made = await trigger.launcher.launch(order, doors, lambda: True, repeat=False)
    again = await trigger.launcher.launch(order, doors, lambda: True, repeat=True)

    assert made == again


def test_a_file_that_comes_later_is_warned_of(read, file, order):
    file.unlink()
    trigger, mistakes = read(SENSOR % file)
    assert [(each.level, each.code) for each in mistakes] == [("warning", "no-source")]
    with pytest.raises(TemporaryError) as caught:
        order(trigger)
    assert (caught.value.reason, caught.value.whole_target) == ("NoSource", True)

    file.write_text(OBJECT)
    assert order(trigger)["data"]["a"] == "1"


@pytest.mark.parametrize("text", ["kind: [", "a: 1\n---\nb: 2\n", "kind: ConfigMap\n"])
def test_a_file_that_was_broken_waits_to_be_mended(read, file, order, text):
    trigger, _ = read(SENSOR % file)
    file.write_text(text)
    with pytest.raises(TemporaryError) as caught:
        order(trigger)

    assert (caught.value.reason, caught.value.whole_target) == ("BadSource", True)


@pytest.mark.parametrize("text", ["kind: [", "kind: ConfigMap\n"])
def test_a_file_that_is_broken_when_the_manifest_loads_is_a_mistake(read, file, text):
    file.write_text(text)
    trigger, mistakes = read(SENSOR % file)

    assert trigger is None
    assert all(
        each.path.startswith("spec.triggers[0].template.k8s.source.file") for each in mistakes
    )


def test_parameters_are_checked_without_the_file(read, file):
    file.unlink()
    trigger, mistakes = read(
        (SENSOR % file).replace("dependencyName: push", "dependencyName: pull")
    )

    assert trigger is not None
    assert "unknown-dependency" in [each.code for each in mistakes]


def test_what_is_no_plain_file_or_too_large_is_not_read(read, tmp_path, order):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b"a" * (1024 * 1024 + 1))
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    for name in ("pipe", "large", "bytes", "."):
        trigger, mistakes = read(SENSOR % (tmp_path / name))
        assert [each.code for each in mistakes] == ["no-source"]
        with pytest.raises(TemporaryError):
            order(trigger)


def test_an_event_may_choose_the_file(read, file, event, due):
    text = SENSOR % "unknown" + (
        "parameters:\n- {src: {dependencyName: push, dataKey: path}, dest: k8s.source.file.path}\n"
    )
    trigger, mistakes = read(text)
    happened = event({"a": "1", "b": "2", "path": str(file)})
    order = trigger.launcher.order({"push": happened}, due(happened))

    assert mistakes == []
    assert order.object["data"]["a"] == "1"
