"""Parameters beside the template: they change the action itself, for each event anew."""

import pytest

from hookline.errors import PermanentError
from trigger.action import Doors

CREATE = """
template:
  name: start
  k8s:
    operation: create
    source:
      resource:
        apiVersion: v1
        kind: ConfigMap
        metadata: {generateName: "made-"}
        data: {text: "${{ $.push.text }}"}
parameters:
"""
NAMED = "- {src: {dependencyName: push, dataKey: %s}, dest: %s}\n"


@pytest.fixture
def order(event, due):
    def _order(trigger, data, event_id="e1"):
        happened = event(data, event_id)
        return trigger.launcher.order({"push": happened}, due(happened))

    return _order


def _kept(trigger):
    return trigger.launcher.prepared._kept.cache_info()


def test_events_change_the_object_before_templates_fill_it(read, order):
    text = CREATE + NAMED % ("kind", "k8s.source.resource.kind")
    text += "- {src: {dependencyName: push, value: '${{ $.push.kind }}!'}, dest: DEST}\n"
    trigger, mistakes = read(text.replace("DEST", "k8s.source.resource.data.more"))
    tree = order(trigger, {"kind": "Secret", "text": "a"}).object

    assert mistakes == []
    assert (tree["kind"], tree["data"]) == ("Secret", {"text": "a", "more": "Secret!"})


def test_an_event_cannot_bring_a_template(read, order):
    trigger, _ = read(CREATE + NAMED % ("a", "k8s.source.resource.data.a"))
    with pytest.raises(PermanentError) as caught:
        order(trigger, {"a": "${{ $.push.secret }}", "secret": "s", "text": "t"})

    assert caught.value.reason == "Parameter"
    kept = order(trigger, {"a": "${{ $.push.text }}", "text": "${{inputs.a}}"}).object
    assert kept["data"] == {"a": "${{inputs.a}}", "text": "${{inputs.a}}"}


def test_the_same_result_is_compiled_once(read, order):
    trigger, _ = read(CREATE + NAMED % ("a", "k8s.source.resource.data.a"))
    for number, value in enumerate(["x", "y", "x", "x"]):
        order(trigger, {"a": value, "text": str(number)}, f"e{number}")

    assert (_kept(trigger).misses, _kept(trigger).hits) == (2, 2)
    assert _kept(trigger).maxsize == 64


def test_a_large_result_is_not_kept(read, order):
    trigger, _ = read(CREATE + NAMED % ("a", "k8s.source.resource.data.a"))
    order(trigger, {"a": "x" * 70_000, "text": ""})

    assert _kept(trigger).currsize == 0


def test_the_name_that_an_event_gives_is_a_label_and_changes_nothing_else(read, order):
    trigger, _ = read(CREATE + NAMED % ("name", "name"))
    metadata = order(trigger, {"name": "other", "text": ""}).object["metadata"]
    plain, _ = read(CREATE.replace("parameters:\n", ""))

    assert trigger.name == "start"
    assert metadata["labels"]["events.argoproj.io/trigger"] == "other"
    assert metadata["name"] == order(plain, {"text": ""}).object["metadata"]["name"]


async def test_the_changed_action_is_carried_out(cluster, read, order):
    text = CREATE + NAMED % ("kind", "k8s.source.resource.kind")
    trigger, _ = read(text, namespace=cluster.namespace)
    doors = Doors(kube=cluster.kube)
    ordered = order(trigger, {"kind": "Secret", "text": "YQ=="})
    made = await trigger.launcher.launch(ordered, doors, lambda: True, repeat=False)
    again = await trigger.launcher.launch(ordered, doors, lambda: True, repeat=True)

    assert (made, made["kind"]) == (again, "Secret")


def test_a_request_is_changed_too(read, order):
    text = "template: {name: a, http: {url: placeholder, method: GET}}\nparameters:\n"
    trigger, mistakes = read(text + NAMED % ("url", "http.url"))

    assert mistakes == []
    assert order(trigger, {"url": "http://a.test/b"}).object["url"] == "http://a.test/b"


@pytest.mark.parametrize(
    ("data", "dest", "said"),
    [
        ({"a": "nonsense"}, "k8s.operation", "k8s.operation"),
        ({"a": "x"}, "k8s.unknown", "unknown field"),
        ({"b": "x"}, "k8s.operation", "unable to resolve"),
        ({"a": ""}, "name", "name"),
    ],
)
def test_what_makes_no_action_is_permanent(read, order, data, dest, said):
    trigger, _ = read(CREATE + NAMED % ("a", dest))
    with pytest.raises(PermanentError, match=said) as caught:
        order(trigger, {**data, "text": ""})

    assert caught.value.reason == "Parameter"


@pytest.mark.parametrize(
    ("text", "dest", "path", "code"),
    [
        ("k8s: {source: {}}", "k8s.operation", "template.k8s.source", "bad-source"),
        ("http: {}", "http.method", "template.http.url", "missing-field"),
        ("http: {url: nonsense}", "http.headers.a", "template.http.url", "bad-url"),
        ("httpx: {}", "httpx.url", "template.httpx", "unknown-field"),
        ("k8s: {source: {s3: {}}}", "k8s.source.s3.key", "template.k8s.source.s3", "not-yet"),
        ("log: {}", "a" * 2000, "parameters[0].dest", "bad-path"),
    ],
)
def test_mistakes_that_no_parameter_mends_are_found_when_the_manifest_loads(
    read, text, dest, path, code
):
    text = f"template: {{name: a, {text}}}\nparameters:\n{NAMED % ('a', dest)}"
    trigger, mistakes = read(text)
    found = [(each.path.removeprefix("spec.triggers[0]."), each.code) for each in mistakes]

    assert trigger is None
    assert (path, code) in found


def test_a_dependency_that_is_none_is_a_mistake(read):
    text = CREATE + "- {src: {dependencyName: pul, dataKey: a}, dest: k8s.operation}\n"
    trigger, mistakes = read(text)

    assert trigger is not None
    assert mistakes[0].level == "fails"
    assert [each.code for each in mistakes] == ["unknown-dependency"]


def test_conditions_come_too_late(read):
    trigger, mistakes = read(CREATE + NAMED % ("a", "conditions"))

    assert trigger is not None
    assert [(each.code, each.level) for each in mistakes] == [("no-effect", "warning")]
