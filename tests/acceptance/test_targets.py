"""A Kubernetes API that fails in every way: no duplicate, no dead letter, no neighbour waits."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from crowd import Crowd
from faulty_api import Answer, FaultyApi
from hookline_processes import HooklineProcess, kubeconfig_for, wait_until
from nats_servers import NatsServer
from sandbox_kube import SandboxProcess
from stage import TRIGGER, audit, check_equation, settled, trigger

pytestmark = pytest.mark.timeout(300)

type Run = Callable[..., HooklineProcess]


@pytest.fixture
def api(sandbox: SandboxProcess, faulty_api: Callable[[str], FaultyApi]) -> FaultyApi:
    return faulty_api(sandbox.url)


@pytest.fixture
def run(
    nats_server: NatsServer,
    api: FaultyApi,
    hookline: Run,
    write_manifests: Callable[..., Path],
    tmp_path: Path,
) -> Run:
    config = kubeconfig_for(api.url, tmp_path / "kubeconfig")

    def start(*triggers: str) -> HooklineProcess:
        folder = write_manifests(*triggers)
        flags = ["--nats", nats_server.url, "--kubeconfig", config]
        return hookline("run", folder, *flags, "--host", "127.0.0.1", "--api-port", "0")

    return start


def failing(every: int, answer: Answer) -> Callable[[str, str], Answer | None]:
    """Return a fault for every so many-th create."""
    count = {"creates": 0}

    def fault(method: str, _path: str) -> Answer | None:
        count["creates"] += method == "POST"
        return answer if method == "POST" and count["creates"] % every == 0 else None

    return fault


@pytest.mark.parametrize("status", [500, 503, 429, 0])
def test_an_error_after_the_create_makes_no_second_workflow(
    run: Run, api: FaultyApi, sandbox: SandboxProcess, nats_server: NatsServer, status: int
):
    retry_after = {"Retry-After": "1"} if status == 429 else {}
    api.after = failing(5, Answer(status, retry_after))
    numbers = range(60)
    sent = Crowd(run().url("number"), numbers).finish()
    assert len(sent.stored) == 60

    ledger = settled(nats_server.url, at_least=60)
    check_equation(sent, sandbox.objects("workflows"), numbers)
    assert (ledger["launched"], ledger["deadLettered"]) == (60, 0)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusing_target_keeps_its_events_until_it_is_mended(
    run: Run, api: FaultyApi, sandbox: SandboxProcess, nats_server: NatsServer, status: int
):
    """401, 403, and a type that is not yet known (404)."""
    api.before = lambda method, _path: Answer(status) if method == "POST" else None
    numbers = range(40)
    process = run()
    sent = Crowd(process.url("number"), numbers).finish()
    wait_until(
        lambda: [method for method, _ in api.asked].count("POST") > 3, "the trigger has tried"
    )
    assert audit(nats_server.url)["deadLettered"] == 0
    assert sandbox.objects("workflows") == []

    api.before = lambda _method, _path: None
    ledger = settled(nats_server.url, at_least=40)
    check_equation(sent, sandbox.objects("workflows"), numbers)
    assert (ledger["launched"], ledger["deadLettered"]) == (40, 0)


def test_a_neighbour_launches_all_while_one_trigger_fails_on_a_thousand_events(
    run: Run, api: FaultyApi, sandbox: SandboxProcess, nats_server: NatsServer
):
    def broken(method: str, path: str) -> Answer | None:
        return Answer(500) if method == "POST" and "/namespaces/sick/" in path else None

    sandbox.create_namespace("sick")
    api.before = broken
    numbers = range(1000)
    process = run(trigger("sick", "sick"), trigger("well"))
    sent = Crowd(process.url("number"), numbers).finish()
    assert len(sent.stored) == 1000
    wait_until(
        lambda: len(sandbox.objects("workflows", "default")) == 1000,
        "the neighbour has launched all",
        90.0,
    )
    assert sandbox.objects("workflows", "sick") == []

    api.before = lambda _method, _path: None
    ledger = settled(nats_server.url, at_least=2000, seconds=120.0)
    assert (ledger["launched"], ledger["deadLettered"]) == (2000, 0)
    check_equation(sent, sandbox.objects("workflows", "sick"), numbers)
    check_equation(sent, sandbox.objects("workflows", "default"), numbers)


def test_a_workflow_that_is_invalid_is_dead_lettered_with_its_reason(
    run: Run, sandbox: SandboxProcess, nats_server: NatsServer
):
    bad = TRIGGER.replace("templates:", "labels: {{bad label!: x}}\n                templates:")
    text = bad.format(name="Bad", namespace="default", api_version="argoproj.io/v1alpha1")
    process = run(text.replace("generateName: Bad-", 'name: "not a name"'))
    sent = Crowd(process.url("number"), range(3)).finish()
    ledger = settled(nats_server.url, at_least=3)
    assert (ledger["deadLettered"], ledger["launched"]) == (3, 0)
    assert len(sent.stored) == 3
    assert "Invalid" in json.dumps(process.said())
