"""Submitting a Workflow: what is ordered, what is refused, what is made."""

import pytest

from hookline.errors import PermanentError, TemporaryError
from hookline.kube.config import connect
from trigger.action import Doors, LeaseLostError

SENSOR = """
template:
  name: start
  argoWorkflow:
    operation: submit
    source:
      resource:
        apiVersion: argoproj.io/v1alpha1
        kind: Workflow
        metadata: {generateName: hello-}
        spec:
          entrypoint: main
          arguments:
            parameters:
            - {name: message, value: "${{ $.push.message }}"}
            - {name: subject, value: old}
    parameters:
    - src: {dependencyName: push, contextKey: subject}
      dest: spec.arguments.parameters.1.value
"""
BARE = """
template:
  name: start
  argoWorkflow:
    operation: submit
    source:
      resource:
        apiVersion: argoproj.io/v1alpha1
        kind: Workflow
        metadata: {%s}
        spec: {%s}
"""


@pytest.fixture
def launcher(read):
    trigger, mistakes = read(SENSOR)
    assert mistakes == []
    return trigger.launcher


def test_the_order_is_the_whole_object_with_its_final_name(launcher, event, due):
    happened = event({"message": "hi"})
    tree = launcher.order({"push": happened}, due(happened)).object

    assert tree["metadata"]["name"] == f"hello-{due(happened).key}"
    assert tree["metadata"]["namespace"] == "default"
    assert tree["spec"]["arguments"]["parameters"] == [
        {"name": "message", "value": "hi"},
        {"name": "subject", "value": "example-1"},
    ]


def test_an_argument_is_text_whatever_the_event_holds(launcher, event, due):
    happened = event({"message": {"a": 1}})
    tree = launcher.order({"push": happened}, due(happened)).object

    assert tree["spec"]["arguments"]["parameters"][0]["value"] == '{"a":1}'


def test_the_same_event_orders_the_same_object(launcher, event, due):
    happened = event({"message": "hi"})
    orders = [launcher.order({"push": happened}, due(happened)).object for _ in range(2)]

    assert orders[0] == orders[1]
    assert list(orders[0]) == list(orders[1])


async def test_the_workflow_is_made_in_the_cluster(cluster, read, event, due):
    trigger, _ = read(SENSOR, namespace=cluster.namespace)
    happened = event({"message": "hi"})
    order = trigger.launcher.order({"push": happened}, due(happened))
    doors = Doors(kube=cluster.kube)

    made = await trigger.launcher.launch(order, doors, lambda: True, repeat=False)
    again = await trigger.launcher.launch(order, doors, lambda: True, repeat=True)

    assert made == again
    assert cluster.names() == [made["name"]]


async def test_a_lease_that_ended_before_the_action_sends_nothing(launcher, sandbox, event, due):
    happened = event({"message": "hi"})
    order = launcher.order({"push": happened}, due(happened))
    kube = await connect(server_url=sandbox.url)
    with pytest.raises(LeaseLostError):
        await launcher.launch(order, Doors(kube), lambda: False, repeat=False)
    await kube.close()

    assert sandbox.objects("workflows") == []


async def test_without_a_door_to_kubernetes_it_is_tried_again(launcher, event, due):
    happened = event({"message": "hi"})
    order = launcher.order({"push": happened}, due(happened))

    with pytest.raises(TemporaryError):
        await launcher.launch(order, Doors(kube=None), lambda: True, repeat=False)


def test_a_missing_value_is_permanent(launcher, event, due):
    happened = event({"massage": "hi"})
    with pytest.raises(PermanentError) as caught:
        launcher.order({"push": happened}, due(happened))

    assert caught.value.reason == "Parameter"
    assert "massage" in str(caught.value)


def test_a_parameter_cannot_make_it_another_kind(read, event, due):
    text = SENSOR.replace("spec.arguments.parameters.1.value", "kind")
    trigger, _ = read(text)
    happened = event({"message": "hi"})
    with pytest.raises(PermanentError, match="submit takes a Workflow"):
        trigger.launcher.order({"push": happened}, due(happened))


