"""Replacing, patching and deleting objects, in the sandbox and in Kubernetes."""

import json

import pytest

MERGE = {"Content-Type": "application/merge-patch+json"}
JSON_PATCH = {"Content-Type": "application/json-patch+json"}


def refused(answer, code, reason):
    status = answer.json()
    assert (answer.status_code, status["reason"]) == (code, reason), answer.text
    return status


def delete(api, path, options=None):
    return api.client.request("DELETE", path, json=options or {})


def test_replacing_an_object_raises_its_version_and_generation(api):
    tree = api.create("one")
    before = tree["metadata"].copy()
    tree["spec"] = {"entrypoint": "other"}
    answer = api.client.put(f"{api.workflows}/one", json=tree)
    assert answer.status_code == 200
    after = answer.json()["metadata"]
    assert int(after["resourceVersion"]) > int(before["resourceVersion"])
    assert (after["generation"], after["uid"]) == (2, before["uid"])
    assert api.client.get(f"{api.workflows}/one").json()["spec"] == {"entrypoint": "other"}


def test_a_change_of_labels_alone_keeps_the_generation(api):
    tree = api.create("one")
    tree["metadata"]["labels"] = {"a": "b"}
    after = api.client.put(f"{api.workflows}/one", json=tree).json()["metadata"]
    assert (after["labels"], after["generation"]) == ({"a": "b"}, 1)


def test_replacing_an_object_by_itself_writes_nothing(api):
    tree = api.create("one")
    answer = api.client.put(f"{api.workflows}/one", json=tree)
    assert answer.json()["metadata"]["resourceVersion"] == tree["metadata"]["resourceVersion"]


def test_replacing_an_older_version_is_a_conflict(api):
    tree = api.create("one")
    patch = {"spec": {"entrypoint": "meanwhile"}}
    assert api.client.patch(f"{api.workflows}/one", json=patch, headers=MERGE).is_success
    tree["spec"] = {"entrypoint": "mine"}
    status = refused(api.client.put(f"{api.workflows}/one", json=tree), 409, "Conflict")
    assert status["message"] == (
        'Operation cannot be fulfilled on workflows.argoproj.io "one": the object has been '
        "modified; please apply your changes to the latest version and try again"
    )
    assert api.client.get(f"{api.workflows}/one").json()["spec"] == patch["spec"]


def test_replacing_without_a_version_is_for_native_types_only(api):
    tree = api.create("one")
    del tree["metadata"]["resourceVersion"]
    status = refused(api.client.put(f"{api.workflows}/one", json=tree), 422, "Invalid")
    assert status["details"]["causes"][0]["field"] == "metadata.resourceVersion"
    tree = {"metadata": {"name": "c"}, "data": {"a": "b"}}
    assert api.client.post(api.configmaps, json=tree).is_success
    tree["data"] = {"a": "c"}
    assert api.client.put(f"{api.configmaps}/c", json=tree).json()["data"] == {"a": "c"}


def test_replacing_what_is_not_there_is_not_found(api):
    tree = api.create("one")
    tree["metadata"]["name"] = "two"
    refused(api.client.put(f"{api.workflows}/two", json=tree), 404, "NotFound")


def test_the_name_in_the_body_must_be_that_of_the_url(api):
    tree = api.create("one")
    tree["metadata"]["name"] = "two"
    status = refused(api.client.put(f"{api.workflows}/one", json=tree), 400, "BadRequest")
    assert "(two) does not match the name on the URL (one)" in status["message"]


def test_replacing_an_object_of_another_uid_is_a_conflict(api):
    tree = api.create("one")
    tree["metadata"]["uid"] = "another"
    refused(api.client.put(f"{api.workflows}/one", json=tree), 409, "Conflict")


def test_a_replacement_is_held_to_the_rules_as_well(api):
    tree = api.create("one")
    tree["metadata"]["labels"] = {"a": "-"}
    refused(api.client.put(f"{api.workflows}/one", json=tree), 422, "Invalid")


