"""Objects of any kind, created once and changed at least once: the sandbox and a real cluster."""

import json

import pytest
import yaml

from hookline.errors import PermanentError, TemporaryError
from hookline.kube.client import APPLY, JSON_PATCH, MERGE, STRATEGIC
from hookline.kube.config import connect
from hookline.kube.errors import NotFoundError
from trigger.action import Doors, LeaseLostError
from trigger.marks import IDENTITY

ARGO = "argoproj.io/v1alpha1"
CONFIG = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "settings"},
    "data": {"a": "${{ $.push.a }}"},
}
NAMED = {"apiVersion": ARGO, "kind": "Workflow", "metadata": {"name": "mine"}}


def _text(source, operation=None, parameters=(), **fields):
    k8s = {"source": {"resource": source}, "parameters": list(parameters), **fields}
    if operation is not None:
        k8s["operation"] = operation
    return yaml.safe_dump({"template": {"name": "start", "k8s": k8s}})


def _from(data_key, dest, **more):
    return {"src": {"dependencyName": "push", "dataKey": data_key}, "dest": dest, **more}


@pytest.fixture
def fire(cluster, read, event, due):
    """Do what a trigger says for an event, in the cluster; returns the reference."""

    async def _fire(text, data, *, repeat=False, lease_is_live=lambda: True):
        trigger, mistakes = read(text, namespace=cluster.namespace)
        assert [each for each in mistakes if each.level == "error"] == []
        happened = event(data)
        order = trigger.launcher.order({"push": happened}, due(happened))
        doors = Doors(kube=cluster.kube)
        return await trigger.launcher.launch(order, doors, lease_is_live, repeat=repeat)

    return _fire


@pytest.fixture
def settings(cluster):
    """The ConfigMap `settings`: put it there, look at it."""
    path = f"/api/v1/namespaces/{cluster.namespace}/configmaps"

    class Settings:
        def put(self, **data):
            body = {**CONFIG, "data": data}
            assert cluster.request("POST", path, json=body).status_code == 201

        def look(self):
            return cluster.request("GET", f"{path}/settings").json()

    return Settings()


@pytest.mark.parametrize("operation", [None, "", "create"])
async def test_an_object_is_created_once(cluster, fire, operation):
    source = {**CONFIG, "metadata": {"generateName": "made-"}}
    made = await fire(_text(source, operation), {"a": "1"})
    again = await fire(_text(source, operation), {"a": "1"}, repeat=True)
    third = await fire(_text(source, operation), {"a": "1"})
    stored = await cluster.kube.get("v1", "ConfigMap", cluster.namespace, made["name"])

    assert made == again == third
    assert stored["data"] == {"a": "1"}
    assert stored["metadata"]["labels"]["events.argoproj.io/trigger"] == "start"
    assert IDENTITY in stored["metadata"]["annotations"]


@pytest.mark.parametrize("kind", ["Workflow", "WorkflowTemplate", "CronWorkflow"])
async def test_kinds_of_argo_are_created_in_the_sensors_namespace(cluster, fire, kind):
    source = {"apiVersion": ARGO, "kind": kind, "metadata": {"generateName": f"{'x' * 70}-"}}
    made = await fire(_text({**source, "spec": {}}), {})
    limit = 52 if kind == "CronWorkflow" else 63

    assert len(made["name"]) == limit
    assert made["namespace"] == cluster.namespace


async def test_a_fixed_name_of_another_kind_may_be_long(fire):
    made = await fire(_text({**CONFIG, "metadata": {"name": "n" * 100}}), {"a": "1"})

    assert made["name"] == "n" * 100


async def test_what_belongs_to_the_cluster_stands_in_no_namespace(cluster, fire):
    source = {
        "apiVersion": ARGO,
        "kind": "ClusterWorkflowTemplate",
        "metadata": {"generateName": "all-", "namespace": "ignored"},
        "spec": {},
    }
    made = await fire(_text(source), {})
    again = await fire(_text(source), {}, repeat=True)
    gone = {**source, "metadata": {"name": made["name"]}}
    await fire(_text(gone, "delete"), {})

    assert made == again
    assert made["namespace"] == ""
    with pytest.raises(NotFoundError):
        await cluster.kube.get(ARGO, "ClusterWorkflowTemplate", "", made["name"])


