"""The whole path on a real kube-apiserver, with rights that come late."""

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


def test_a_killed_api_server_costs_nothing(
    kube_api: KubeApi, namespace: str, run: Run, nats_server: NatsServer
):
    numbers = range(100)
    crowd = Crowd(run().url("number"), numbers)
    wait_until(lambda: workflows(kube_api, namespace), "some Workflows are made")
    try:
        kube_api.kill()
        sent = crowd.finish()
    finally:
        kube_api.start()
    ledger = settled(nats_server.url, at_least=len(sent.stored), seconds=120.0)
    check_equation(sent, workflows(kube_api, namespace), numbers)
    assert (ledger["deadLettered"], ledger["lost"], ledger["unaccounted"]) == (0, 0, 0)


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