def test_a_merge_patch_changes_adds_and_removes(api):
    api.create("one", labels={"a": "b", "c": "d"})
    patch = {"metadata": {"labels": {"a": None, "e": "f"}}, "spec": {"entrypoint": "new"}}
    tree = api.client.patch(f"{api.workflows}/one", json=patch, headers=MERGE).json()
    assert tree["metadata"]["labels"] == {"c": "d", "e": "f"}
    assert tree["spec"] == {"entrypoint": "new"}


def test_a_json_patch_changes_adds_and_removes(api):
    api.create("one", labels={"a": "b"})
    patch = [
        {"op": "test", "path": "/spec/entrypoint", "value": "main"},
        {"op": "replace", "path": "/spec/entrypoint", "value": "new"},
        {"op": "add", "path": "/metadata/labels/x~1y", "value": "z"},
        {"op": "remove", "path": "/metadata/labels/a"},
    ]
    tree = api.client.patch(f"{api.workflows}/one", json=patch, headers=JSON_PATCH).json()
    assert tree["spec"] == {"entrypoint": "new"}
    assert tree["metadata"]["labels"] == {"x/y": "z"}


def test_a_patch_with_an_older_version_is_a_conflict(api):
    api.create("one")
    patch = {"metadata": {"resourceVersion": "1"}, "spec": {"entrypoint": "new"}}
    refused(api.client.patch(f"{api.workflows}/one", json=patch, headers=MERGE), 409, "Conflict")


def test_a_patch_of_what_is_not_there_is_not_found(api):
    answer = api.client.patch(f"{api.workflows}/none", json={}, headers=MERGE)
    refused(answer, 404, "NotFound")


@pytest.mark.parametrize(
    ("patch", "headers", "code", "reason"),
    [
        ([1], MERGE, 400, "BadRequest"),
        ({"op": "test"}, JSON_PATCH, 400, "BadRequest"),
        ([{"op": "test", "path": "/spec/entrypoint", "value": "x"}], JSON_PATCH, 422, "Invalid"),
        ([{"op": "remove", "path": "/spec/none"}], JSON_PATCH, 422, "Invalid"),
        ([{"op": "frobnicate", "path": "/spec"}], JSON_PATCH, 422, "Invalid"),
        ({"metadata": {"name": "two"}}, MERGE, 400, "BadRequest"),
        ({"metadata": {"labels": {"a": "-"}}}, MERGE, 422, "Invalid"),
    ],
)
def test_a_patch_that_does_not_fit_changes_nothing(api, patch, headers, code, reason):
    tree = api.create("one")
    answer = api.client.patch(f"{api.workflows}/one", content=json.dumps(patch), headers=headers)
    refused(answer, code, reason)
    assert api.client.get(f"{api.workflows}/one").json() == tree


def test_a_custom_type_takes_no_strategic_patch(api):
    api.create("one")
    headers = {"Content-Type": "application/strategic-merge-patch+json"}
    answer = api.client.patch(f"{api.workflows}/one", json={}, headers=headers)
    status = refused(answer, 415, "UnsupportedMediaType")
    accepted = "json-patch+json, application/merge-patch+json, application/apply-patch+yaml"
    assert accepted in status["message"]


def test_a_delete_says_what_is_gone(api):
    uid = api.create("one")["metadata"]["uid"]
    answer = api.client.delete(f"{api.workflows}/one")
    assert (answer.status_code, answer.json()["status"]) == (200, "Success")
    details = {"name": "one", "group": "argoproj.io", "kind": "workflows", "uid": uid}
    assert answer.json()["details"] == details
    refused(api.client.get(f"{api.workflows}/one"), 404, "NotFound")


def test_a_delete_of_what_is_not_there_is_not_found(api):
    refused(api.client.delete(f"{api.workflows}/none"), 404, "NotFound")


@pytest.mark.parametrize("policy", ["Foreground", "Background", "Orphan"])
def test_a_delete_may_say_what_becomes_of_dependents(api, policy):
    api.client.post(api.configmaps, json={"metadata": {"name": "c"}})
    options = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": policy}
    assert delete(api, f"{api.configmaps}/c", options).status_code == 200


