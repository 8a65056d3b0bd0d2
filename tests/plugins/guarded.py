"""A program started by a test that never outlives it, not even when pytest is killed.

The program runs under a small guard (this file, run as a script) that holds the reading end of a
pipe. However the test process ends, the pipe closes, and the guard kills the program with -9.
"""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path


class Guarded:
    """One program: it starts with this object, and its output is appended to the file `log`."""

    def __init__(self, argv: list[str | Path], log: Path) -> None:
        self._log = log
        with log.open("ab") as output:
            self._guard = subprocess.Popen(
                [sys.executable, "-I", "-S", __file__, *argv],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for pytest, which then tidies up
            )

    def check(self) -> None:
        """Raise RuntimeError with the end of the log when the program has ended."""
        code = self._guard.poll()
        if code is not None:
            end = self._log.read_bytes()[-2000:].decode(errors="replace")
            raise RuntimeError(f"ended with {code}, {self._log} says at its end:\n{end}")

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the program itself (Linux only)."""
        guard = self._guard.pid
        for pid in Path(f"/proc/{guard}/task/{guard}/children").read_text().split():
            os.kill(int(pid), number)

    def kill(self) -> None:
        """Kill -9, and return when the program is gone. Harmless when it is gone already."""
        if self._guard.stdin is not None:
            self._guard.stdin.close()
        self._guard.wait(30)


def _guard(argv: list[str]) -> None:
    program = subprocess.Popen(argv, stdin=subprocess.DEVNULL)

    def kill_when_the_pipe_closes() -> None:
        os.read(0, 1)
        program.kill()

    threading.Thread(target=kill_when_the_pipe_closes, daemon=True).start()
    os._exit(program.wait() & 0xFF)


if __name__ == "__main__":
    _guard(sys.argv[1:])
