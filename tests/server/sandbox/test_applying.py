"""Server-side apply and strategic merge patches, in the sandbox and in Kubernetes."""

import json

import pytest
import yaml

APPLY = {"Content-Type": "application/apply-patch+yaml"}
MERGE = {"Content-Type": "application/merge-patch+json"}
STRATEGIC = {"Content-Type": "application/strategic-merge-patch+json"}
MINE = {"fieldManager": "tests"}


def refused(answer, code, reason):
    status = answer.json()
    assert (answer.status_code, status["reason"]) == (code, reason), answer.text
    return status


def workflow(name="one", spec=None, **metadata):
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": name, **metadata},
        "spec": spec or {"entrypoint": "main"},
    }


def apply(api, tree, name="one", **query):
    """Apply a Workflow; `tree` is an object or a text."""
    content = tree if isinstance(tree, str | bytes) else json.dumps(tree)
    path = f"{api.workflows}/{name}"
    return api.client.patch(path, content=content, headers=APPLY, params=MINE | query)


def test_an_apply_makes_what_is_missing(api):
    answer = apply(api, workflow(labels={"a": "b"}))
    assert answer.status_code == 201
    made = answer.json()
    assert (made["spec"], made["metadata"]["generation"]) == ({"entrypoint": "main"}, 1)
    assert made["metadata"]["labels"] == {"a": "b"}
    assert api.client.get(f"{api.workflows}/one").json()["metadata"]["uid"]


def test_an_apply_merges_over_what_others_have_set(api):
    api.create("one", labels={"a": "b"})
    spec = {"entrypoint": "main", "list": [1, 2], "deep": {"x": 1}}
    assert apply(api, workflow(spec=spec, labels={"c": "d"})).status_code == 200
    spec = {"entrypoint": "new", "list": [3], "deep": {"x": 1, "y": 2}}
    tree = apply(api, workflow(spec=spec, labels={"c": "d"}), force="true").json()
    assert tree["spec"] == spec
    assert tree["metadata"]["labels"] == {"a": "b", "c": "d"}


def test_an_apply_of_the_same_writes_nothing(api):
    first = apply(api, workflow(spec={"none": None, "list": []}))
    again = apply(api, workflow(spec={"none": None, "list": []}))
    assert (first.status_code, again.status_code) == (201, 200)
    versions = {each.json()["metadata"]["resourceVersion"] for each in (first, again)}
    assert len(versions) == 1
    assert again.json()["spec"] == {"none": None, "list": []}


def test_an_apply_may_be_written_in_yaml(api):
    text = yaml.safe_dump(workflow()).replace("entrypoint: main", "entrypoint: main\n  on: off")
    assert apply(api, text).json()["spec"] == {"entrypoint": "main", "true": False}


@pytest.mark.parametrize(
    ("manager", "cause"), [("", "FieldValueRequired"), ("m" * 129, "FieldValueTooLong")]
)
def test_who_applies_has_to_be_said(api, manager, cause):
    status = refused(apply(api, workflow(), fieldManager=manager), 422, "Invalid")
    assert status["details"]["causes"][0]["reason"] == cause
    assert api.names() == []