async def test_the_cluster_says_which_unknown_kinds_stand_in_no_namespace(fire):
    names = {"plural": "hookthings", "kind": "HookThing", "singular": "hookthing"}
    schema = {"openAPIV3Schema": {"type": "object"}}
    version = {"name": "v1", "served": True, "storage": True, "schema": schema}
    source = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "hookthings.k8s.test"},
        "spec": {
            "group": "k8s.test",
            "scope": "Namespaced",
            "names": {**names, "listKind": "HookThingList"},
            "versions": [version],
        },
    }
    made = await fire(_text(source), {})
    await fire(_text(source, "delete"), {})

    assert made["namespace"] == ""


async def test_an_update_merges_over_what_is_there(fire, settings):
    settings.put(a="old", b="kept")
    made = await fire(_text(CONFIG, "update"), {"a": "new"})

    assert settings.look()["data"] == {"a": "new", "b": "kept"}
    assert made["uid"] == settings.look()["metadata"]["uid"]


@pytest.mark.parametrize("operation", ["update", "patch"])
async def test_an_update_or_a_patch_of_nothing_creates_it_without_labels(fire, settings, operation):
    made = await fire(_text(CONFIG, operation), {"a": "1"})

    assert settings.look()["data"] == {"a": "1"}
    assert settings.look()["metadata"]["uid"] == made["uid"]
    assert "labels" not in settings.look()["metadata"]


async def test_an_update_reaches_an_object_of_argo(cluster, fire):
    cluster.put("mine", labels={"a": "b"})
    source = {
        "apiVersion": ARGO,
        "kind": "Workflow",
        "metadata": {"name": "mine"},
        "spec": {"suspend": True},
    }
    await fire(_text(source, "update"), {})
    stored = await cluster.kube.get(ARGO, "Workflow", cluster.namespace, "mine")

    assert stored["spec"] == {"entrypoint": "main", "suspend": True}
    assert stored["metadata"]["labels"] == {"a": "b"}


async def test_a_live_object_is_changed_where_parameters_say(fire, settings):
    settings.put(a="old", b="kept")
    named = {key: CONFIG[key] for key in ("apiVersion", "kind", "metadata")}
    parameters = [_from("a", "data.a"), _from("a", "data.b", operation="append")]
    await fire(_text(named, "update", parameters, liveObject=True), {"a": "!"})

    assert settings.look()["data"] == {"a": "!", "b": "kept!"}


async def test_a_live_object_that_is_not_there_is_tried_again(fire):
    named = {key: CONFIG[key] for key in ("apiVersion", "kind", "metadata")}
    with pytest.raises(NotFoundError) as caught:
        await fire(_text(named, "update", [_from("a", "data.a")], liveObject=True), {"a": "!"})

    assert caught.value.missing == "object"


@pytest.mark.parametrize("strategy", [None, MERGE])
async def test_a_merge_patch_changes_members_and_removes_nulls(fire, settings, strategy):
    settings.put(a="old", b="kept", c="gone")
    source = {**CONFIG, "data": {"a": "${{ $.push.a }}", "c": None}}
    fields = {} if strategy is None else {"patchStrategy": strategy}
    await fire(_text(source, "patch", **fields), {"a": "new"})

    assert settings.look()["data"] == {"a": "new", "b": "kept"}


async def test_a_delete_is_done_when_the_object_is_gone(fire, settings):
    settings.put(a="1")
    first = await fire(_text(CONFIG, "delete"), {"a": "1"})
    second = await fire(_text(CONFIG, "delete"), {"a": "1"}, repeat=True)

    assert first == second
    assert settings.look()["reason"] == "NotFound"


@pytest.mark.parametrize("operation", ["update", "patch", "delete"])
async def test_a_lost_lease_changes_nothing(fire, settings, operation):
    settings.put(a="old")
    once = iter([True])
    with pytest.raises(LeaseLostError):
        await fire(_text(CONFIG, operation), {"a": "new"}, lease_is_live=lambda: next(once, False))

    assert settings.look()["data"] == {"a": "old"}


@pytest.mark.parametrize("operation", ["create", "update", "patch", "delete"])
async def test_a_kind_that_the_cluster_does_not_know_waits_for_it(fire, operation):
    source = {"apiVersion": "none.test/v1", "kind": "Thing", "metadata": {"name": "a"}}
    with pytest.raises(NotFoundError) as caught:
        await fire(_text(source, operation), {})

    assert (caught.value.missing, caught.value.whole_target) == ("type", True)


