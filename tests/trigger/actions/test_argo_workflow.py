"""Submitting a Workflow: what is ordered, what is refused, what is made."""

import pytest
import yaml

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
        ("operation: submit", "operation: retry", "operation", "not-yet"),
        ("operation: submit", "operation: resubmit", "operation", "not-yet"),
        ("operation: submit", "operation: submit\n    args: [--wait]", "args[0]", "bad-args"),
        ("kind: Workflow", "kind: WorkflowTemplate", "source.resource", "wrong-kind"),
        ("kind: Workflow", "kind: CronWorkflow", "source.resource", "wrong-kind"),
        ("argoproj.io/v1alpha1", "v1", "source.resource", "wrong-kind"),
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


ARGO = "argoproj.io/v1alpha1"
MAKES = ["Workflow", "CronWorkflow", "WorkflowTemplate", "ClusterWorkflowTemplate"]


def existing(operation, kind, name="gate", args=(), parameters=()):
    """Return the YAML of a trigger about something in the cluster."""
    action = {
        "operation": operation,
        "source": {"resource": {"apiVersion": ARGO, "kind": kind, "metadata": {"name": name}}},
        "args": list(args),
        "parameters": list(parameters),
    }
    return yaml.safe_dump({"template": {"name": "start", "argoWorkflow": action}})


