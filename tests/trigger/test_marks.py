"""Names, labels and annotations of what events make."""

import pytest

from hookline.errors import PermanentError
from trigger.action import Setting
from trigger.marks import (
    IDENTITY,
    SENSOR_LABEL,
    TRIGGER_LABEL,
    carries_hash,
    full_identity,
    mark,
    settle,
)


@pytest.fixture
def marked(at, event, due):
    def _marked(metadata, kind="Workflow", setting=at, event_id="e1"):
        tree = {"kind": kind} if metadata is None else {"kind": kind, "metadata": metadata}
        return mark(tree, setting, due(event({}, event_id)))["metadata"]

    return _marked


def test_a_generated_name_is_the_prefix_and_the_hash(marked, event, due):
    metadata = marked({"generateName": "coinflip-"})
    key = due(event({})).key

    assert metadata["name"] == f"coinflip-{key}"
    assert "generateName" not in metadata
    assert carries_hash(metadata["name"], key)


def test_the_name_is_the_same_every_time_and_another_for_another_event(marked):
    same = {marked({"generateName": "a-"})["name"] for _ in range(3)}

    assert len(same) == 1
    assert marked({"generateName": "a-"}, event_id="e2")["name"] not in same


@pytest.mark.parametrize(("kind", "limit"), [("Workflow", 63), ("CronWorkflow", 52)])
def test_a_long_prefix_is_cut_to_the_limit_of_its_kind(marked, kind, limit):
    name = marked({"generateName": "x" * 100 + "-"}, kind)["name"]

    assert len(name) == limit


def test_a_fixed_name_stays_as_it_is(marked):
    metadata = marked({"name": "nightly", "generateName": "ignored-"})

    assert metadata["name"] == "nightly"
    assert "generateName" not in metadata


@pytest.mark.parametrize("name", ["UPPER", "a" * 64, "a/b", "-a", "a b", 5, "é"])
def test_a_fixed_name_that_kubernetes_refuses_is_refused_here(marked, name):
    with pytest.raises(PermanentError) as caught:
        marked({"name": name})
    assert caught.value.reason == "Invalid"


@pytest.mark.parametrize("metadata", [None, {}, {"name": ""}, {"generateName": 5}])
def test_an_object_without_any_name_is_refused(marked, metadata):
    with pytest.raises(PermanentError, match="neither name nor generateName"):
        marked(metadata)


@pytest.mark.parametrize("metadata", [{"name": "a", "labels": "x"}, "text"])
def test_metadata_that_cannot_carry_marks_is_refused(marked, metadata):
    with pytest.raises(PermanentError, match="is no mapping"):
        marked(metadata)


def test_the_namespace_of_the_object_comes_before_the_sensors(marked):
    assert marked({"name": "a", "namespace": "own"})["namespace"] == "own"
    assert marked({"name": "a"})["namespace"] == "default"


def test_labels_are_upstreams_and_the_identity_and_the_users_stay(marked, event, due):
    labels = marked({"name": "a", "labels": {"team": "x", SENSOR_LABEL: "not mine"}})["labels"]

    assert labels == {
        "team": "x",
        SENSOR_LABEL: "web",
        TRIGGER_LABEL: "start",
        IDENTITY: due(event({})).key,
    }


def test_names_that_are_no_label_values_become_some(marked):
    setting = Setting("web", "start the build!", "default", ("push",))
    value = marked({"name": "a"}, setting=setting)["labels"][TRIGGER_LABEL]

    assert value.startswith("start-the-build-")
    assert len(value) <= 63


def test_annotations_say_which_event_it_was(marked, event, due):
    annotations = marked({"name": "a", "annotations": {"mine": "x"}})["annotations"]

    assert annotations == {
        "mine": "x",
        "hookline.dev/event-id": "e1",
        "hookline.dev/event-source": "webhook",
        "hookline.dev/event-name": "example-1",
        "hookline.dev/event-time": "2026-11-24T08:00:00.5Z",
        "hookline.dev/dependency": "push",
        IDENTITY: full_identity(due(event({}))),
    }


def test_the_full_identity_tells_events_triggers_and_dependencies_apart(event, due):
    first = due(event({}))
    others = [
        due(event({}, "e2")),
        due(event({}), trigger="other"),
        due(event({}), dependency="pull"),
        due(event({}), sensor="other"),
    ]

    assert len({full_identity(each) for each in [first, *others]}) == 5


def test_other_kinds_may_have_long_fixed_names_and_more_signs(marked):
    assert marked({"name": "a" * 253}, "ConfigMap")["name"] == "a" * 253
    assert marked({"name": "system:reader"}, "Role")["name"] == "system:reader"
    with pytest.raises(PermanentError):
        marked({"name": "a" * 254}, "ConfigMap")


def test_what_belongs_to_the_cluster_has_no_namespace(at):
    tree = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"namespace": "x"}}

    assert settle(tree, at)["metadata"] == {}


@pytest.mark.parametrize("namespace", [5, True, ["a"], {"a": 1}])
def test_a_namespace_that_is_no_text_is_refused(marked, namespace):
    with pytest.raises(PermanentError, match="namespace") as caught:
        marked({"name": "a", "namespace": namespace})

    assert caught.value.reason == "Invalid"