@pytest.mark.parametrize("strategy", [STRATEGIC, APPLY])
async def test_strategic_patches_and_applies_change_what_they_name(fire, settings, strategy):
    settings.put(a="old", b="kept")
    made = await fire(_text(CONFIG, "patch", patchStrategy=strategy), {"a": "new"})

    assert settings.look()["data"] == {"a": "new", "b": "kept"}
    assert made["uid"] == settings.look()["metadata"]["uid"]


@pytest.mark.parametrize("strategy", [STRATEGIC, APPLY])
async def test_strategic_patches_and_applies_make_what_is_missing(fire, settings, strategy):
    first = await fire(_text(CONFIG, "patch", patchStrategy=strategy), {"a": "1"})
    again = await fire(_text(CONFIG, "patch", patchStrategy=strategy), {"a": "1"}, repeat=True)

    assert first == again
    assert settings.look()["data"] == {"a": "1"}


async def test_an_apply_reaches_an_object_of_argo_and_takes_over_what_others_set(cluster, fire):
    cluster.put("mine", labels={"a": "b"})
    source = {**NAMED, "spec": {"entrypoint": "other", "suspend": True}}
    await fire(_text(source, "patch", patchStrategy=APPLY), {})
    stored = await cluster.kube.get(ARGO, "Workflow", cluster.namespace, "mine")

    assert stored["spec"] == {"entrypoint": "other", "suspend": True}
    assert stored["metadata"]["labels"] == {"a": "b"}


async def test_a_strategic_patch_of_a_type_of_a_definition_is_permanent(cluster, fire):
    cluster.put("mine")
    with pytest.raises(PermanentError) as caught:
        await fire(_text({**NAMED, "spec": {"a": 1}}, "patch", patchStrategy=STRATEGIC), {})

    assert caught.value.reason == "UnsupportedMediaType"


async def test_an_apply_is_on_record_in_the_cluster_as_hooklines(kube_api, read, event, due):
    home = kube_api.new_namespace()
    trigger, _ = read(_text(CONFIG, "patch", patchStrategy=APPLY), namespace=home)
    happened = event({"a": "new"})
    order = trigger.launcher.order({"push": happened}, due(happened))
    kube = await connect(kubeconfig=str(kube_api.kubeconfig()))
    await trigger.launcher.launch(order, Doors(kube), lambda: True, repeat=False)
    await kube.close()
    stored = kube_api.admin.get(f"/api/v1/namespaces/{home}/configmaps/settings").json()

    (fields,) = stored["metadata"]["managedFields"]
    assert (fields["manager"], fields["operation"]) == ("hookline", "Apply")


def _operations(*operations, **more):
    return {**NAMED, "patch": list(operations), **more}


def _json_patch(*operations, parameters=()):
    return _text(_operations(*operations), "patch", parameters, patchStrategy=JSON_PATCH)


async def test_a_json_patch_carries_out_its_operations(cluster, fire):
    cluster.put("mine", labels={"a": "b", "c": "d"})
    text = _json_patch(
        {"op": "test", "path": "/spec/entrypoint", "value": "main"},
        {"op": "replace", "path": "/spec/entrypoint", "value": "${{ $.push.branch }}"},
        {"op": "add", "path": "/spec/priority", "value": "${{ $.push.size }}"},
        {"op": "remove", "path": "/metadata/labels/c"},
        {"op": "copy", "from": "/metadata/labels/a", "path": "/metadata/labels/e"},
        {"op": "move", "from": "/metadata/labels/a", "path": "/metadata/labels/f"},
    )
    made = await fire(text, {"branch": "main", "size": 3})
    stored = await cluster.kube.get(ARGO, "Workflow", cluster.namespace, "mine")

    assert stored["spec"] == {"entrypoint": "main", "priority": 3}
    assert stored["metadata"]["labels"] == {"e": "b", "f": "b"}
    assert (made["name"], made["uid"]) == ("mine", stored["metadata"]["uid"])


