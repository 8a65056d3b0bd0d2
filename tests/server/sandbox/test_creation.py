"""Creating objects, in the sandbox and in Kubernetes."""

import re
import uuid
from datetime import datetime

import pytest

WORKFLOW = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "spec": {}}


def body(**metadata):
    return {**WORKFLOW, "metadata": metadata}


def refused(answer, code, reason):
    status = answer.json()
    assert (answer.status_code, status["reason"]) == (code, reason), answer.text
    assert (status["kind"], status["apiVersion"], status["status"]) == ("Status", "v1", "Failure")
    assert status["code"] == code
    return status


def test_a_created_object_gets_what_the_server_sets(api):
    answer = api.client.post(api.workflows, json=body(name="one", labels={"a": "b"}, uid="mine"))
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    metadata = answer.json()["metadata"]
    assert str(uuid.UUID(metadata["uid"])) == metadata["uid"]
    assert datetime.fromisoformat(metadata["creationTimestamp"]).tzinfo
    assert int(metadata["resourceVersion"]) > 0
    assert (metadata["namespace"], metadata["generation"]) == (api.namespace, 1)
    assert metadata["labels"] == {"a": "b"}


def test_a_created_object_can_be_got(api):
    created = api.create("one", annotations={"x/y": "z"})
    answer = api.client.get(f"{api.workflows}/one")
    assert (answer.status_code, answer.json()) == (200, created)


def test_metadata_that_kubernetes_does_not_know_is_dropped(api):
    assert "colour" not in api.create("one", colour="blue")["metadata"]


def test_a_native_type_needs_no_kind_in_its_body_and_counts_no_generations(api):
    created = api.client.post(api.configmaps, json={"metadata": {"name": "c"}, "data": {"a": "b"}})
    assert created.status_code == 201
    assert (created.json()["kind"], created.json()["apiVersion"]) == ("ConfigMap", "v1")
    assert "generation" not in created.json()["metadata"]


def test_the_same_name_twice_is_already_exists(api):
    api.create("one")
    status = refused(api.client.post(api.workflows, json=body(name="one")), 409, "AlreadyExists")
    assert status["message"] == 'workflows.argoproj.io "one" already exists'
    details = {"name": "one", "group": "argoproj.io", "kind": "workflows"}
    assert status["details"] == details


def test_a_name_is_generated_with_five_more_characters(api):
    answer = api.client.post(api.workflows, json=body(generateName="coin-"))
    metadata = answer.json()["metadata"]
    assert re.fullmatch("coin-[bcdfghjklmnpqrstvwxz2456789]{5}", metadata["name"])
    assert metadata["generateName"] == "coin-"


def test_a_long_base_of_a_generated_name_is_cut_to_fit_a_label(api):
    base = "a" * 70
    name = api.client.post(api.workflows, json=body(generateName=base)).json()["metadata"]["name"]
    assert len(name) == 63
    assert name.startswith("a" * 58)


def test_a_name_wins_over_the_base_of_a_generated_one(api):
    answer = api.client.post(api.workflows, json=body(name="one", generateName="coin-"))
    assert answer.json()["metadata"]["name"] == "one"


def test_a_missing_namespace_is_not_found(api):
    path = "/apis/argoproj.io/v1alpha1/namespaces/nowhere/workflows"
    status = refused(api.client.post(path, json=body(name="one")), 404, "NotFound")
    assert status["message"] == 'namespaces "nowhere" not found'
    assert status["details"] == {"name": "nowhere", "kind": "namespaces"}


def test_another_namespace_in_the_body_is_a_bad_request(api):
    answer = api.client.post(api.workflows, json=body(name="one", namespace="other"))
    assert "does not match the namespace" in refused(answer, 400, "BadRequest")["message"]


def test_the_api_version_must_be_that_of_the_url(api):
    for version in ("argoproj.io/v2", "v1"):
        tree = body(name="one") | {"apiVersion": version}
        message = refused(api.client.post(api.workflows, json=tree), 400, "BadRequest")["message"]
        assert f"the API version in the data ({version}) does not match" in message


