"""`hookline run`: what it does when the bus, the manifests or the mounts are not as wished."""

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import nats
import pytest
from crowd import Crowd
from faulty_api import FaultyApi
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
    wait_until(lambda: "127.0.0.1" in process.said() and "bus" in process.said(), "it is said")
    lines = [line for line in process.said().splitlines() if '"warning"' in line]
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
    assert "broken.yaml:" in process.said()
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
    wait_until(lambda: "reloaded" in process.said(), "the reload is said")
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


def test_a_process_that_stops_is_not_ready(
    flags: list[str],
    hookline: Run,
    write_manifests: Callable[..., Path],
    nats_server: NatsServer,
    sandbox: SandboxProcess,
    faulty_api: Callable[[str], FaultyApi],
    tmp_path: Path,
):
    api = faulty_api(sandbox.url)
    hold = threading.Event()
    api.before = lambda method, _path: hold.wait(10) and None if method == "POST" else None
    config = kubeconfig_for(api.url, tmp_path / "slow")
    process = hookline(
        "run", write_manifests(), "--nats", nats_server.url, "--kubeconfig", config,
        "--host", "127.0.0.1", "--api-port", "0",
    )  # fmt: skip
    httpx.post(process.url("number"), json={"number": 1})
    wait_until(lambda: "POST" in {method for method, _ in api.asked}, "a create is under way")
    process.send(signal.SIGTERM)
    ready = process.ready["api"] + "/readyz?verbose"
    wait_until(lambda: "stopping" in httpx.get(ready).json()["red"], "red while it stops")
    hold.set()
    assert process.end(signal.SIGTERM, 25.0) == 0
    assert len(sandbox.objects("workflows")) == 1


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


def test_the_bus_may_be_named_by_an_eventbus_and_a_flag_wins(
    flags: list[str],
    hookline: Run,
    write_manifests: Callable[..., Path],
    make_nats_server: Callable[..., NatsServer],
):
    named, flagged = make_nats_server(), make_nats_server()
    folder = write_manifests()
    (folder / "bus.yaml").write_text(
        "apiVersion: argoproj.io/v1alpha1\nkind: EventBus\nmetadata: {name: default}\n"
        f"spec: {{jetstreamExotic: {{url: '{named.url}'}}}}\n"
    )
    first = hookline("run", folder, *flags, "--api-port", "0")
    assert first.ready["nats"] == named.url
    first.kill()
    second = hookline("run", folder, "--nats", flagged.url, *flags, "--api-port", "0")
    assert second.ready["nats"] == flagged.url


def test_without_any_bus_the_flag_is_named(flags: list[str], write_manifests: Callable[..., Path]):
    result = command("run", write_manifests(), *flags, "--api-port", "0")
    assert result.returncode == 1
    assert "--nats" in result.stderr


def test_objects_of_other_kinds_are_left_alone_and_named_once(
    flags: list[str],
    hookline: Run,
    write_manifests: Callable[..., Path],
    nats_server: NatsServer,
    sandbox: SandboxProcess,
):
    folder = write_manifests()
    (folder / "template.yaml").write_text(
        "apiVersion: argoproj.io/v1alpha1\nkind: WorkflowTemplate\n"
        "metadata: {name: shared}\nspec: {templates: []}\n"
    )
    process = hookline("run", folder, "--nats", nats_server.url, *flags, "--api-port", "0")
    lines = [line for line in process.said().splitlines() if "WorkflowTemplate" in line]
    assert len(lines) == 1
    assert "left alone" in lines[0]
    assert sandbox.objects("workflowtemplates") == []


def test_a_consumer_that_somebody_removed_is_made_again_and_nothing_is_lost(
    flags: list[str],
    hookline: Run,
    write_manifests: Callable[..., Path],
    nats_server: NatsServer,
    sandbox: SandboxProcess,
):
    process = hookline(
        "run", write_manifests(), "--nats", nats_server.url, *flags, "--api-port", "0"
    )
    httpx.post(process.url("number"), json={"number": 1})
    wait_until(lambda: sandbox.objects("workflows"), "a Workflow")
    asyncio.run(remove_consumers(nats_server.url))
    httpx.post(process.url("number"), json={"number": 2})
    wait_until(lambda: len(sandbox.objects("workflows")) == 2, "the next event's Workflow")
    ledger = settled(nats_server.url, at_least=2)
    assert (ledger["launched"], ledger["lost"], ledger["unaccounted"]) == (2, 0, 0)


async def remove_consumers(url: str) -> None:
    client = await nats.connect(url)
    stream = client.jetstream()
    for consumer in await stream.consumers_info("default"):
        await stream.delete_consumer("default", consumer.name)
    await client.close()


def test_a_token_never_reaches_the_log_or_the_event(
    flags: list[str],
    hookline: Run,
    write_manifests: Callable[..., Path],
    nats_server: NatsServer,
    sandbox: SandboxProcess,
    tmp_path: Path,
):
    folder = write_manifests()
    text = (folder / "all.yaml").read_text()
    secret = tmp_path / "secrets" / "hook" / "token"
    secret.parent.mkdir(parents=True)
    secret.write_text("very-secret-token\n")
    auth = "method: POST, authSecret: {name: hook, key: token}"
    (folder / "all.yaml").write_text(
        text.replace("method: POST", auth).replace("$.number.body.number", "$.number.header")
    )
    process = hookline(
        "run", folder, "--nats", nats_server.url, *flags, "--api-port", "0",
        "--secrets-dir", tmp_path / "secrets", "--log-level", "debug",
    )  # fmt: skip
    url = process.url("number")
    wrong = httpx.post(url, json={"number": 1}, headers={"Authorization": "Bearer wrong-token"})
    assert wrong.status_code == 401
    right = {"Authorization": "Bearer very-secret-token", "Cookie": "session=very-secret-cookie"}
    assert httpx.post(url, json={"number": 1}, headers=right).status_code == 200
    [workflow] = wait_until(lambda: sandbox.objects("workflows"), "a Workflow")
    said = process.log.read_text() + str(workflow)
    assert [word for word in ("very-secret", "wrong-token") if word in said] == []
