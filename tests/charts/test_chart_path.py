"""The whole path by the chart's own commands, settings and rights, on a real API server."""

import base64
import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import httpx
import pytest
from chart import Pod, Release
from crowd import Crowd, launched_by, numbers_of
from hookline_processes import command, free_port, wait_until
from nats_servers import NatsServer
from stage import MANIFESTS, trigger

pytestmark = pytest.mark.timeout(300)

LOGIN = "authorization { user: hookline, password: s3cret }"


@pytest.fixture
def nats(make_nats_server: Callable[..., NatsServer]) -> str:
    """The address of a NATS that asks for a password, the password in it."""
    server = make_nats_server(LOGIN)
    return server.url.replace("nats://", "nats://hookline:s3cret@")


@pytest.fixture
def values(release: Release, nats: str) -> dict[str, Any]:
    """Values for one webhook whose events become Workflows here and in another namespace."""
    elsewhere = release.api.new_namespace()
    make_secret(release, "bus", "address", nats)
    port = free_port()
    triggers = trigger("here", release.namespace) + trigger("there", elsewhere)
    rule = {"apiGroups": ["argoproj.io"], "resources": ["workflows"], "verbs": ["create"]}
    return {
        "nats": {"existingSecret": "bus", "secretKey": "address"},
        "manifests": {"files": {"numbers.yaml": MANIFESTS.format(port=port, triggers=triggers)}},
        "source": {"ports": [{"name": "webhook", "port": port}]},
        "sensor": {"namespaces": {elsewhere: [rule]}},
    }


def make_secret(release: Release, name: str, key: str, value: str) -> None:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name},
        "data": {key: base64.b64encode(value.encode()).decode()},
    }
    path = f"/api/v1/namespaces/{release.namespace}/secrets"
    release.api.admin.post(path, json=secret).raise_for_status()


def finished(nats: str, namespace: str) -> dict[str, int] | None:
    """Return what `hookline audit` says, when nothing is pending any more."""
    said = command("audit", "--nats", nats, "--namespace", namespace, "-o", "json")
    ledger: dict[str, int] = json.loads(said.stdout)
    return None if ledger["pending"] else ledger


def workflows(release: Release, namespace: str) -> list[dict[str, Any]]:
    path = f"/apis/argoproj.io/v1alpha1/namespaces/{namespace}/workflows"
    return release.api.admin.get(path).raise_for_status().json()["items"]


def test_posts_become_workflows_with_no_more_than_the_charts_rights(
    release: Release, values: dict[str, Any], pod: Callable[[str], Pod], nats: str
):
    release.apply(values)
    workers = [pod("sensor"), pod("sensor")]
    source = pod("source")
    for each in (*workers, source):
        each.wait_ready()
    numbers = range(40)
    sent = Crowd(source.url("webhook", "/number"), numbers).finish()
    assert len(sent.stored) == len(numbers)

    ledger = wait_until(lambda: finished(nats, release.namespace), "every event is decided", 90.0)
    assert (ledger["launched"], ledger["lost"], ledger["unaccounted"]) == (80, 0, 0)
    [elsewhere] = values["sensor"]["namespaces"]
    for namespace in (release.namespace, elsewhere):
        made = workflows(release, namespace)
        assert launched_by(made) == dict.fromkeys(sent.stored, 1)
        assert numbers_of(made) == set(numbers)
    assert {each.end() for each in (*workers, source)} == {0}


def test_a_changed_configmap_is_served_by_the_pods_that_run(
    release: Release, values: dict[str, Any], pod: Callable[[str], Pod]
):
    release.apply(values)
    pods = [pod("sensor").wait_ready(), pod("source").wait_ready()]
    before = [each.spec for each in pods]
    changed = deepcopy(values)
    [text] = changed["manifests"]["files"].values()
    changed["manifests"]["files"]["numbers.yaml"] = text.replace("/number", "/other")
    release.apply(changed)
    for each in pods:
        each.mount()
    url = pods[1].url("webhook", "/other")
    wait_until(lambda: httpx.post(url, json={"number": 7}).is_success, "the new path is served")
    made = wait_until(lambda: workflows(release, release.namespace), "its Workflow is made")
    assert numbers_of(made) == {7}
    now = [
        release.get("apis/apps/v1/deployments", f"hookline-{role}")["spec"]["template"]["spec"]
        for role in ("sensor", "source")
    ]
    assert now == before


def test_the_accounts_of_the_chart_may_do_this_and_nothing_else(
    release: Release, values: dict[str, Any]
):
    release.apply(values)
    [elsewhere] = values["sensor"]["namespaces"]
    places = (release.namespace, elsewhere)
    # RBAC reads roles through a cache that lags behind a little.
    wait_until(
        lambda: all(may(release, "sensor", "list", "workflows", place) for place in places),
        "the rights are in force",
    )
    allowed = {
        (verb, resource, namespace, role)
        for role in ("source", "sensor")
        for namespace in (*places, "kube-system")
        for resource in ("workflows", "secrets", "configmaps", "pods")
        for verb in ("create", "get", "list", "watch", "update", "patch", "delete")
        if may(release, role, verb, resource, namespace)
    }
    assert allowed == {
        (verb, "workflows", namespace, "sensor")
        for verb in ("create", "get", "list")
        for namespace in places
    }


def may(release: Release, role: str, verb: str, resource: str, namespace: str) -> bool:
    group = "argoproj.io" if resource == "workflows" else ""
    attributes = {"verb": verb, "group": group, "resource": resource, "namespace": namespace}
    user = f"system:serviceaccount:{release.namespace}:hookline-{role}"
    review = {"spec": {"user": user, "resourceAttributes": attributes}}
    path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
    return release.api.admin.post(path, json=review).raise_for_status().json()["status"]["allowed"]


def test_a_secret_of_the_values_is_read_by_the_webhook_that_names_it(
    release: Release, values: dict[str, Any], pod: Callable[[str], Pod]
):
    make_secret(release, "github.token", "token", "open-sesame")
    [text] = values["manifests"]["files"].values()
    locked = "method: POST, authSecret: {name: github.token, key: token}"
    files = {"numbers.yaml": text.replace("method: POST", locked)}
    release.apply(values | {"manifests": {"files": files}, "secrets": ["github.token"]})
    url = pod("source").wait_ready().url("webhook", "/number")
    assert httpx.post(url, json={"number": 1}).status_code == 401
    bearer = {"Authorization": "Bearer open-sesame"}
    assert httpx.post(url, json={"number": 1}, headers=bearer).is_success


def test_a_pod_is_alive_but_not_ready_while_the_bus_is_away(
    release: Release, values: dict[str, Any], pod: Callable[[str], Pod]
):
    away = values | {"nats": {"url": f"nats://127.0.0.1:{free_port()}"}}
    release.apply(away)
    source = pod("source")
    wait_until(lambda: source.ask("livenessProbe").is_success, "it is alive")
    assert source.ask("readinessProbe").status_code == 503
    assert source.end() == 0