def test_the_kind_must_be_that_of_the_url(api):
    tree = body(name="one") | {"kind": "Sensor"}
    status = refused(api.client.post(api.workflows, json=tree), 422, "Invalid")
    assert status["details"]["causes"][0]["field"] == "kind"
    tree = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "one"}}
    refused(api.client.post(api.configmaps, json=tree), 400, "BadRequest")


def test_a_missing_kind_or_api_version_is_a_bad_request(api):
    for missing in ("kind", "apiVersion"):
        tree = body(name="one")
        del tree[missing]
        refused(api.client.post(api.workflows, json=tree), 400, "BadRequest")


@pytest.mark.parametrize("content", [b"{nope", b"", b"[1]", b"17", b'{"kind": NaN}', b"\xff"])
def test_a_body_that_is_no_object_is_a_bad_request(api, content):
    headers = {"Content-Type": "application/json"}
    answer = api.client.post(api.workflows, content=content, headers=headers)
    refused(answer, 400, "BadRequest")


def test_what_the_sandbox_cannot_write_back_is_a_bad_request(box):
    """Its JSON goes less deep than that of Kubernetes."""
    deep = (
        b'{"apiVersion":"argoproj.io/v1alpha1","kind":"Workflow","metadata":{"name":"one"},"spec":'
    )
    content = deep + b"[" * 500 + b"]" * 500 + b"}"
    headers = {"Content-Type": "application/json"}
    refused(box.client.post(box.workflows, content=content, headers=headers), 400, "BadRequest")
    tree = body(name="one") | {"spec": _nested(200)}
    assert box.client.post(box.workflows, json=tree).status_code == 201
    pointer = "/spec" + "/a" * 200
    patch = [{"op": "add", "path": pointer, "value": _nested(200)}]
    headers = {"Content-Type": "application/json-patch+json"}
    answer = box.client.patch(f"{box.workflows}/one", json=patch, headers=headers)
    refused(answer, 400, "BadRequest")


def _nested(levels):
    tree = {}
    for _ in range(levels):
        tree = {"a": tree}
    return tree


def test_a_body_of_another_media_type_is_refused(api):
    answer = api.client.post(api.workflows, data={"a": "b"})
    assert "application/json" in refused(answer, 415, "UnsupportedMediaType")["message"]


def test_a_body_over_three_mebibytes_is_too_large(api):
    tree = body(name="one") | {"spec": {"x": "y" * (3 << 20)}}
    status = refused(api.client.post(api.workflows, json=tree), 413, "RequestEntityTooLarge")
    assert "limit is 3145728" in status["message"]


@pytest.mark.parametrize("name", ["A", "a_b", "-a", "a.", "a..b", "a/b", " a", "ä", "a" * 254])
def test_a_name_that_is_no_dns_subdomain_is_invalid(api, name):
    status = refused(api.client.post(api.workflows, json=body(name=name)), 422, "Invalid")
    assert {cause["field"] for cause in status["details"]["causes"]} == {"metadata.name"}
    assert {cause["reason"] for cause in status["details"]["causes"]} == {"FieldValueInvalid"}
    assert status["details"]["name"] == name
    assert status["message"].startswith('Workflow.argoproj.io "')


def test_a_name_may_have_253_characters(api):
    assert api.create("a" * 253)["metadata"]["name"] == "a" * 253


def test_an_object_without_any_name_is_invalid(api):
    status = refused(api.client.post(api.workflows, json=WORKFLOW), 422, "Invalid")
    cause = {
        "reason": "FieldValueRequired",
        "message": "Required value: name or generateName is required",
        "field": "metadata.name",
    }
    assert status["details"]["causes"] == [cause]


