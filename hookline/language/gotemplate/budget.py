"""What one run of a template may use: steps, bytes, time and nesting."""

import time
from typing import Any

from hookline.language.errors import LanguageError

STEPS = 50_000
BYTES = 4 * 1024 * 1024
SECONDS = 0.25
DEPTH = 40
_NESTING = 100
_LOOK_EVERY = 64
_ITEM = 16  # bytes of an interface in Go


class Budget:
    """Counts what a run uses, and ends it with LanguageError where that is too much."""

    def __init__(self) -> None:
        self._steps = 0
        self._bytes = 0
        self._slow = False
        # Not by the wall clock: a process that has to wait for its turn has done nothing wrong.
        self._end = time.thread_time() + SECONDS

    def step(self, count: int = 1) -> None:
        """Count steps; every so often also look at the clock."""
        before, self._steps = self._steps, self._steps + count
        if self._steps > STEPS:
            raise LanguageError(f"the template takes more than {STEPS} steps")
        if before // _LOOK_EVERY != self._steps // _LOOK_EVERY and time.thread_time() > self._end:
            raise LanguageError(f"the template takes longer than {SECONDS} s of processor time")

    def take(self, count: int) -> None:
        """Count bytes that are about to be made, or were."""
        self._bytes += max(count, 0)
        if self._bytes > BYTES:
            raise LanguageError(f"the template makes more than {BYTES} bytes")

    def once(self, name: str) -> None:
        """Count the use of a function that is slow by design."""
        if self._slow:
            raise LanguageError(f"{name}: only one slow function a template")
        self._slow = True

    def walk(self, value: Any, depth: int = 0) -> None:
        """Count every part of a value that is about to be walked through."""
        if depth > _NESTING:
            raise LanguageError(f"a value nested deeper than {_NESTING}")
        if isinstance(value, str):
            self.take(len(value))
        elif isinstance(value, list | dict):
            self.take(_ITEM * (1 + len(value)))
            if isinstance(value, dict):
                self.take(sum(map(len, value)))
            for item in value.values() if isinstance(value, dict) else value:
                self.walk(item, depth + 1)