@pytest.mark.parametrize(
    "tree",
    [
        workflow(name="two"),
        workflow(name=""),
        workflow(namespace="default"),
        workflow(managedFields=[{"manager": "x"}]),
        workflow() | {"kind": "CronWorkflow"},
        workflow() | {"apiVersion": "argoproj.io/v1"},
        {"metadata": {"name": "one"}},
        {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow"},
        [1],
        "a: [",
        "",
        b"\xff",
    ],
)
def test_an_apply_of_something_else_is_a_bad_request(api, tree):
    refused(apply(api, tree), 400, "BadRequest")
    assert api.names() == []


def test_an_apply_is_held_to_the_rules_as_well(api):
    refused(apply(api, workflow(labels={"a": "-"})), 422, "Invalid")
    refused(apply(api, workflow(name="N_"), name="N_"), 422, "Invalid")
    assert apply(api, workflow()).status_code == 201
    refused(apply(api, workflow(resourceVersion="1")), 409, "Conflict")


def test_an_apply_in_a_missing_namespace_is_not_found(api):
    path = f"{api.workflows.replace(api.namespace, 'not-made')}/one"
    answer = api.client.patch(path, content=json.dumps(workflow()), headers=APPLY, params=MINE)
    refused(answer, 404, "NotFound")


def test_a_dry_run_of_an_apply_stores_nothing(api):
    assert apply(api, workflow(), dryRun="All").status_code == 201
    assert api.names() == []
    tree = api.create("one")
    assert apply(api, workflow(spec={"entrypoint": "new"}), dryRun="All", force="true").is_success
    assert api.client.get(f"{api.workflows}/one").json() == tree


def test_an_apply_of_a_native_type_takes_away_what_is_null(api):
    tree = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}
    path = f"{api.configmaps}/c"
    for data in ({"a": "1"}, None):
        content = json.dumps(tree | {"data": data})
        answer = api.client.patch(path, content=content, headers=APPLY, params=MINE)
        assert answer.is_success, answer.text
    assert "data" not in answer.json()


@pytest.mark.parametrize("headers", [MERGE, STRATEGIC])
def test_only_an_apply_can_be_forced(api, headers):
    api.client.post(api.configmaps, json={"metadata": {"name": "c"}})
    path = f"{api.configmaps}/c"
    answer = api.client.patch(path, content="{}", headers=headers, params={"force": "true"})
    status = refused(answer, 422, "Invalid")
    assert status["details"]["causes"][0]["field"] == "force"


def test_a_strategic_patch_of_mappings_changes_adds_and_removes(api):
    tree = {"metadata": {"name": "c", "labels": {"l": "m"}}, "data": {"a": "1", "b": "2"}}
    assert api.client.post(api.configmaps, json=tree).is_success
    patch = {"metadata": {"labels": None}, "data": {"a": None, "b": "3", "c": "4", "no": None}}
    answer = api.client.patch(f"{api.configmaps}/c", json=patch, headers=STRATEGIC)
    assert answer.json()["data"] == {"b": "3", "c": "4"}
    assert "labels" not in answer.json()["metadata"]


@pytest.mark.parametrize(
    ("name", "patch", "code", "reason"),
    [
        ("c", [1], 400, "BadRequest"),
        ("c", {"metadata": {"name": "d"}}, 400, "BadRequest"),
        ("c", {"metadata": {"resourceVersion": "1"}}, 409, "Conflict"),
        ("none", {}, 404, "NotFound"),
    ],
)
def test_a_strategic_patch_that_does_not_fit_is_refused(api, name, patch, code, reason):
    api.client.post(api.configmaps, json={"metadata": {"name": "c"}})
    answer = api.client.patch(f"{api.configmaps}/{name}", json=patch, headers=STRATEGIC)
    refused(answer, code, reason)


@pytest.mark.parametrize(
    "patch", [{"data": {"$patch": "replace"}}, {"metadata": {"finalizers": ["example.com/a"]}}]
)
def test_strategies_for_lists_are_not_in_the_sandbox_which_has_no_types(box, patch):
    box.client.post(box.configmaps, json={"metadata": {"name": "c"}})
    answer = box.client.patch(f"{box.configmaps}/c", json=patch, headers=STRATEGIC)
    status = refused(answer, 415, "UnsupportedMediaType")
    assert "use application/merge-patch+json" in status["message"]


def test_the_sandbox_forgets_who_applied_so_that_nothing_is_in_conflict(box):
    apply(box, workflow(spec={"entrypoint": "a", "x": 1}), fieldManager="one")
    answer = apply(box, workflow(spec={"entrypoint": "b"}), fieldManager="two")
    assert answer.json()["spec"] == {"entrypoint": "b", "x": 1}
    assert "managedFields" not in answer.json()["metadata"]
