"""`hookline run --workers N`: several processes that look like one."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from crowd import Crowd
from hookline_processes import HooklineProcess, command, kubeconfig_for, wait_until
from nats_servers import NatsServer
from sandbox_kube import SandboxProcess
from stage import check_equation, settled

pytestmark = pytest.mark.timeout(180)

type Run = Callable[..., HooklineProcess]


@pytest.fixture
def crew(
    hookline: Run,
    sandbox: SandboxProcess,
    nats_server: NatsServer,
    write_manifests: Callable[..., Path],
    tmp_path: Path,
) -> HooklineProcess:
    config = kubeconfig_for(sandbox.url, tmp_path / "kubeconfig")
    bus = ("--nats", nats_server.url, "--kubeconfig", config)
    return hookline(
        "run", write_manifests(), *bus, "--host", "127.0.0.1", "--api-port", "0", "--workers", "2"
    )


def children(process: HooklineProcess) -> list[int]:
    pid = process.process.pid
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def health(process: HooklineProcess) -> dict[str, object]:
    return httpx.get(process.ready["api"] + "/readyz?verbose", timeout=30).json()


def sent_total(process: HooklineProcess) -> float:
    text = httpx.get(process.ready["api"] + "/metrics", timeout=30).text
    name = "argo_events_events_sent_total{"
    return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(name))


def test_the_workers_share_the_ports_and_are_summed(
    crew: HooklineProcess, sandbox: SandboxProcess, nats_server: NatsServer
):
    sent = Crowd(crew.url("number"), range(200)).finish()
    assert sent.statuses == {200: 200}
    settled(nats_server.url, at_least=200)
    check_equation(sent, sandbox.objects("workflows"), range(200))
    assert sent_total(crew) == 200
    received = [line for line in crew.said().splitlines() if '"received"' in line]
    assert {number for number in (1, 2) if any(f'"worker": {number}' in r for r in received)} == {
        1,
        2,
    }
    assert health(crew) == {"status": "ok", "red": [], "degraded": []}


def test_a_killed_worker_is_replaced_and_nothing_is_lost(
    crew: HooklineProcess, sandbox: SandboxProcess, nats_server: NatsServer
):
    before = children(crew)
    killed: list[int] = []

    def kill(number: int) -> None:
        if number == 100:
            os.kill(before[0], signal.SIGKILL)
            killed.append(before[0])

    sent = Crowd(crew.url("number"), range(300), before=kill).finish()
    assert killed
    assert sent.statuses[200] > 0
    wait_until(
        lambda: len(children(crew)) == 2 and before[0] not in children(crew), "another worker"
    )
    wait_until(lambda: health(crew)["status"] == "ok", "a crew that is well again", 60.0)
    again = Crowd(crew.url("number"), range(300, 350)).finish()
    assert again.statuses == {200: 50}
    settled(nats_server.url, at_least=len(sent.stored) + 50)
    sent.stored |= again.stored
    check_equation(sent, sandbox.objects("workflows"), range(350))
    assert '"worker-ended"' in crew.said()


def test_a_worker_that_is_away_is_degraded_and_all_away_is_red(crew: HooklineProcess):
    first, second = children(crew)
    os.kill(first, signal.SIGSTOP)
    wait_until(lambda: health(crew)["status"] == "degraded", "a degraded crew")
    os.kill(second, signal.SIGSTOP)
    answer = wait_until(lambda: (h := health(crew))["status"] == "red" and h, "a red crew")
    assert answer["red"] == ["worker 1: it does not answer", "worker 2: it does not answer"]
    for pid in (first, second):
        os.kill(pid, signal.SIGCONT)
    wait_until(lambda: health(crew)["status"] == "ok", "a crew that is well again")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_when_the_parent_ends(crew: HooklineProcess, how: signal.Signals):
    workers = children(crew)
    assert len(workers) == 2
    assert crew.end(how) == (0 if how == signal.SIGTERM else -how)
    wait_until(lambda: all(map(gone, workers)), "the workers are gone")


def test_workers_that_cannot_start_end_the_parent_with_their_reason(
    make_nats_server: Callable[..., NatsServer],
    write_manifests: Callable[..., Path],
    tmp_path: Path,
):
    bus = make_nats_server(jetstream=False)
    config = kubeconfig_for("http://127.0.0.1:9", tmp_path / "kubeconfig")
    flags = ("--nats", bus.url, "--kubeconfig", config, "--api-port", "0", "--workers", "2")
    result = command("run", write_manifests(), *flags)
    assert result.returncode == 1
    assert "jetstream" in result.stderr.lower()
    assert "ended at its start" in result.stderr
    assert "Traceback" not in result.stderr
