"""Clusters that tests ask the same of: the sandbox, and a real API server."""

import base64
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from hookline.kube.client import KubeClient
from hookline.kube.config import connect

API = "argoproj.io/v1alpha1"
WORKFLOWS = f"/apis/{API}/namespaces/{{}}/workflows"


@dataclass
class Cluster:
    """Somewhere to create Workflows: a door, a namespace, and what is there by other means.

    Attributes:
        client: asks with every right; `request` is its method.
    """

    kube: KubeClient
    namespace: str
    request: Callable[..., Any]
    client: httpx.Client

    @property
    def url(self) -> str:
        """The address of the API."""
        return self.kube.url

    def names(self) -> list[str]:
        """Return the names of the Workflows."""
        items = self.request("GET", WORKFLOWS.format(self.namespace)).json()["items"]
        return [item["metadata"]["name"] for item in items]

    def put(self, name: str, **metadata: Any) -> None:
        """Make a Workflow."""
        body = {
            "apiVersion": API,
            "kind": "Workflow",
            "metadata": {"name": name, **metadata},
            "spec": {"entrypoint": "main"},
        }
        answer = self.request("POST", WORKFLOWS.format(self.namespace), json=body)
        assert answer.status_code == 201, answer.text

    def delete(self, name: str) -> None:
        """Remove a Workflow."""
        self.request("DELETE", f"{WORKFLOWS.format(self.namespace)}/{name}").raise_for_status()

    def put_secret(self, name: str, **values: str) -> None:
        """Make a Secret with these values, in the place of one that is there."""
        self.delete_secret(name)
        body = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name},
            "data": {key: base64.b64encode(text.encode()).decode() for key, text in values.items()},
        }
        answer = self.request("POST", f"/api/v1/namespaces/{self.namespace}/secrets", json=body)
        assert answer.status_code == 201, answer.text

    def delete_secret(self, name: str) -> None:
        """Remove a Secret, if it is there."""
        self.request("DELETE", f"/api/v1/namespaces/{self.namespace}/secrets/{name}")


@pytest.fixture(params=["sandbox", "real"])
async def cluster(request: pytest.FixtureRequest) -> AsyncIterator[Cluster]:
    """The same behaviour is asked of the sandbox and of the real API server."""
    if request.param == "real":
        api = request.getfixturevalue("kube_api")
        kube = await connect(kubeconfig=api.kubeconfig())
        yield Cluster(kube, api.new_namespace(), api.admin.request, api.admin)
        await kube.close()
        return
    sandbox = request.getfixturevalue("sandbox")
    with httpx.Client(base_url=sandbox.url, trust_env=False) as client:
        kube = await connect(server_url=sandbox.url)
        yield Cluster(kube, "default", client.request, client)
        await kube.close()
