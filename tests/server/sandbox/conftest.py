"""What the tests of the sandbox share: an API that is once the sandbox and once a real server."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

GROUP = "/apis/argoproj.io/v1alpha1"
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
MERGE = {"Content-Type": "application/merge-patch+json"}
JSON_PATCH = {"Content-Type": "application/json-patch+json"}


@dataclass(frozen=True)
class Api:
    """A Kubernetes API, and a namespace in it that belongs to one test."""

    client: httpx.Client
    namespace: str

    @property
    def workflows(self) -> str:
        """The path of the namespace's Workflows."""
        return f"{GROUP}/namespaces/{self.namespace}/workflows"

    @property
    def configmaps(self) -> str:
        """The path of the namespace's ConfigMaps."""
        return f"/api/v1/namespaces/{self.namespace}/configmaps"

    def create(self, name: str = "one", **metadata: Any) -> dict[str, Any]:
        """Create a Workflow and return it."""
        answer = self.client.post(self.workflows, json=workflow(name, **metadata))
        assert answer.status_code == 201, answer.text
        created: dict[str, Any] = answer.json()
        return created

    def names(self, **query: Any) -> list[str]:
        """Return the names of the Workflows that a list with this query gives."""
        answer = self.client.get(self.workflows, params=query)
        assert answer.status_code == 200, answer.text
        return [item["metadata"]["name"] for item in answer.json()["items"]]

    def watch(self, seconds: int = 1, **query: Any) -> list[dict[str, Any]]:
        """Watch the Workflows for some seconds and return the events."""
        query |= {"watch": "true", "timeoutSeconds": seconds}
        answer = self.client.get(self.workflows, params=query)
        return [json.loads(line) for line in answer.text.splitlines() if line]

    def version(self) -> str:
        """Return the resourceVersion of a list now."""
        version: str = self.client.get(self.workflows).json()["metadata"]["resourceVersion"]
        return version


def workflow(name: str | None = "one", **metadata: Any) -> dict[str, Any]:
    """Return a Workflow to create."""
    named = {"name": name} if name else {}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {**named, **metadata},
        "spec": {"entrypoint": "main"},
    }


@pytest.fixture(params=["sandbox", "kubernetes"])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    """Every test with it holds for the sandbox and for a real API server alike."""
    if request.param == "kubernetes":
        real = request.getfixturevalue("kube_api")
        yield Api(real.admin, real.new_namespace())
        return
    process = request.getfixturevalue("strict_sandbox")
    namespace = f"test-{secrets.token_hex(4)}"
    process.create_namespace(namespace)
    with httpx.Client(base_url=process.url, trust_env=False, timeout=30) as client:
        yield Api(client, namespace)


@pytest.fixture
def box(strict_sandbox: Any) -> Iterator[Api]:
    """The sandbox alone, for what is its own."""
    namespace = f"test-{secrets.token_hex(4)}"
    strict_sandbox.create_namespace(namespace)
    with httpx.Client(base_url=strict_sandbox.url, trust_env=False, timeout=30) as client:
        yield Api(client, namespace)
