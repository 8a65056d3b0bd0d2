"""The whole path on a real kube-apiserver, with rights that come late."""

import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from crowd import Crowd
from hookline_processes import HooklineProcess, wait_until
from nats_servers import NatsServer
from real_kube import KubeApi
from stage import audit, check_equation, settled, trigger

pytestmark = pytest.mark.timeout(300)

type Run = Callable[..., HooklineProcess]

CREATE = {
    "apiGroups": ["argoproj.io"],
    "resources": ["workflows"],
    "verbs": ["create", "get", "list"],
}


@pytest.fixture
def namespace(kube_api: KubeApi) -> str:
    return kube_api.new_namespace()


@pytest.fixture
def run(
    kube_api: KubeApi,
    namespace: str,
    nats_server: NatsServer,
    hookline: Run,
    write_manifests: Callable[..., Path],
) -> Run:
    def start(token: str | None = None) -> HooklineProcess:
        folder = write_manifests(trigger("real", namespace))
        config = kube_api.kubeconfig(token)
        flags = ["--nats", nats_server.url, "--kubeconfig", config, "--host", "127.0.0.1"]
        return hookline("run", folder, *flags, "--api-port", "0")

    return start


def workflows(kube_api: KubeApi, namespace: str) -> list[dict]:
    path = f"/apis/argoproj.io/v1alpha1/namespaces/{namespace}/workflows"
    return kube_api.admin.get(path).raise_for_status().json()["items"]


def test_posts_become_workflows_of_a_real_api_server(
    kube_api: KubeApi, namespace: str, run: Run, nats_server: NatsServer
):
    numbers = range(100)
    sent = Crowd(run().url("number"), numbers).finish()
    assert len(sent.stored) == 100

    settled(nats_server.url, at_least=100)
    made = workflows(kube_api, namespace)
    check_equation(sent, made, numbers)
    labels = made[0]["metadata"]["labels"]
    assert labels["events.argoproj.io/sensor"] == "counting"
    assert labels["events.argoproj.io/trigger"] == "real"


def test_an_api_server_killed_twice_costs_nothing(
    kube_api: KubeApi, namespace: str, run: Run, nats_server: NatsServer
):
    process = run()
    api = process.ready["api"]
    numbers = range(1000)
    # From these numbers on a number is sent only once the server is down.
    downs = {400: threading.Event(), 700: threading.Event()}
    crowd = Crowd(process.url("number"), numbers, lambda number: _await(downs, number))
    for first, down in downs.items():
        _wait_until_made(kube_api, namespace, first - 350)
        try:
            kube_api.kill()
            down.set()
            wait_until(
                lambda: "did not answer" in httpx.get(f"{api}/readyz?verbose").text,
                "the trigger meets the dead server",
                60.0,
            )
        finally:
            down.set()
            kube_api.start()
    sent = crowd.finish()
    assert set(sent.statuses) <= {200, 503, 0}  # on a busy machine an answer may come too late

    ledger = settled(nats_server.url, at_least=len(sent.stored), seconds=180.0)
    made = workflows(kube_api, namespace)
    check_equation(sent, made, numbers)
    assert (ledger["launched"], ledger["deadLettered"]) == (len(made), 0)
    assert (ledger["lost"], ledger["unaccounted"]) == (0, 0)


def _await(downs: dict[int, threading.Event], number: int) -> None:
    for first, down in downs.items():
        if number >= first:
            assert down.wait(240.0)


def _wait_until_made(kube_api: KubeApi, namespace: str, count: int) -> None:
    """Wait for so many Workflows; they are counted without having them all sent."""
    path = f"/apis/argoproj.io/v1alpha1/namespaces/{namespace}/workflows"

    def made() -> bool:
        page = kube_api.admin.get(path, params={"limit": 1}).raise_for_status().json()
        left: int = page["metadata"].get("remainingItemCount") or 0
        return len(page["items"]) + left >= count

    wait_until(made, f"{count} Workflows are made", 120.0)


def test_a_missing_right_is_named_and_the_trigger_goes_on_when_it_is_granted(
    kube_api: KubeApi, namespace: str, run: Run, nats_server: NatsServer
):
    token = kube_api.service_account(namespace, "hookline", [])
    process = run(token)
    for number in range(5):
        answer = httpx.post(process.url("number"), json={"number": number})
        assert answer.status_code == 200
    rule = wait_until(lambda: 'verbs: [\\"create\\"]' in process.said(), "the missing rule is said")
    assert rule
    assert 'resources: [\\"workflows\\"]' in process.said()
    api = process.ready["api"]
    why = httpx.get(f"{api}/readyz?verbose").json()
    assert why["status"] == "degraded"
    assert any("workflows" in reason for reason in why["degraded"])
    assert audit(nats_server.url)["deadLettered"] == 0

    kube_api.service_account(namespace, "hookline", [CREATE])
    ledger = settled(nats_server.url, at_least=5)
    assert (ledger["launched"], ledger["deadLettered"]) == (5, 0)
    assert len(workflows(kube_api, namespace)) == 5


FROM_TEMPLATE = """\
    - template:
        name: from
        argoWorkflow:
          operation: submit-from
          source:
            resource:
              apiVersion: argoproj.io/v1alpha1
              kind: WorkflowTemplate
              metadata: {{name: greet, namespace: {namespace}}}
          args: [-p, "number=${{{{ $.number.body.number }}}}"]
"""


def test_events_wait_for_a_template_and_are_then_submitted_from_it(
    kube_api: KubeApi,
    namespace: str,
    nats_server: NatsServer,
    hookline: Run,
    write_manifests: Callable[..., Path],
):
    folder = write_manifests(FROM_TEMPLATE.format(namespace=namespace))
    flags = ["--nats", nats_server.url, "--kubeconfig", kube_api.kubeconfig()]
    process = hookline("run", folder, *flags, "--host", "127.0.0.1", "--api-port", "0")
    for number in range(3):
        assert httpx.post(process.url("number"), json={"number": number}).status_code == 200
    wait_until(lambda: "workflowtemplates" in process.said(), "the missing template is said")
    assert workflows(kube_api, namespace) == []

    template = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "WorkflowTemplate",
        "metadata": {"name": "greet"},
        "spec": {},
    }
    path = f"/apis/argoproj.io/v1alpha1/namespaces/{namespace}/workflowtemplates"
    kube_api.admin.post(path, json=template).raise_for_status()
    ledger = settled(nats_server.url, at_least=3)
    made = workflows(kube_api, namespace)
    assert (ledger["launched"], ledger["deadLettered"]) == (3, 0)
    assert {each["spec"]["workflowTemplateRef"]["name"] for each in made} == {"greet"}
    values = [each["spec"]["arguments"]["parameters"][0]["value"] for each in made]
    assert sorted(values) == ["0", "1", "2"]
