"""Hookline as people run it: `hookline run` and `hookline dev` as processes of their own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import port_choice
import pytest

_DEADLINE = 30.0
_PORTS = range(30_000, 32_000)
HOOKLINE = [sys.executable, "-m", "server"]


def free_port() -> int:
    """Return a port below the range that systems give to connections."""
    return port_choice.free_port(_PORTS)


def wait_until[T](what: Callable[[], T], why: str, seconds: float = _DEADLINE) -> T:
    """Return the first true value of `what()`; fail with `why` when there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError, OSError, ValueError):
            if value := what():
                return value
        time.sleep(0.02)
    pytest.fail(f"not in {seconds:.0f} s: {why}")


class HooklineProcess:
    """One `hookline` process that has written its ready file.

    Attributes:
        ready: what the ready file says; log: where its output goes.
        env: what is added to its environment at each start.
    """

    def __init__(self, argv: list[str], folder: Path) -> None:
        self.env: dict[str, str] = {}
        folder.mkdir(parents=True, exist_ok=True)
        self._ready_file = folder / "ready.json"
        self.log = folder / "log"
        self.argv = [*HOOKLINE, *argv, "--ready-file", str(self._ready_file)]
        self.ready: dict[str, Any] = {}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, wait: bool = True) -> "HooklineProcess":
        """Start it; unless told otherwise, return when it is ready."""
        self._ready_file.unlink(missing_ok=True)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env=os.environ | {"PYTHONUNBUFFERED": "1"} | self.env,
            )
        if wait:
            self.ready = wait_until(self._read_ready, f"ready; {self.log}: {self.tail()}")
        return self

    def _read_ready(self) -> dict[str, Any] | None:
        assert self.process is not None
        if self.process.poll() is not None:
            pytest.fail(f"ended with {self.process.returncode}: {self.tail()}")
        return json.loads(self._ready_file.read_text()) if self._ready_file.exists() else None

    def said(self) -> str:
        """Return all that it said."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def tail(self) -> str:
        """Return the end of what it said, for messages."""
        return self.said()[-3000:]

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def end(self, number: signal.Signals, seconds: float = 30.0) -> int:
        """Send a signal and return the exit code when it is gone."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(seconds)

    def kill(self) -> None:
        """Kill -9, and return when it is gone."""
        self.end(signal.SIGKILL)

    def url(self, event: str) -> str:
        """Return the URL of a webhook by its event name."""
        return next(hook["url"] for hook in self.ready["webhooks"] if hook["event"] == event)


@pytest.fixture
def hookline(tmp_path: Path) -> Iterator[Callable[..., HooklineProcess]]:
    """Return a function that starts `hookline ARGV…` and waits until it is ready."""
    started: list[HooklineProcess] = []

    def start(*argv: str | Path, wait: bool = True) -> HooklineProcess:
        folder = tmp_path / f"process-{len(started)}"
        process = HooklineProcess([str(arg) for arg in argv], folder)
        started.append(process)
        return process.start(wait=wait)

    yield start
    for process in started:
        process.kill()


def command(*argv: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run a `hookline` command to its end."""
    return subprocess.run(
        [*HOOKLINE, *map(str, argv)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **more,
    )


def kubeconfig_for(url: str, path: Path) -> Path:
    """Write a kubeconfig for a server without login (the sandbox), and return its path."""
    path.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "sandbox",
                "clusters": [{"name": "sandbox", "cluster": {"server": url}}],
                "users": [{"name": "nobody", "user": {}}],
                "contexts": [
                    {"name": "sandbox", "context": {"cluster": "sandbox", "user": "nobody"}}
                ],
            }
        )
    )
    return path
