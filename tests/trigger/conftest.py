"""Clusters to create in (the sandbox, a real API server), events, and triggers from YAML."""

import json
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import yaml
from aiohttp import web

from hookline import names
from hookline.event import Event
from hookline.kube.client import KubeClient
from hookline.kube.config import connect
from hookline.manifest import Document, Place
from trigger.action import Due, Setting
from trigger.artifact import find_source
from trigger.spec import read_trigger

API = "argoproj.io/v1alpha1"
WORKFLOWS = f"/apis/{API}/namespaces/{{}}/workflows"


@dataclass
class Cluster:
    """Somewhere to create Workflows: a door, a namespace, and what is there by other means."""

    kube: KubeClient
    namespace: str
    request: Callable[..., Any]

    def names(self) -> list[str]:
        items = self.request("GET", WORKFLOWS.format(self.namespace)).json()["items"]
        return [item["metadata"]["name"] for item in items]

    def put(self, name: str, **metadata: Any) -> None:
        body = {
            "apiVersion": API,
            "kind": "Workflow",
            "metadata": {"name": name, **metadata},
            "spec": {"entrypoint": "main"},
        }
        answer = self.request("POST", WORKFLOWS.format(self.namespace), json=body)
        assert answer.status_code == 201, answer.text

    def delete(self, name: str) -> None:
        self.request("DELETE", f"{WORKFLOWS.format(self.namespace)}/{name}").raise_for_status()


@pytest.fixture(params=["sandbox", "real"])
async def cluster(request):
    """The same behaviour is asked of the sandbox and of the real API server."""
    if request.param == "real":
        api = request.getfixturevalue("kube_api")
        kube = await connect(kubeconfig=str(api.kubeconfig()))
        yield Cluster(kube, api.new_namespace(), api.admin.request)
        await kube.close()
        return
    sandbox = request.getfixturevalue("sandbox")
    with httpx.Client(base_url=sandbox.url, trust_env=False) as client:
        kube = await connect(server_url=sandbox.url)
        yield Cluster(kube, "default", client.request)
        await kube.close()


@asynccontextmanager
async def _serve(handler):
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
def serve():
    """Serve a handler of all requests on loopback: `async with serve(handler) as url`."""
    return _serve


@pytest.fixture
def at():
    return Setting(sensor="web", trigger="start", namespace="default", dependencies=("push",))


def make_event(data: Any, event_id: str = "e1", **fields: Any) -> Event:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    attributes = {
        "id": event_id,
        "source": "webhook",
        "name": "example-1",
        "type": "webhook",
        "time": "2026-11-24T08:00:00.5Z",
    }
    return Event(data=raw, **{**attributes, **fields})


def make_due(event: Event, sensor="web", trigger="start", dependency="push") -> Due:
    identity = names.identity("default", event.source, event.name, event.id)
    key = names.due(identity, sensor, trigger, dependency)
    return Due(identity, key, dependency, event)


@pytest.fixture
def event():
    return make_event


@pytest.fixture
def due():
    return make_due


@pytest.fixture
def read():
    """Read a trigger from YAML; returns it and the mistakes."""

    def _read(text: str, dependencies=("push",), namespace="default"):
        place = Place(Document("sensor.yaml", 1, {})) / "spec" / "triggers" / 0
        trigger = read_trigger(yaml.safe_load(text), place, "web", namespace, dependencies)
        return trigger, place.mistakes

    return _read


@pytest.fixture
def place():
    return Place(Document("sensor.yaml", 1, {}))


@pytest.fixture
def read_source():
    """Read a `source` that stands in the Sensor; returns the object and its place, or None."""

    def _read_source(raw, place):
        found = find_source(raw, place)
        if found is None:
            return None
        artifact, where = found
        tree = artifact.manifest(where)
        return None if tree is None else (tree, where)

    return _read_source
