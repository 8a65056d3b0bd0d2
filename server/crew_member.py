"""One process of a crew: how the parent starts and ends it, and what it knows of its parent."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from server.ports import free_port

_VARIABLE = "HOOKLINE_CREW"  # how a parent tells a process that it is one of several
_POLL = 0.05
_DRAIN = 25.0  # seconds a process has to finish what it holds


class Place(NamedTuple):
    """What a process of a crew is told: its number, the port of its API, its ready file."""

    number: int
    api_port: int
    ready_file: str


def place() -> Place | None:
    """Return the place of this process in a crew; None when it stands alone."""
    told = os.environ.get(_VARIABLE)
    return None if told is None else Place(*json.loads(told))


def end_with_parent(stop: Callable[[], None]) -> None:
    """Call `stop` when the parent is gone: the pipe that it holds as our input then closes."""
    loop = asyncio.get_running_loop()

    def look() -> None:
        if not os.read(0, 1):
            loop.remove_reader(0)
            stop()

    loop.add_reader(0, look)


class Member:
    """One process, as its parent sees it.

    Attributes:
        number: 1 is the first.
        api: the address of its own health and metrics.
    """

    def __init__(self, number: int, argv: tuple[str, ...], folder: Path) -> None:
        self.number = number
        self.api = ""
        self._argv = argv
        self._ready_file = folder / f"ready-{number}.json"
        self._process: asyncio.subprocess.Process | None = None
        self._pipe = -1

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start the process; OSError when the system has none to give."""
        self._ready_file.unlink(missing_ok=True)
        port = free_port(0, f"worker {self.number}", "--api-port")
        told = json.dumps(Place(self.number, port, str(self._ready_file)))
        theirs, ours = os.pipe()
        self._close_pipe()
        self._pipe = ours
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "server",
                *self._argv,
                stdin=theirs,
                env={**os.environ, _VARIABLE: told},
                start_new_session=True,  # Ctrl-C comes to the parent, which passes it on
            )
        finally:
            os.close(theirs)
        self.api = f"http://127.0.0.1:{port}"

    async def ready(self) -> dict[str, Any] | None:
        """Return the addresses when it is ready; None when it has ended instead."""
        while self.running:
            if self._ready_file.exists():
                addresses: dict[str, Any] = json.loads(self._ready_file.read_text("utf-8"))
                return addresses
            await asyncio.sleep(_POLL)
        return None

    async def ended(self) -> int:
        """Wait for its end and return its exit code (negative: the signal)."""
        return 0 if self._process is None else await self._process.wait()

    async def stop(self) -> None:
        """Ask it to drain and wait for its end; after 25 s it is killed."""
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), _DRAIN)
            except TimeoutError:
                process.kill()
                await process.wait()
        self._close_pipe()

    def _close_pipe(self) -> None:
        if self._pipe >= 0:
            os.close(self._pipe)
            self._pipe = -1