@pytest.mark.parametrize("precondition", [{"uid": "another"}, {"resourceVersion": "1"}])
def test_a_delete_with_a_precondition_that_does_not_hold_is_a_conflict(api, precondition):
    api.create("one")
    options = {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": precondition}
    refused(delete(api, f"{api.workflows}/one", options), 409, "Conflict")
    assert api.names() == ["one"]


def test_a_delete_with_a_precondition_that_holds_is_done(api):
    uid = api.create("one")["metadata"]["uid"]
    options = {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"uid": uid}}
    assert delete(api, f"{api.workflows}/one", options).status_code == 200


def test_a_dry_run_of_a_delete_or_a_change_changes_nothing(api):
    tree = api.create("one")
    path = f"{api.workflows}/one"
    assert delete(api, path, {"dryRun": ["All"]}).is_success
    assert api.client.delete(f"{path}?dryRun=All").is_success
    patch = {"spec": {"entrypoint": "new"}}
    answer = api.client.patch(f"{path}?dryRun=All", json=patch, headers=MERGE)
    assert answer.json()["spec"] == {"entrypoint": "new"}
    assert api.client.get(path).json() == tree


def test_an_object_with_finalizers_is_only_marked_until_they_are_gone(api):
    api.create("one", finalizers=["example.com/hold"])
    path = f"{api.workflows}/one"
    marked = api.client.delete(path).json()["metadata"]
    assert marked["deletionTimestamp"]
    assert marked["deletionGracePeriodSeconds"] == 0
    assert api.client.delete(path).json()["metadata"] == marked
    assert api.names() == ["one"]
    patch = {"metadata": {"finalizers": None}}
    assert api.client.patch(path, json=patch, headers=MERGE).status_code == 200
    refused(api.client.get(path), 404, "NotFound")


def test_the_name_of_a_marked_object_is_still_taken(api):
    tree = api.create("one", finalizers=["example.com/hold"])
    api.client.delete(f"{api.workflows}/one")
    body = {**tree, "metadata": {"name": "one"}}
    status = refused(api.client.post(api.workflows, json=body), 409, "AlreadyExists")
    assert status["message"].startswith("object is being deleted: ")


def test_a_marked_object_takes_no_new_finalizers(api):
    api.create("one", finalizers=["example.com/hold"])
    api.client.delete(f"{api.workflows}/one")
    patch = {"metadata": {"finalizers": ["example.com/hold", "example.com/more"]}}
    answer = api.client.patch(f"{api.workflows}/one", json=patch, headers=MERGE)
    status = refused(answer, 422, "Invalid")
    assert status["details"]["causes"][0]["reason"] == "FieldValueForbidden"


def test_many_are_deleted_by_a_selector(api):
    for name, label in (("a", "x"), ("b", "y"), ("c", "x")):
        api.create(name, labels={"l": label})
    answer = api.client.delete(f"{api.workflows}?labelSelector=l%3Dx")
    assert (answer.status_code, answer.json()["kind"]) == (200, "WorkflowList")
    assert [item["metadata"]["name"] for item in answer.json()["items"]] == ["a", "c"]
    assert api.names() == ["b"]


def test_all_of_a_namespace_are_deleted(api):
    for name in ("a", "b"):
        api.create(name)
    assert api.client.delete(api.workflows).status_code == 200
    assert api.names() == []


def test_some_namespaces_are_never_deleted(api):
    status = refused(api.client.delete("/api/v1/namespaces/default"), 403, "Forbidden")
    assert status["message"].endswith("this namespace may not be deleted")


def test_in_the_sandbox_a_namespace_goes_at_once_with_all_that_is_in_it(box):
    """No controller has to clear it; without one Kubernetes leaves it Terminating."""
    box.create("one")
    box.client.post(box.configmaps, json={"metadata": {"name": "c"}})
    assert box.client.delete(f"/api/v1/namespaces/{box.namespace}").json()["status"] == "Success"
    assert box.names() == []
    assert box.client.get(box.configmaps).json()["items"] == []
