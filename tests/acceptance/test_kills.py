"""Kill -9 of every part under load: nothing lost, nothing twice, and the ledger agrees."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from crowd import Crowd, launched_by
from hookline_processes import HooklineProcess, kubeconfig_for, wait_until
from nats_servers import NatsServer
from sandbox_kube import SandboxProcess
from stage import audit, check_equation, settled

pytestmark = pytest.mark.timeout(300)


@dataclass
class Stage:
    """A source process and a sensor process over one nats-server and the sandbox."""

    nats: NatsServer
    sandbox: SandboxProcess
    source: HooklineProcess
    sensor: HooklineProcess

    @property
    def url(self) -> str:
        return self.source.url("number")


@pytest.fixture
def stage(
    nats_server: NatsServer,
    sandbox: SandboxProcess,
    hookline: Callable[..., HooklineProcess],
    write_manifests: Callable[..., Path],
    tmp_path: Path,
) -> Stage:
    config = kubeconfig_for(sandbox.url, tmp_path / "kubeconfig")
    common = [write_manifests(), "--nats", nats_server.url, "--kubeconfig", config]
    common += ["--host", "127.0.0.1", "--api-port", "0"]
    source = hookline("run", *common, "--role", "source")
    sensor = hookline("run", *common, "--role", "sensor")
    return Stage(nats_server, sandbox, source, sensor)


def restart(process: HooklineProcess) -> None:
    process.kill()
    process.start()


def test_a_thousand_posts_survive_kills_of_the_source_and_the_sensor(stage: Stage):
    numbers = range(1000)
    crowd = Crowd(stage.url, numbers)
    for quarter in (1, 2, 3):
        wait_until(lambda q=quarter: crowd.sent.answered >= 250 * q, f"{quarter} quarters sent")
        restart(stage.sensor)
        restart(stage.source)
    sent = crowd.finish()

    assert sent.statuses[200] >= 250
    ledger = settled(stage.nats.url, at_least=len(sent.stored))
    check_equation(sent, stage.sandbox.objects("workflows"), numbers)
    assert (ledger["lost"], ledger["unaccounted"]) == (0, 0)
    assert ledger["launched"] == ledger["events"] == len(stage.sandbox.objects("workflows"))


def post(url: str, number: int) -> str | None:
    """Return the id under which a number was stored, None when it was refused."""
    answer = httpx.post(url, json={"number": number})
    return answer.json()["eventId"] if answer.is_success else None


def test_a_killed_nats_server_costs_503s_and_nothing_else(stage: Stage):
    numbers = range(1000)

    def wait_for_a_refusal(number: int) -> None:
        if number == 320:
            stage.nats.kill()

    crowd = Crowd(stage.url, numbers, before=wait_for_a_refusal)
    wait_until(lambda: crowd.sent.statuses[503], "a 503 while the bus is away")
    stage.nats.start()
    back = time.monotonic()
    first = wait_until(lambda: post(stage.url, 300), "POSTs are taken again", 10.0)
    wait_until(
        lambda: first in launched_by(stage.sandbox.objects("workflows")),
        "what was stored first has its Workflow within 10 s of the bus being back",
        max(0.1, 10.0 - (time.monotonic() - back)),
    )
    sent = crowd.finish()

    assert set(sent.statuses) <= {200, 503}
    ledger = settled(stage.nats.url, at_least=len(sent.stored))
    check_equation(sent, stage.sandbox.objects("workflows"), numbers)
    assert (ledger["lost"], ledger["unaccounted"]) == (0, 0)


def test_a_killed_kubernetes_api_costs_nothing(stage: Stage):
    numbers = range(300)
    crowd = Crowd(stage.url, numbers)
    wait_until(lambda: len(stage.sandbox.objects("workflows")) > 20, "some Workflows are made")
    stage.sandbox.kill()
    sent = crowd.finish()
    assert sent.statuses == {200: 300}
    stage.sandbox.start()

    ledger = settled(stage.nats.url, at_least=300)
    check_equation(sent, stage.sandbox.objects("workflows"), numbers)
    assert ledger["launched"] == ledger["events"] == 300
    assert (ledger["lost"], ledger["unaccounted"], ledger["deadLettered"]) == (0, 0, 0)


def test_a_stop_puts_back_what_it_holds_and_the_next_process_goes_on(stage: Stage):
    numbers = range(300)
    crowd = Crowd(stage.url, numbers)
    wait_until(lambda: len(stage.sandbox.objects("workflows")) > 20, "some Workflows are made")
    assert stage.sensor.end(signal.SIGTERM, 25.0) == 0
    sent = crowd.finish()
    stage.sensor.start()

    settled(stage.nats.url, at_least=300)
    check_equation(sent, stage.sandbox.objects("workflows"), numbers)
    assert audit(stage.nats.url)["duplicate"] == 0