def test_the_base_of_a_generated_name_is_checked_as_well(api):
    answer = api.client.post(api.workflows, json=body(generateName="X_"))
    fields = [cause["field"] for cause in refused(answer, 422, "Invalid")["details"]["causes"]]
    assert fields == ["metadata.generateName", "metadata.name"]


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("labels", {"a": "-b"}),
        ("labels", {"a": "b" * 64}),
        ("labels", {"a": "b c"}),
        ("labels", {" a": "b"}),
        ("labels", {"": "b"}),
        ("labels", {"/a": "b"}),
        ("labels", {"x/": "b"}),
        ("labels", {"X/a": "b"}),
        ("labels", {"x/y/a": "b"}),
        ("labels", {"a" * 64: "b"}),
        ("annotations", {"a b": "c"}),
        ("annotations", {"a": "c" * (256 << 10)}),
        ("finalizers", ["a b"]),
    ],
)
def test_labels_annotations_and_finalizers_are_held_to_their_forms(api, part, wrong):
    answer = api.client.post(api.workflows, json=body(name="one", **{part: wrong}))
    status = refused(answer, 422, "Invalid")
    assert {cause["field"] for cause in status["details"]["causes"]} == {f"metadata.{part}"}


def test_every_mistake_is_named_at_once(api):
    answer = api.client.post(api.workflows, json=body(name="A", labels={"a": "-", " b": ""}))
    status = refused(answer, 422, "Invalid")
    assert len(status["details"]["causes"]) == 3
    assert "is invalid: [metadata.name: Invalid value" in status["message"]


@pytest.mark.parametrize(
    "wrong", [{"labels": {"a": 1}}, {"annotations": "a"}, {"finalizers": {}}, {"name": 7}]
)
def test_metadata_of_a_wrong_type_is_a_bad_request(api, wrong):
    answer = api.client.post(api.workflows, json=body(**{"name": "one"} | wrong))
    refused(answer, 400, "BadRequest")


def test_forms_that_are_allowed_are_accepted(api):
    labels = {"a": "", "x.y/B_c": "D.e-f_1", "b": "b" * 63}
    annotations = {"Upper/Case": "any text, ü", "b": ""}
    metadata = api.create("a.b-c", labels=labels, annotations=annotations)["metadata"]
    assert (metadata["labels"], metadata["annotations"]) == (labels, annotations)


def test_a_dry_run_answers_as_if_and_stores_nothing(api):
    answer = api.client.post(f"{api.workflows}?dryRun=All", json=body(name="one"))
    assert answer.status_code == 201
    assert answer.json()["metadata"]["uid"]
    assert api.names() == []


def test_an_unknown_way_of_a_dry_run_is_refused_and_stores_nothing(api):
    answer = api.client.post(f"{api.workflows}?dryRun=Some", json=body(name="one"))
    refused(answer, 422, "Invalid")
    assert api.names() == []


def test_a_secret_may_be_written_as_text(api):
    secrets = f"/api/v1/namespaces/{api.namespace}/secrets"
    tree = {"metadata": {"name": "s"}, "stringData": {"token": "abc"}, "data": {"x": "eA=="}}
    created = api.client.post(secrets, json=tree).json()
    assert created["data"] == {"x": "eA==", "token": "YWJj"}
    assert (created["type"], "stringData" in created) == ("Opaque", False)


def test_a_terminating_namespace_takes_no_new_objects(api):
    path = f"/api/v1/namespaces/{api.namespace}"
    hold = {"metadata": {"finalizers": ["example.com/hold"]}}
    headers = {"Content-Type": "application/merge-patch+json"}
    assert api.client.patch(path, json=hold, headers=headers).is_success
    assert api.client.delete(path).json()["status"]["phase"] == "Terminating"
    status = refused(api.client.post(api.workflows, json=body(name="one")), 403, "Forbidden")
    assert status["details"]["causes"][0]["reason"] == "NamespaceTerminating"
    assert "because it is being terminated" in status["message"]


def test_the_sandbox_warns_that_it_does_not_run_what_a_cluster_would(box):
    answer = box.client.post(box.workflows, json=body(name="one"))
    assert "stores this Workflow, it runs nothing" in answer.headers["warning"]
    answer = box.client.post(box.configmaps, json={"metadata": {"name": "c"}})
    assert "warning" not in answer.headers
