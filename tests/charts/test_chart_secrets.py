"""Secrets and ConfigMaps of an installed chart: mounted or read through the API, and rotated."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from certificates import Authority
from chart import Pod, Release
from hookline_processes import free_port, wait_until

pytestmark = pytest.mark.timeout(300)

HOOKS = """\
apiVersion: argoproj.io/v1alpha1
kind: EventSource
metadata: {{name: hooks}}
spec:
  webhook:
    mounted: {{port: "{port}", endpoint: /mounted, method: POST, authSecret: {{name: a, key: t}}}}
    api: {{port: "{port}", endpoint: /api, method: POST, authSecret: {{name: b, key: t}}}}
---
apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {{name: acts}}
spec:
  dependencies:
    - {{name: api, eventSourceName: hooks, eventName: api}}
  triggers:
    - template:
        name: start
        argoWorkflow:
          operation: submit
          source: {{configmap: {{name: flows, key: hello}}}}
"""
WORKFLOW = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Workflow",
    "metadata": {"generateName": "hello-"},
    "spec": {"entrypoint": "main", "arguments": {}, "templates": [{"name": "main"}]},
}
HOLDERS = ("mounted", "api")


def put(release: Release, kind: str, name: str, **data: str) -> None:
    """Put an object in its place, or a new one there."""
    base = f"/api/v1/namespaces/{release.namespace}/{kind}"
    release.api.admin.delete(f"{base}/{name}")
    if kind == "secrets":
        data = {key: base64.b64encode(text.encode()).decode() for key, text in data.items()}
    body = {"metadata": {"name": name}, "data": data}
    release.api.admin.post(base, json=body).raise_for_status()


@pytest.fixture
def values(
    release: Release, make_nats_server: Callable[..., Any], tmp_path: Path
) -> dict[str, Any]:
    """Values for a NATS that wants a password and TLS, and for objects at all places."""
    authority = Authority(tmp_path / "authority")
    certificate, key = authority.sign("nats")
    server = make_nats_server(
        "authorization { user: hookline, password: very-secret-word }\n"
        f'tls {{ cert_file: "{certificate}", key_file: "{key}" }}'
    )
    put(release, "secrets", "bus-login", word="very-secret-word")
    put(release, "secrets", "bus-tls", **{"ca.crt": authority.certificate.read_text()})
    put(release, "configmaps", "flows", hello=yaml.safe_dump(WORKFLOW))
    for name in "ab":
        put(release, "secrets", name, t="very-secret-one")
    port = free_port()
    return {
        "nats": {
            "url": server.url,
            "login": {"existingSecret": "bus-login", "user": "hookline", "passwordKey": "word"},
            "tls": {"existingSecret": "bus-tls", "caKey": "ca.crt"},
        },
        "manifests": {"files": {"hooks.yaml": HOOKS.format(port=port)}},
        "secrets": ["a"],
        "source": {"ports": [{"name": "webhook", "port": port}], "apiSecrets": ["b"]},
        "sensor": {"apiConfigMaps": ["flows"]},
    }


def answers(source: Pod, token: str) -> list[int]:
    headers = {"Authorization": f"Bearer {token}"}
    urls = [source.url("webhook", f"/{name}") for name in HOLDERS]
    return [httpx.post(url, json=1, headers=headers).status_code for url in urls]


def test_what_the_values_name_is_found_and_a_rotated_one_needs_no_restart(
    release: Release, values: dict[str, Any], pod: Callable[[str], Pod]
):
    release.apply(values)
    source, sensor = pod("source").wait_ready(), pod("sensor").wait_ready()
    # RBAC reads roles through a cache that lags behind a little.
    wait_until(lambda: answers(source, "very-secret-one") == [200, 200], "both are found")
    path = f"/apis/argoproj.io/v1alpha1/namespaces/{release.namespace}/workflows"
    wait_until(lambda: release.api.admin.get(path).json()["items"], "the Workflow is made")
    assert json.loads(sensor.run("audit", "-o", "json").stdout)["lost"] == 0

    for name in "ab":
        put(release, "secrets", name, t="very-secret-two")
    source.mount()
    wait_until(lambda: answers(source, "very-secret-two") == [200, 200], "both are rotated")
    assert answers(source, "very-secret-one") == [401, 401]
    assert {each.end() for each in (source, sensor)} == {0}
    assert "very-secret" not in source.log.read_text() + sensor.log.read_text()


@pytest.mark.parametrize("role", ["source", "sensor"])
def test_the_account_of_a_role_reads_those_and_no_others(
    release: Release, values: dict[str, Any], role: str
):
    release.apply(values)
    base = f"/api/v1/namespaces/{release.namespace}"
    mine = "secrets/b" if role == "source" else "configmaps/flows"
    paths = ("secrets/a", "secrets/b", "secrets/bus-login", "secrets", "configmaps/flows")
    with release.api.client(release.token(f"hookline-{role}")) as client:
        wait_until(lambda: client.get(f"{base}/{mine}").is_success, "the rights are in force")
        readable = [path for path in paths if client.get(f"{base}/{path}").is_success]
    assert readable == [mine]