def put(cluster, kind, name, spec, **metadata):
    """Make an object of Argo in the cluster."""
    home = "" if kind.startswith("Cluster") else f"/namespaces/{cluster.namespace}"
    body = {
        "apiVersion": ARGO,
        "kind": kind,
        "metadata": {"name": name, **metadata},
        "spec": spec,
    }
    answer = cluster.request("POST", f"/apis/{ARGO}{home}/{kind.lower()}s", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
def fire(cluster, read, event, due):
    """Do what a trigger says for an event, in the cluster; returns the object it was done to."""

    async def _fire(text, data=None, *, event_id="e1", repeat=False):
        trigger, mistakes = read(text, namespace=cluster.namespace)
        assert [each for each in mistakes if each.level == "error"] == []
        happened = event({} if data is None else data, event_id)
        order = trigger.launcher.order({"push": happened}, due(happened))
        doors = Doors(kube=cluster.kube)
        made = await trigger.launcher.launch(order, doors, lambda: True, repeat=repeat)
        return await cluster.kube.get(ARGO, made["kind"], cluster.namespace, made["name"])

    return _fire


@pytest.mark.parametrize("kind", MAKES[2:])
async def test_a_template_is_submitted_once_with_its_arguments(cluster, fire, kind):
    name = f"greet-{cluster.namespace}"
    put(cluster, kind, name, {})
    text = existing("submit-from", kind, name, ["-p", "message=${{ $.push.message }}"])
    made = await fire(text, {"message": "hi"})
    again = await fire(text, {"message": "hi"}, repeat=True)
    scope = {"clusterScope": True} if kind.startswith("Cluster") else {}

    assert made["metadata"]["uid"] == again["metadata"]["uid"]
    assert made["spec"] == {
        "workflowTemplateRef": {"name": name, **scope},
        "arguments": {"parameters": [{"name": "message", "value": "hi"}]},
    }
    assert name in made["metadata"]["labels"].values()
    assert made["metadata"]["name"].startswith("greet-")
    assert len(cluster.names()) == 1


async def test_a_cron_workflow_is_submitted_as_it_stands(cluster, fire):
    spec = {"schedule": "@daily", "workflowSpec": {"entrypoint": "main"}}
    cron = put(cluster, "CronWorkflow", "nightly", spec)
    made = await fire(existing("submit-from", "CronWorkflow", "nightly"))

    assert made["spec"] == {"entrypoint": "main"}
    assert [each["uid"] for each in made["metadata"]["ownerReferences"]] == [
        cron["metadata"]["uid"]
    ]
    labels = made["metadata"]["labels"]
    assert labels["workflows.argoproj.io/cron-workflow"] == "nightly"
    assert labels["events.argoproj.io/trigger"] == "start"


async def test_a_workflow_is_submitted_anew(cluster, fire):
    put(cluster, "Workflow", "before", {"entrypoint": "main", "shutdown": "Stop"})
    made = await fire(existing("submit-from", "Workflow", "before", ["--entrypoint=other"]))

    assert made["spec"] == {"entrypoint": "other"}
    assert made["metadata"]["name"].startswith("before-")


@pytest.mark.parametrize("kind", MAKES)
async def test_what_is_not_there_yet_is_waited_for(cluster, fire, kind):
    with pytest.raises(TemporaryError) as caught:
        await fire(existing("submit-from", kind, "nowhere"))

    assert caught.value.whole_target
    assert caught.value.reason == "NoSource"
    assert cluster.names() == []


@pytest.mark.parametrize(
    ("operation", "before", "after"),
    [
        ("suspend", {}, {"suspend": True}),
        ("suspend", {"suspend": True}, {"suspend": True}),
        ("resume", {"suspend": True}, {}),
        ("resume", {}, {}),
        ("stop", {}, {"shutdown": "Stop"}),
        ("terminate", {"shutdown": "Stop"}, {"shutdown": "Terminate"}),
    ],
)
async def test_a_workflow_is_changed_as_argo_does(cluster, fire, operation, before, after):
    put(cluster, "Workflow", "gate", {"entrypoint": "main", **before})
    changed = await fire(existing(operation, "Workflow"))

    assert changed["spec"] == {"entrypoint": "main", **after}


@pytest.mark.parametrize(("operation", "suspended"), [("suspend", True), ("resume", False)])
async def test_the_schedule_of_a_cron_workflow_is_changed(cluster, fire, operation, suspended):
    put(cluster, "CronWorkflow", "gate", {"schedule": "@daily", "suspend": not suspended})
    changed = await fire(existing(operation, "CronWorkflow"))

    assert changed["spec"] == {"schedule": "@daily", "suspend": suspended}


async def test_an_event_names_what_is_resumed(cluster, fire):
    put(cluster, "Workflow", "w-7", {"suspend": True})
    name = {"src": {"dependencyName": "push", "dataKey": "name"}, "dest": "metadata.name"}
    changed = await fire(existing("resume", "Workflow", parameters=[name]), {"name": "w-7"})

    assert changed["metadata"]["name"] == "w-7"
    assert changed["spec"] == {}


@pytest.mark.parametrize(
    ("operation", "kind", "spec"),
    [
        ("suspend", "Workflow", {"suspend": True}),
        ("resume", "Workflow", {"suspend": None}),
        ("resume", "CronWorkflow", {"suspend": False}),
        ("stop", "Workflow", {"shutdown": "Stop"}),
        ("terminate", "Workflow", {"shutdown": "Terminate"}),
    ],
)
def test_the_order_shows_the_patch(read, event, due, operation, kind, spec):
    trigger, mistakes = read(existing(operation, kind))
    happened = event({})

    assert mistakes == []
    assert trigger.launcher.order({"push": happened}, due(happened)).object == {
        "apiVersion": ARGO,
        "kind": kind,
        "metadata": {"name": "gate", "namespace": "default"},
        "spec": spec,
    }


@pytest.mark.parametrize(
    ("operation", "kind", "hint"),
    [
        ("submit", "WorkflowTemplate", "submit-from"),
        ("submit-from", "WorkflowEventBinding", "kind: Workflow"),
        ("suspend", "WorkflowTemplate", "kind: Workflow or CronWorkflow"),
        ("stop", "CronWorkflow", "operation: suspend"),
        ("terminate", "ClusterWorkflowTemplate", "kind: Workflow"),
    ],
)
def test_an_operation_takes_some_kinds(read, operation, kind, hint):
    trigger, mistakes = read(existing(operation, kind))

    assert trigger is None
    assert [mistake.code for mistake in mistakes] == ["wrong-kind"]
    assert hint in mistakes[0].suggestion


@pytest.mark.parametrize("operation", ["submit-from", "suspend", "resume", "stop", "terminate"])
def test_what_is_meant_has_to_be_named(read, operation):
    _, mistakes = read(existing(operation, "Workflow", name=""))

    assert [mistake.code for mistake in mistakes] == ["missing-field"]


@pytest.mark.parametrize("operation", ["submit-from", "stop"])
def test_what_is_not_sent_is_warned_of(read, operation):
    parameter = {"src": {"dependencyName": "push", "dataKey": "a"}, "dest": "spec.entrypoint"}
    tree = yaml.safe_load(existing(operation, "Workflow", parameters=[parameter]))
    tree["template"]["argoWorkflow"]["source"]["resource"]["spec"] = {"entrypoint": "x"}
    trigger, mistakes = read(yaml.safe_dump(tree))

    assert trigger is not None
    assert [(each.level, each.code) for each in mistakes] == [("warning", "no-effect")] * 2


@pytest.mark.parametrize("operation", ["suspend", "resume", "stop", "terminate"])
def test_arguments_are_for_what_is_submitted(read, operation):
    _, mistakes = read(existing(operation, "Workflow", args=["-p", "a=b"]))

    assert [(each.path[-4:], each.code) for each in mistakes] == [("args", "bad-args")]


def test_a_name_in_the_arguments_is_enough(read, event, due):
    text = BARE % ("labels: {a: b}", "entrypoint: main")
    trigger, mistakes = read(text + "    args: [--generate-name, made-]\n")
    happened = event({})

    assert mistakes == []
    tree = trigger.launcher.order({"push": happened}, due(happened)).object
    assert tree["metadata"]["name"].startswith("made-")