def test_an_inline_workflow_is_filled_too(read, event, due):
    trigger, mistakes = read(
        """
template:
  name: start
  argoWorkflow:
    operation: submit
    source:
      inline: |
        apiVersion: argoproj.io/v1alpha1
        kind: Workflow
        metadata: {name: "w-${{ $.push.number }}"}
"""
    )
    assert mistakes == []
    happened = event({"number": 7})

    assert (
        trigger.launcher.order({"push": happened}, due(happened)).object["metadata"]["name"]
        == "w-7"
    )


def test_a_name_that_a_parameter_writes_is_enough(read, event, due):
    text = BARE % ("labels: {a: b}", "entrypoint: main")
    _, without = read(text)
    assert [mistake.code for mistake in without] == ["missing-field"]

    trigger, mistakes = read(
        text + "    parameters:\n"
        "    - {src: {dependencyName: push, dataKey: n}, dest: metadata.generateName}\n"
    )
    assert mistakes == []
    happened = event({"n": "made-"})
    name = trigger.launcher.order({"push": happened}, due(happened)).object["metadata"]["name"]
    assert name.startswith("made-")


@pytest.mark.parametrize(
    ("old", "new", "path", "code"),
    [
        ("operation: submit", "operation: ''", "operation", "missing-field"),
        ("operation: submit", "operation: submitt", "operation", "bad-value"),
        ("operation: submit", "operation: submit-from", "operation", "not-yet"),
        ("operation: submit", "operation: resubmit", "operation", "not-yet"),
        ("operation: submit", "operation: submit\n    args: [-p, a=b]", "args", "not-yet"),
        ("kind: Workflow", "kind: WorkflowTemplate", "source.resource", "wrong-kind"),
        ("kind: Workflow", "kind: CronWorkflow", "source.resource", "wrong-kind"),
        ("argoproj.io/v1alpha1", "v1", "source.resource", "wrong-kind"),
        (
            "dependencyName: push",
            "dependencyName: pus",
            "parameters[0].src.dependencyName",
            "unknown-dependency",
        ),
        ("$.push.message", "$.pus.message", "source.resource", "unknown-dependency"),
    ],
)
def test_mistakes_are_found_when_the_manifest_loads(read, old, new, path, code):
    trigger, mistakes = read(SENSOR.replace(old, new))

    assert trigger is None
    where = f"spec.triggers[0].template.argoWorkflow.{path}"
    assert [(m.path[: len(where)], m.code) for m in mistakes] == [(where, code)]


def test_an_empty_name_is_no_name(read):
    _, mistakes = read(BARE % ("name: '', generateName: a-", "entrypoint: main"))
    assert mistakes == []

    _, mistakes = read(BARE % ("name: ''", "entrypoint: main"))
    assert [mistake.code for mistake in mistakes] == ["missing-field"]


def test_a_fixed_name_over_the_limit_is_a_mistake(read):
    _, mistakes = read(BARE % (f"name: {'x' * 64}", "entrypoint: main"))

    assert [mistake.code for mistake in mistakes] == ["bad-name"]


@pytest.mark.parametrize(
    ("name", "codes"),
    [("nightly", [("warning", "fixed-name")]), ('"n-${{ $.push.id }}"', [])],
)
def test_a_name_that_every_event_wants_is_warned_of(read, name, codes):
    trigger, mistakes = read(BARE % (f"name: {name}", "entrypoint: main"))

    assert trigger is not None
    assert [(mistake.level, mistake.code) for mistake in mistakes] == codes


@pytest.mark.parametrize("key", ["Completion", "Success", "Failure"])
@pytest.mark.parametrize(("seconds", "codes"), [(59, [("warning", "short-ttl")]), (60, [])])
def test_a_short_life_after_the_end_is_warned_of(read, key, seconds, codes):
    spec = f"ttlStrategy: {{secondsAfter{key}: {seconds}}}"
    trigger, mistakes = read(BARE % ("generateName: a-", spec))

    assert trigger is not None
    assert [(mistake.level, mistake.code) for mistake in mistakes] == codes
