"""One process of its own for the scripts of users, Lua and jq: it can be killed, and knows nothing.

It is started when the first script runs, has an empty environment, a bound on memory and on time,
and ends when its pipe does, which is when Hookline ends, however it ends. It evaluates one event
after the other: what a kill hits is the one that took too long, never a neighbour.
"""

import atexit
import contextlib
import os
import select
import struct
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from hookline.language import worker_process

type Kind = Literal["filter", "lua", "jq"]

START_DEADLINE = 60.0
DEADLINE = 20.0
SECONDS = 1.0
_HEADER = struct.Struct(">IcI")


class EvaluationError(Exception):
    """A program gave no result for an event; the message says why and may hold event data."""


class Program(NamedTuple):
    """A source text, and what it is: a Lua filter, a Lua transform or a jq transform."""

    kind: Kind
    source: str


class _DiedError(Exception):
    """The process is gone, or must go: it did not answer in time (`late`)."""

    def __init__(self, *, late: bool) -> None:
        super().__init__("the worker is gone")
        self.late = late


class Worker:
    """The process and the way to it; any thread may call, one after the other.

    Attributes:
        thread: runs evaluations for the event loop, which must not wait for them.
    """

    def __init__(self, deadline: float = DEADLINE, seconds: float = SECONDS) -> None:
        """Take the seconds of waiting for an answer, and of the processor's time for it."""
        self.thread = ThreadPoolExecutor(1, "scripts")
        self._deadline = deadline
        self._seconds = seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._programs: dict[Program, int] = {}

    @property
    def pid(self) -> int | None:
        """The process's id while it runs."""
        return self._process.pid if self._process else None

    def evaluate(self, program: Program, data: bytes) -> bytes:
        """Return what a program makes of an event's data: JSON.

        Raises:
            EvaluationError: the program failed, or took too much time or memory.
        """
        with self._lock:
            number = self._programs.setdefault(program, len(self._programs))
            for last in (False, True):
                try:
                    return self._ask(number, program, data)
                except _DiedError as died:
                    self._kill()
                    if died.late:
                        raise EvaluationError("it took too long") from died
                    if last:
                        raise EvaluationError("its process died, twice") from died
        raise AssertionError("the loop returns or raises")

    def _ask(self, number: int, program: Program, data: bytes) -> bytes:
        process = self._process or self._start()
        self._send(process, worker_process.RUN, number, data)
        status, answer = self._receive(process, self._deadline)
        if status == worker_process.UNKNOWN:
            text = f"{program.kind}\n{program.source}".encode()
            self._send(process, worker_process.PROGRAM, number, text)
            self._send(process, worker_process.RUN, number, data)
            status, answer = self._receive(process, self._deadline)
        if status == worker_process.FAILED:
            raise EvaluationError(answer.decode(errors="replace"))
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        root = str(Path(__file__).parents[2])
        code = (
            "import sys; sys.path.insert(0, sys.argv[1]); "
            "from hookline.language.worker_process import main; main(float(sys.argv[2]))"
        )
        self._process = process = subprocess.Popen(  # noqa: S603  # our own program
            [sys.executable, "-I", "-c", code, root, str(self._seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            start_new_session=True,
        )
        self._receive(process, START_DEADLINE)
        return process

    def _send(
        self, process: subprocess.Popen[bytes], what: bytes, number: int, data: bytes
    ) -> None:
        if process.stdin is None:
            raise _DiedError(late=False)
        try:
            process.stdin.write(_HEADER.pack(len(data), what, number) + data)
            process.stdin.flush()
        except OSError as error:
            raise _DiedError(late=False) from error

    def _receive(self, process: subprocess.Popen[bytes], wait: float) -> tuple[bytes, bytes]:
        until = time.monotonic() + wait
        size, status, _ = _HEADER.unpack(_read(process, _HEADER.size, until))
        return status, _read(process, size, until)

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was not sent is of no use any more
                    pipe.close()

    def close(self) -> None:
        """End the process; the next evaluation starts another."""
        with self._lock:
            self._kill()


def _read(process: subprocess.Popen[bytes], size: int, until: float) -> bytes:
    found = b""
    if process.stdout is None:
        raise _DiedError(late=False)
    descriptor = process.stdout.fileno()
    while len(found) < size:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise _DiedError(late=True)
        part = os.read(descriptor, size - len(found))
        if not part:
            raise _DiedError(late=process.wait() in worker_process.OUT_OF_TIME)
        found += part
    return found


@cache
def shared() -> Worker:
    """Return the worker of this process."""
    worker = Worker()
    atexit.register(worker.close)
    return worker
