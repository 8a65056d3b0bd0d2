"""CustomResourceDefinitions: how unknown types become known, beside Kubernetes."""

import secrets
import time

import httpx
import pytest

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
WORKFLOWS = "workflows.argoproj.io"


def definition(group, spec=None):
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"rockets.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": "Rocket", "plural": "rockets", "shortNames": ["rk"]},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {
                        "openAPIV3Schema": {
                            "type": "object",
                            "x-kubernetes-preserve-unknown-fields": True,
                        }
                    },
                    "additionalPrinterColumns": [
                        {"name": "Fuel", "type": "integer", "jsonPath": ".spec.fuel"}
                    ],
                }
            ],
        }
        | (spec or {}),
    }


def rocket(group, name="one"):
    return {
        "apiVersion": f"{group}/v1",
        "kind": "Rocket",
        "metadata": {"name": name},
        "spec": {"fuel": 7},
    }


def until(happened):
    end = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def group(api):
    name = f"{secrets.token_hex(4)}.example.com"
    yield name
    api.client.delete(f"{DEFINITIONS}/rockets.{name}")


def test_a_type_is_unknown_until_it_is_defined(api, group):
    path = f"/apis/{group}/v1/namespaces/{api.namespace}/rockets"
    answer = api.client.post(path, json=rocket(group))
    assert (answer.status_code, answer.text) == (404, "404 page not found\n")
    assert api.client.post(DEFINITIONS, json=definition(group)).status_code == 201
    until(lambda: api.client.get(path).is_success)
    assert api.client.post(path, json=rocket(group)).status_code == 201
    (found,) = api.client.get(f"/apis/{group}/v1").json()["resources"]
    assert (found["kind"], found["singularName"], found["shortNames"]) == (
        "Rocket",
        "rocket",
        ["rk"],
    )


def test_a_definition_says_when_it_is_in_force(api, group):
    path = f"{DEFINITIONS}/rockets.{group}"
    api.client.post(DEFINITIONS, json=definition(group))

    def established():
        conditions = api.client.get(path).json().get("status", {}).get("conditions") or []
        return {one["type"]: one["status"] for one in conditions}.get("Established") == "True"

    until(established)
    tree = api.client.get(path).json()
    assert tree["spec"]["names"]["listKind"] == "RocketList"
    assert tree["status"]["storedVersions"] == ["v1"]


def test_the_columns_of_a_definition_are_shown(api, group):
    path = f"/apis/{group}/v1/namespaces/{api.namespace}/rockets"
    api.client.post(DEFINITIONS, json=definition(group))
    until(lambda: api.client.get(path).is_success)
    api.client.post(path, json=rocket(group))
    headers = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
    tree = api.client.get(path, headers=headers).json()
    assert [column["name"] for column in tree["columnDefinitions"]] == ["Name", "Fuel"]
    assert tree["rows"][0]["cells"] == ["one", 7]


@pytest.mark.parametrize(
    "wrong",
    [
        {"group": "other.example.com"},
        {"group": ""},
        {"names": {"kind": "Rocket"}},
        {"names": {"kind": "", "plural": "rockets"}},
        {"names": {"kind": "Rocket", "plural": "rockets", "singular": ""}} | {"scope": "Galactic"},
        {"scope": None},
        {"versions": []},
        {"versions": [{"name": "v1", "served": True, "storage": False}]},
    ],
)
def test_a_definition_that_breaks_a_rule_is_invalid(api, group, wrong):
    answer = api.client.post(DEFINITIONS, json=definition(group, wrong))
    assert (answer.status_code, answer.json()["reason"]) == (422, "Invalid"), answer.text
    assert answer.json()["details"]["causes"]


def test_a_type_goes_with_its_definition_and_takes_its_objects_along(api, group):
    path = f"/apis/{group}/v1/namespaces/{api.namespace}/rockets"
    for _ in range(2):
        assert api.client.post(DEFINITIONS, json=definition(group)).status_code == 201
        until(lambda: api.client.get(path).is_success)
        assert api.client.get(path).json()["items"] == []
        assert api.client.post(path, json=rocket(group)).status_code == 201
        assert api.client.delete(f"{DEFINITIONS}/rockets.{group}").status_code == 200
        until(lambda: api.client.get(path).text == "404 page not found\n")
        until(lambda: api.client.get(f"{DEFINITIONS}/rockets.{group}").status_code == 404)


def test_a_definition_takes_the_place_of_a_type_of_the_sandbox_while_it_stands(sandbox):
    tree = definition("argoproj.io", {"names": {"kind": "Workflow", "plural": "workflows"}})
    tree["metadata"]["name"] = WORKFLOWS
    with httpx.Client(base_url=sandbox.url, trust_env=False) as client:
        assert client.post(DEFINITIONS, json=tree).status_code == 201
        assert client.get("/apis/argoproj.io/v1/workflows").is_success
        assert client.get("/apis/argoproj.io/v1alpha1/workflows").status_code == 404
        assert client.delete(f"{DEFINITIONS}/{WORKFLOWS}").is_success
        assert client.get("/apis/argoproj.io/v1alpha1/workflows").is_success
