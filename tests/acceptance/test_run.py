"""`hookline run`: what it does when the bus, the manifests or the mounts are not as wished."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from crowd import Crowd
from hookline_processes import HooklineProcess, command, free_port, kubeconfig_for, wait_until
from nats_servers import NatsServer
from sandbox_kube import SandboxProcess
from stage import audit, check_equation, settled, trigger

pytestmark = pytest.mark.timeout(180)

type Run = Callable[..., HooklineProcess]


@pytest.fixture
def flags(sandbox: SandboxProcess, tmp_path: Path) -> list[str]:
    config = kubeconfig_for(sandbox.url, tmp_path / "kubeconfig")
    return ["--kubeconfig", str(config), "--host", "127.0.0.1"]


def test_an_absent_bus_is_waited_for_red_and_said_once(
    flags: list[str],
    hookline: Run,
    write_manifests: Callable[..., Path],
    make_nats_server: Callable[..., NatsServer],
):
    nats = make_nats_server(start=False)
    port = free_port()
    process = hookline(
        "run", write_manifests(), "--nats", nats.url, *flags, "--api-port", port, wait=False
    )
    ready = f"http://127.0.0.1:{port}/readyz?verbose"
    answer = wait_until(lambda: httpx.get(ready), "the API answers")
    assert answer.status_code == 503
    assert answer.json()["red"]
    wait_until(lambda: "127.0.0.1" in process.tail() and "bus" in process.tail(), "it is said")
    lines = [line for line in process.tail().splitlines() if '"warning"' in line]
    assert len(lines) == 1
    nats.start()
    wait_until(lambda: httpx.get(ready).status_code == 200, "ready when the bus is there", 15.0)


def test_a_bus_without_jetstream_is_refused_with_the_line_to_change(
    flags: list[str],
    write_manifests: Callable[..., Path],
    make_nats_server: Callable[..., NatsServer],
):
    nats = make_nats_server(jetstream=False)
    result = command("run", write_manifests(), "--nats", nats.url, *flags, "--api-port", "0")
    assert result.returncode == 1
    assert "jetstream" in result.stderr.lower()


def test_a_broken_object_is_refused_and_the_others_are_served(
    flags: list[str],
    hookline: Run,
    write_manifests: Callable[..., Path],
    nats_server: NatsServer,
    sandbox: SandboxProcess,
):
    folder = write_manifests()
    (folder / "broken.yaml").write_text(
        "apiVersion: argoproj.io/v1alpha1\nkind: Sensor\nmetadata: {name: broken}\n"
        "spec: {dependencies: [], triggers: []}\n"
    )
    process = hookline("run", folder, "--nats", nats_server.url, *flags, "--api-port", "0")
    answer = httpx.get(process.ready["api"] + "/readyz?verbose")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert any("broken" in reason for reason in answer.json()["degraded"])
    assert "broken.yaml:" in process.tail()
    httpx.post(process.url("number"), json={"number": 1})
    wait_until(lambda: sandbox.objects("workflows"), "the good Sensor works")


def test_a_swapped_mount_is_reloaded_under_load_without_losing_an_event(
    flags: list[str],
    hookline: Run,
    write_manifests: Callable[..., Path],
    nats_server: NatsServer,
    sandbox: SandboxProcess,
    tmp_path: Path,
):
    """A ConfigMap mount is a link to a folder that is exchanged for another."""
    text = (write_manifests() / "all.yaml").read_text()
    mount = tmp_path / "mount"
    mount.mkdir()

    def swap(version: str, content: str) -> None:
        (mount / version).mkdir()
        (mount / version / "all.yaml").write_text(content)
        (mount / "half").symlink_to(version)
        (mount / "half").replace(mount / "..data")

    swap("..1", text)
    (mount / "all.yaml").symlink_to("..data/all.yaml")
    process = hookline("run", mount, "--nats", nats_server.url, *flags, "--api-port", "0")
    numbers = range(400)
    crowd = Crowd(process.url("number"), numbers)
    wait_until(lambda: len(sandbox.objects("workflows")) > 20, "some Workflows are made")
    swap("..2", text + trigger("second"))
    wait_until(lambda: "reloaded" in process.tail(), "the reload is said")
    sent = crowd.finish()
    assert sent.statuses == {200: 400}

    ledger = settled(nats_server.url, at_least=400)
    made = [w for w in sandbox.objects("workflows") if w["metadata"]["name"].startswith("count-")]
    check_equation(sent, made, numbers)
    assert (ledger["lost"], ledger["unaccounted"]) == (0, 0)


def test_two_equal_processes_share_the_work_and_make_nothing_twice(
    flags: list[str],
    hookline: Run,
    write_manifests: Callable[..., Path],
    nats_server: NatsServer,
    sandbox: SandboxProcess,
):
    common = [write_manifests(), "--nats", nats_server.url, *flags, "--api-port", "0"]
    source = hookline("run", *common, "--role", "source")
    workers = [hookline("run", *common, "--role", "sensor") for _ in range(2)]
    numbers = range(400)
    sent = Crowd(source.url("number"), numbers).finish()
    ledger = settled(nats_server.url, at_least=400)
    check_equation(sent, sandbox.objects("workflows"), numbers)
    assert ledger["launched"] == 400
    assert all('"launched"' in worker.log.read_text() for worker in workers)


def test_a_stop_is_clean_and_quick(
    flags: list[str], hookline: Run, write_manifests: Callable[..., Path], nats_server: NatsServer
):
    process = hookline(
        "run", write_manifests(), "--nats", nats_server.url, *flags, "--api-port", "0"
    )
    assert process.end(signal.SIGTERM, 25.0) == 0


def test_a_forgotten_sensor_leaves_nothing_and_a_working_one_is_protected(
    flags: list[str], hookline: Run, write_manifests: Callable[..., Path], nats_server: NatsServer
):
    process = hookline(
        "run", write_manifests(), "--nats", nats_server.url, *flags, "--api-port", "0"
    )
    busy = command("forget", "counting", "--nats", nats_server.url)
    assert busy.returncode == 1
    assert "counting" in busy.stderr
    process.end(signal.SIGTERM)
    gone = command("forget", "counting", "--nats", nats_server.url)
    assert gone.returncode == 0
    assert "consumer" in gone.stdout
    assert command("forget", "counting", "--nats", nats_server.url).returncode == 1
    assert audit(nats_server.url)["events"] == 0


def test_flags_come_from_the_environment_too(
    flags: list[str], write_manifests: Callable[..., Path], nats_server: NatsServer
):
    environment = os.environ | {"HOOKLINE_NATS_URL": nats_server.url, "HOOKLINE_OUTPUT": "json"}
    result = command("audit", env=environment)
    assert result.returncode == 1
    assert "nothing of Hookline" in result.stderr