async def test_parameters_are_written_into_operations_and_into_what_names_the_object(cluster, fire):
    cluster.put("other")
    operation = {"op": "add", "path": "/spec/branch", "value": "none"}
    parameters = [_from("b", "metadata.name"), _from("a", "patch.0.value")]
    await fire(_json_patch(operation, parameters=parameters), {"a": "dev", "b": "other"})
    stored = await cluster.kube.get(ARGO, "Workflow", cluster.namespace, "other")

    assert stored["spec"]["branch"] == "dev"


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "test", "path": "/spec/entrypoint", "value": "another"},
        {"op": "remove", "path": "/spec/none"},
    ],
)
async def test_operations_that_do_not_fit_are_permanent_and_change_nothing(
    cluster, fire, operation
):
    cluster.put("mine")
    with pytest.raises(PermanentError) as caught:
        await fire(_json_patch({"op": "add", "path": "/spec/x", "value": 1}, operation), {})
    stored = await cluster.kube.get(ARGO, "Workflow", cluster.namespace, "mine")

    assert caught.value.reason == "Invalid"
    assert stored["spec"] == {"entrypoint": "main"}


async def test_a_json_patch_of_nothing_is_tried_again(fire):
    with pytest.raises(NotFoundError) as caught:
        await fire(_json_patch({"op": "add", "path": "/spec/x", "value": 1}), {})

    assert caught.value.missing == "object"


@pytest.mark.parametrize("written", ["text", {"op": "add"}])
def test_operations_that_events_have_spoilt_are_permanent(read, event, due, written):
    operation = {"op": "add", "path": "/spec/x", "value": 1}
    parameter = _from("a", "patch")
    parameter["src"]["useRawData"] = True
    trigger, _ = read(_json_patch(operation, parameters=[parameter]))
    happened = event({"a": written})
    with pytest.raises(PermanentError) as caught:
        trigger.launcher.order({"push": happened}, due(happened))

    assert caught.value.reason == "Invalid"


@pytest.mark.parametrize(
    ("patch", "path", "code"),
    [
        (None, "patch", "missing-field"),
        ([], "patch", "bad-type"),
        ({"op": "add"}, "patch", "bad-type"),
        (["add"], "patch[0]", "bad-type"),
        ([{"op": "append", "path": "/a"}], "patch[0].op", "bad-value"),
        ([{"path": "/a"}], "patch[0].op", "bad-value"),
        ([{"op": ["add"], "path": "/a"}], "patch[0].op", "bad-value"),
        ([{"op": "remove"}], "patch[0].path", "missing-field"),
        ([{"op": "add", "path": "/a"}], "patch[0].value", "missing-field"),
        ([{"op": "move", "path": "/a"}], "patch[0].from", "missing-field"),
        ([{"op": "remove", "path": "spec.a"}], "patch[0].path", "bad-value"),
        ([{"op": "copy", "path": "/a", "from": 1}], "patch[0].from", "bad-value"),
    ],
)
def test_mistakes_in_operations_are_found_when_the_manifest_loads(read, patch, path, code):
    source = NAMED if patch is None else {**NAMED, "patch": patch}
    trigger, mistakes = read(_text(source, "patch", patchStrategy=JSON_PATCH))

    assert trigger is None
    assert [(each.path, each.code) for each in mistakes] == [
        (f"spec.triggers[0].template.k8s.source.resource.{path}", code)
    ]


def test_operations_that_only_events_know_are_let_through(read):
    operation = {"op": "${{ $.push.op }}", "path": "${{ $.push.path }}"}
    parameters = [_from("a", "patch.1")]
    assert read(_json_patch(operation))[1] == []
    assert (
        read(_json_patch({"op": "add", "path": "/a"}, parameters=[_from("a", "patch.0.value")]))[1]
        == []
    )
    assert read(_text(NAMED, "patch", [_from("a", "patch")], patchStrategy=JSON_PATCH))[1] == []
    assert read(_json_patch(operation, parameters=parameters))[1] == []


@pytest.mark.parametrize(
    ("operation", "member"),
    [
        ({"op": "add", "path": "/spec/list/-", "value": 1}, "path"),
        ({"op": "add", "path": "/spec/list/0", "value": 1}, "path"),
        ({"op": "remove", "path": "/spec/list/0"}, "path"),
        ({"op": "move", "path": "/spec/a", "from": "/spec/list/0"}, "from"),
    ],
)
def test_operations_that_a_repeat_does_again_are_warned_of(read, operation, member):
    trigger, mistakes = read(_json_patch(operation))

    assert trigger is not None
    assert [(each.path, each.code) for each in mistakes] == [
        (f"spec.triggers[0].template.k8s.source.resource.patch[0].{member}", "at-least-once")
    ]


