"""Objects of any kind, created once and changed at least once: the sandbox and a real cluster."""

import json

import pytest
import yaml

from hookline.errors import PermanentError, TemporaryError
from hookline.kube.client import APPLY, MERGE, STRATEGIC
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
async def test_strategic_merge_and_apply_work_where_the_server_knows_them(
    kube_api, read, event, due, strategy
):
    home = kube_api.new_namespace()
    path = f"/api/v1/namespaces/{home}/configmaps"
    kube_api.admin.post(path, json={**CONFIG, "data": {"a": "old", "b": "kept"}})
    trigger, _ = read(_text(CONFIG, "patch", patchStrategy=strategy), namespace=home)
    happened = event({"a": "new"})
    order = trigger.launcher.order({"push": happened}, due(happened))
    kube = await connect(kubeconfig=str(kube_api.kubeconfig()))
    await trigger.launcher.launch(order, Doors(kube), lambda: True, repeat=False)
    await kube.close()
    stored = kube_api.admin.get(f"{path}/settings").json()

    assert stored["data"] == {"a": "new", "b": "kept"}
    fields = stored["metadata"]["managedFields"]
    applied = [each["manager"] for each in fields if each["operation"] == "Apply"]
    assert applied == (["hookline"] if strategy == APPLY else [])


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
        (
            CONFIG,
            {"operation": "patch", "patchStrategy": "application/json-patch+json"},
            "patchStrategy",
            "bad-value",
        ),
    ],
)
def test_mistakes_are_found_when_the_manifest_loads(read, source, fields, path, code):
    trigger, mistakes = read(_text(source, **fields))

    assert trigger is None
    code = {"missing": "missing-field"}.get(code, code)
    assert [(each.path, each.code) for each in mistakes if each.level == "error"] == [
        (f"spec.triggers[0].template.k8s.{path}", code)
    ]


def test_a_json_patch_says_why_it_cannot_work(read):
    text = _text(CONFIG, "patch", patchStrategy="application/json-patch+json")
    _, mistakes = read(text)

    assert "list of operations" in mistakes[0].message


@pytest.mark.parametrize(
    ("operation", "fields", "path"),
    [
        ("create", {"liveObject": True}, "liveObject"),
        ("update", {"patchStrategy": MERGE}, "patchStrategy"),
        ("update", {"liveObject": True}, "source.resource.data"),
    ],
)
def test_fields_without_effect_are_warned_of(read, operation, fields, path):
    source = json.loads(json.dumps(CONFIG).replace("settings", "${{ $.push.a }}"))
    trigger, mistakes = read(_text(source, operation, **fields))

    assert trigger is not None
    assert [(each.path, each.code) for each in mistakes] == [
        (f"spec.triggers[0].template.k8s.{path}", "no-effect")
    ]


def test_a_kind_or_name_that_parameters_write_need_not_stand_there(read):
    parameters = [_from("a", "kind"), _from("a", "metadata.name")]
    trigger, mistakes = read(_text({"apiVersion": "v1"}, "update", parameters))

    assert (trigger is not None, mistakes) == (True, [])
