"""The sandbox Kubernetes as a process of its own, for tests that kill it."""

import json
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import port_choice
import pytest
from guarded import Guarded

_DEADLINE = 30.0
# Below the range from which systems give ports to connections, so that a port stays free while
# the sandbox is down.
_PORTS = range(18_000, 20_000)
_CORE = {"namespaces", "pods", "configmaps", "secrets", "services", "events", "serviceaccounts"}


def _free_port() -> int:
    return port_choice.free_port(_PORTS)


class SandboxProcess:
    """One sandbox: where it is, and what tests do with it."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._ready_file = folder / "sandbox-ready.json"
        self._log = folder / "sandbox.log"
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._argv: list[str | Path] = [
            *(sys.executable, "-m", "server.sandbox"),
            *("--data", folder / "sandbox.db", "--port", str(port)),
            *("--ready-file", self._ready_file),
            *arguments,
        ]
        self._process: Guarded | None = None

    def start(self) -> None:
        """Start it, where it was before and with its objects; return when it answers."""
        self._ready_file.unlink(missing_ok=True)
        self._process = Guarded(self._argv, self._log)
        end = time.monotonic() + _DEADLINE
        while not self._ready_file.exists():
            self._process.check()
            if time.monotonic() > end:
                raise TimeoutError(f"the sandbox is not ready after {_DEADLINE:.0f} s")
            time.sleep(0.01)

    def kill(self) -> None:
        """Kill -9, and return when it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, SIGSTOP for example."""
        assert self._process is not None, "the sandbox is not running"
        self._process.send(number)

    def objects(self, plural: str, namespace: str | None = None) -> list[dict[str, Any]]:
        """Return all objects of a type (`workflows`), everywhere or in one namespace."""
        home = "/api/v1" if plural in _CORE else "/apis/argoproj.io/v1alpha1"
        within = f"/namespaces/{namespace}" if namespace else ""
        answer = httpx.get(f"{self.url}{home}{within}/{plural}", trust_env=False, timeout=_DEADLINE)
        items: list[dict[str, Any]] = json.loads(answer.raise_for_status().content)["items"]
        return items

    def create_namespace(self, name: str) -> None:
        """Make a namespace."""
        tree = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        answer = httpx.post(f"{self.url}/api/v1/namespaces", json=tree, trust_env=False)
        answer.raise_for_status()


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[SandboxProcess]:
    """A sandbox of this test's own."""
    process = SandboxProcess(tmp_path)
    process.start()
    yield process
    process.kill()


@pytest.fixture(scope="session")
def strict_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """A sandbox for many tests, each in its namespace; a missing one is not made."""
    process = SandboxProcess(tmp_path_factory.mktemp("sandbox"), "--strict-namespaces")
    process.start()
    process.kill()  # so that there are versions older than what it remembers
    process.start()
    yield process
    process.kill()