def test_the_order_of_a_change_is_the_object_as_it_is_sent(read, event, due):
    trigger, _ = read(_text(CONFIG, "patch"))
    happened = event({"a": "1"})
    tree = trigger.launcher.order({"push": happened}, due(happened)).object

    assert tree["metadata"] == {"name": "settings", "namespace": "default"}
    assert tree["data"] == {"a": "1"}


async def test_without_a_door_to_kubernetes_it_is_tried_again(read, event, due):
    trigger, _ = read(_text(CONFIG, "patch"))
    happened = event({"a": "1"})
    order = trigger.launcher.order({"push": happened}, due(happened))
    with pytest.raises(TemporaryError, match="no way to Kubernetes"):
        await trigger.launcher.launch(order, Doors(kube=None), lambda: True, repeat=False)


@pytest.mark.parametrize(
    ("operation", "dest"),
    [("create", "kind"), ("update", "apiVersion"), ("update", "metadata.name")],
)
def test_what_events_leave_empty_is_permanent(read, event, due, operation, dest):
    source = {**CONFIG, "metadata": {"name": "settings"}}
    trigger, _ = read(_text(source, operation, [_from("b", dest)]))
    happened = event({"a": "1", "b": ""})
    with pytest.raises(PermanentError) as caught:
        trigger.launcher.order({"push": happened}, due(happened))

    assert caught.value.reason == "Invalid"


@pytest.mark.parametrize(
    ("source", "fields", "path", "code"),
    [
        ({"metadata": {"name": "a"}, "kind": "Pod"}, {}, "source.resource.apiVersion", "missing"),
        ({"metadata": {"name": "a"}, "apiVersion": "v1"}, {}, "source.resource.kind", "missing"),
        ({"apiVersion": "v1", "kind": "Pod"}, {}, "source.resource.metadata", "missing"),
        (
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "a-"}},
            {"operation": "patch"},
            "source.resource.metadata",
            "missing",
        ),
        (CONFIG, {"operation": "upsert"}, "operation", "bad-value"),
        (CONFIG, {"operation": "patch", "patchStrategy": "merge"}, "patchStrategy", "bad-value"),
    ],
)
def test_mistakes_are_found_when_the_manifest_loads(read, source, fields, path, code):
    trigger, mistakes = read(_text(source, **fields))

    assert trigger is None
    code = {"missing": "missing-field"}.get(code, code)
    assert [(each.path, each.code) for each in mistakes if each.level == "error"] == [
        (f"spec.triggers[0].template.k8s.{path}", code)
    ]


@pytest.mark.parametrize("operation", ["append", "prepend"])
def test_what_a_repeat_appends_to_a_live_object_again_is_warned_of(read, operation):
    parameters = [_from("a", "data.a", operation=operation), _from("a", "data.b")]
    named = {key: CONFIG[key] for key in ("apiVersion", "kind", "metadata")}
    _, mistakes = read(_text(named, "update", parameters, liveObject=True))

    assert [(each.path, each.code) for each in mistakes] == [
        ("spec.triggers[0].template.k8s.parameters[0].operation", "at-least-once")
    ]


@pytest.mark.parametrize(
    ("operation", "fields", "path"),
    [
        ("create", {"liveObject": True}, "liveObject"),
        ("update", {"patchStrategy": MERGE}, "patchStrategy"),
        ("update", {"liveObject": True}, "source.resource.data"),
        ("patch", {"patchStrategy": JSON_PATCH}, "source.resource.data"),
    ],
)
def test_fields_without_effect_are_warned_of(read, operation, fields, path):
    source = json.loads(json.dumps(CONFIG).replace("settings", "${{ $.push.a }}"))
    if fields.get("patchStrategy") == JSON_PATCH:
        source["patch"] = [{"op": "remove", "path": "/data"}]
    trigger, mistakes = read(_text(source, operation, **fields))

    assert trigger is not None
    assert [(each.path, each.code) for each in mistakes] == [
        (f"spec.triggers[0].template.k8s.{path}", "no-effect")
    ]


def test_a_kind_or_name_that_parameters_write_need_not_stand_there(read):
    parameters = [_from("a", "kind"), _from("a", "metadata.name")]
    trigger, mistakes = read(_text({"apiVersion": "v1"}, "update", parameters))

    assert (trigger is not None, mistakes) == (True, [])
