"""A `hookline run` process that dies right before a named step (see `crash_at.py`)."""

import os
import subprocess
import sys
from pathlib import Path

from hookline_processes import wait_until

SCRIPT = Path(__file__).with_name("crash_at.py")
ROOT = Path(__file__).parents[2]


class Dying:
    """One such process; `name` is that of its files in `folder`."""

    def __init__(self, step: tuple[str, int], argv: list[str | Path], folder: Path, name: str):
        self._ready_file = folder / f"{name}.ready"
        self.log = folder / f"{name}.log"
        crash_at = [sys.executable, SCRIPT, step[0], str(step[1])]
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [*crash_at, "run", *argv, "--ready-file", self._ready_file],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        """Return when it has written its ready file; it must not have died before."""
        wait_until(self._is_ready, f"ready; {self.log}", 60.0)

    def _is_ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()[-2000:]
        return self._ready_file.exists()

    def end(self) -> None:
        """Kill it if it lives."""
        self.process.kill()
        self.process.wait()
