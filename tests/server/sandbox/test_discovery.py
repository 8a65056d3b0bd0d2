"""What the server says about itself, and where it serves nothing, beside Kubernetes."""

import pytest

AGGREGATED = (
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"
)


def resource(api, path, plural):
    tree = api.client.get(path).json()
    assert tree["kind"] == "APIResourceList"
    return next(one for one in tree["resources"] if one["name"] == plural)


def test_a_type_is_discovered_with_its_names_and_verbs(api):
    found = resource(api, "/apis/argoproj.io/v1alpha1", "workflows")
    assert (found["kind"], found["singularName"], found["namespaced"]) == (
        "Workflow",
        "workflow",
        True,
    )
    assert found["shortNames"] == ["wf"]
    wanted = {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}
    assert set(found["verbs"]) == wanted
    found = resource(api, "/apis/argoproj.io/v1alpha1", "clusterworkflowtemplates")
    assert found["namespaced"] is False


def test_core_types_are_discovered(api):
    assert api.client.get("/api").json()["versions"] == ["v1"]
    assert resource(api, "/api/v1", "configmaps")["shortNames"] == ["cm"]
    assert resource(api, "/api/v1", "namespaces")["namespaced"] is False
    assert resource(api, "/apis/batch/v1", "jobs")["kind"] == "Job"
    assert resource(api, "/apis/apps/v1", "deployments")["shortNames"] == ["deploy"]


def test_groups_are_discovered(api):
    tree = api.client.get("/apis").json()
    assert tree["kind"] == "APIGroupList"
    group = next(one for one in tree["groups"] if one["name"] == "argoproj.io")
    version = {"groupVersion": "argoproj.io/v1alpha1", "version": "v1alpha1"}
    assert (group["versions"], group["preferredVersion"]) == ([version], version)
    tree = api.client.get("/apis/argoproj.io").json()
    assert (tree["kind"], tree["name"]) == ("APIGroup", "argoproj.io")


@pytest.mark.parametrize("path", ["/api", "/apis"])
def test_the_sandbox_has_no_aggregated_discovery_and_answers_a_form_that_is_asked_for_too(
    box, path
):
    answer = box.client.get(path, headers={"Accept": AGGREGATED})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json()["kind"] in {"APIVersions", "APIGroupList"}


def test_every_type_hookline_speaks_of_is_in_the_sandbox_from_the_start(box):
    tree = box.client.get("/apis/argoproj.io/v1alpha1").json()
    assert {one["name"] for one in tree["resources"]} == {
        "workflows",
        "workflowtemplates",
        "cronworkflows",
        "clusterworkflowtemplates",
        "eventsources",
        "sensors",
        "eventbus",
    }


def test_the_version_says_that_it_is_a_sandbox(box):
    assert box.client.get("/version").json()["gitVersion"] == "v1.36.0+hookline-sandbox"


@pytest.mark.parametrize("path", ["/openapi/v2", "/openapi/v3"])
def test_the_sandbox_has_no_openapi_document(box, path):
    answer = box.client.get(path)
    assert (answer.status_code, answer.json()["kind"]) == (404, "Status")


@pytest.mark.parametrize("path", ["/healthz", "/livez", "/readyz"])
def test_it_is_healthy(api, path):
    answer = api.client.get(path)
    assert (answer.status_code, answer.text) == (200, "ok")


@pytest.mark.parametrize(
    "path",
    [
        "/apis/argoproj.io/v1alpha1/namespaces/default/things",
        "/apis/argoproj.io/v1alpha1/things",
        "/apis/argoproj.io/v9/namespaces/default/workflows",
        "/apis/nobody.example/v1/things",
        "/apis/nobody.example",
        "/apis/argoproj.io/v1alpha1/namespaces/default/clusterworkflowtemplates",
        "/apis/argoproj.io/v1alpha1/workflows/one",
    ],
)
def test_an_unknown_type_or_place_is_a_plain_404(api, path):
    answer = api.client.get(path)
    assert (answer.status_code, answer.text) == (404, "404 page not found\n")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("path", ["/", "/nothing", "/api/v2/pods", "/apis/argoproj.io/v1/x/y/z"])
def test_the_sandbox_serves_nothing_else(box, path):
    assert box.client.get(path).text == "404 page not found\n"


def test_a_custom_type_takes_no_writes_across_namespaces(api):
    path = "/apis/argoproj.io/v1alpha1/workflows"
    for method in ("POST", "DELETE"):
        answer = api.client.request(method, path, json={})
        assert (answer.status_code, answer.text) == (404, "404 page not found\n")


def test_a_native_type_takes_no_writes_across_namespaces(api):
    for method in ("POST", "PUT", "PATCH"):
        answer = api.client.request(method, "/api/v1/configmaps", json={})
        assert (answer.status_code, answer.json()["reason"]) == (405, "MethodNotAllowed")


def test_a_method_that_an_object_does_not_take_is_refused(api):
    answer = api.client.post(f"{api.configmaps}/one", json={})
    assert (answer.status_code, answer.json()["reason"]) == (405, "MethodNotAllowed")


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_change_of_a_collection_of_a_custom_type_wants_a_name(api, method):
    headers = {"Content-Type": "application/merge-patch+json"} if method == "PATCH" else {}
    answer = api.client.request(method, api.workflows, json={}, headers=headers)
    assert (answer.status_code, answer.json()["message"]) == (400, "name must be provided")
