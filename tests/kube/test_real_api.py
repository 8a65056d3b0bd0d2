"""The real API server answers as the other tests that use it take for granted."""

import httpx
import pytest
import yaml

WORKFLOWS = "/apis/argoproj.io/v1alpha1/namespaces/{}/workflows"


def _workflow(name):
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": name},
        "spec": {"entrypoint": "main", "templates": [{"name": "main", "made": {"up": [1, None]}}]},
    }


def test_the_server_reports_the_version_it_was_built_from(kube_api):
    version = kube_api.admin.get("/version").raise_for_status().json()

    assert version["gitVersion"].startswith(f"v{version['major']}.{version['minor']}.")


def test_a_workflow_is_stored_as_it_was_sent(kube_api):
    path = WORKFLOWS.format(kube_api.new_namespace())

    created = kube_api.admin.post(path, json=_workflow("mine"))
    read = kube_api.admin.get(f"{path}/mine").raise_for_status().json()

    assert created.status_code == 201
    assert read["spec"] == _workflow("mine")["spec"]
    assert read["metadata"]["uid"]


def test_every_type_of_argo_workflows_is_served(kube_api):
    types = kube_api.admin.get("/apis/argoproj.io/v1alpha1").raise_for_status().json()["resources"]

    assert {(kind["kind"], kind["namespaced"]) for kind in types} == {
        ("Workflow", True),
        ("WorkflowTemplate", True),
        ("CronWorkflow", True),
        ("ClusterWorkflowTemplate", False),
    }


def test_a_workflow_without_a_spec_is_invalid(kube_api):
    path = WORKFLOWS.format(kube_api.new_namespace())
    workflow = _workflow("empty")
    del workflow["spec"]

    answer = kube_api.admin.post(path, json=workflow)

    assert (answer.status_code, answer.json()["reason"]) == (422, "Invalid")


def test_a_name_is_given_once(kube_api):
    path = WORKFLOWS.format(kube_api.new_namespace())
    kube_api.admin.post(path, json=_workflow("mine")).raise_for_status()

    answer = kube_api.admin.post(path, json=_workflow("mine"))

    assert (answer.status_code, answer.json()["reason"]) == (409, "AlreadyExists")


def test_an_unknown_token_is_unauthorized(kube_api):
    with kube_api.client("nobody's") as client:
        answer = client.get(WORKFLOWS.format("default"))

    assert (answer.status_code, answer.json()["reason"]) == (401, "Unauthorized")


def test_a_service_account_without_rights_is_forbidden_to_create(kube_api):
    namespace = kube_api.new_namespace()
    token = kube_api.service_account(namespace, "powerless", rules=[])

    with kube_api.client(token) as client:
        answer = client.post(WORKFLOWS.format(namespace), json=_workflow("mine"))

    assert (answer.status_code, answer.json()["reason"]) == (403, "Forbidden")
    assert f"system:serviceaccount:{namespace}:powerless" in answer.json()["message"]


def test_a_service_account_may_do_what_its_rules_say_and_no_more(kube_api):
    namespace, other = kube_api.new_namespace(), kube_api.new_namespace()
    rule = {"apiGroups": ["argoproj.io"], "resources": ["workflows"], "verbs": ["create"]}
    token = kube_api.service_account(namespace, "launcher", [rule])
    path = WORKFLOWS.format(namespace)

    with kube_api.client(token) as client:
        assert client.post(path, json=_workflow("mine")).status_code == 201
        assert client.get(path).status_code == 403
        assert client.post(WORKFLOWS.format(other), json=_workflow("mine")).status_code == 403


def test_rights_can_be_granted_and_taken_away(kube_api):
    namespace = kube_api.new_namespace()
    rule = {"apiGroups": ["argoproj.io"], "resources": ["workflows"], "verbs": ["get", "list"]}
    path = WORKFLOWS.format(namespace)
    token = kube_api.service_account(namespace, "reader", rules=[])

    with kube_api.client(token) as client:
        assert client.get(path).status_code == 403
        kube_api.service_account(namespace, "reader", [rule])
        assert client.get(path).status_code == 200
        kube_api.service_account(namespace, "reader", rules=[])
        assert client.get(path).status_code == 403


def test_an_unknown_type_is_not_found(kube_api):
    answer = kube_api.admin.get("/apis/argoproj.io/v1alpha1/namespaces/default/sensors")

    assert answer.status_code == 404


def test_a_kubeconfig_speaks_for_its_token_in_its_namespace(kube_api):
    namespace = kube_api.new_namespace()
    token = kube_api.service_account(namespace, "reader", rules=[])

    mine = yaml.safe_load(kube_api.kubeconfig(token, namespace).read_text())
    admins = yaml.safe_load(kube_api.kubeconfig().read_text())

    assert mine["users"][0]["user"]["token"] == token
    assert mine["contexts"][0]["context"]["namespace"] == namespace
    assert admins["users"][0]["user"]["token"] == kube_api.admin_token
    assert "namespace" not in admins["contexts"][0]["context"]


def test_objects_and_tokens_survive_a_kill_of_the_server(kube_api):
    namespace = kube_api.new_namespace()
    rule = {"apiGroups": ["argoproj.io"], "resources": ["workflows"], "verbs": ["get"]}
    token = kube_api.service_account(namespace, "reader", [rule])
    path = WORKFLOWS.format(namespace)
    kube_api.admin.post(path, json=_workflow("mine")).raise_for_status()

    kube_api.kill()
    try:
        with kube_api.client(token) as client, pytest.raises(httpx.ConnectError):
            client.get(f"{path}/mine")
    finally:
        kube_api.start()

    with kube_api.client(token) as client:
        assert client.get(f"{path}/mine").raise_for_status().json()["metadata"]["name"] == "mine"
