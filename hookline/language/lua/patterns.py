"""Lua patterns as gopher-lua's `pm` matches them: by a backtracking machine over bytes."""

from typing import NamedTuple

from hookline.language.lua.pattern_reader import Step, compile_pattern
from hookline.language.lua.values import Fault, LimitError

_STEPS = 2_000_000


class Match(NamedTuple):
    """What a pattern found.

    Attributes:
        start, end: of the whole match.
        captures: start and end of each; a place alone (counted from 1) for `()`.
    """

    start: int
    end: int
    captures: tuple[tuple[int, int] | int, ...]

    def value(self, text: bytes, place: int) -> bytes | float:
        """Return a capture by its place, as Lua sees it."""
        found = self.captures[place]
        return float(found) if isinstance(found, int) else text[found[0] : found[1]]

    def values(self, text: bytes) -> list[bytes | float]:
        """Return all captures, or the whole match where there are none."""
        if not self.captures:
            return [text[self.start : self.end]]
        return [self.value(text, place) for place in range(len(self.captures))]


def find(pattern: bytes, text: bytes, start: int, limit: int) -> list[Match]:
    """Return the matches from `start` on, at most `limit` of them (-1: all)."""
    program = compile_pattern(pattern)
    runner = _Runner(program.steps, text)
    found: list[Match] = []
    while start <= len(text):
        match = runner.run(start)
        start += 1
        if match is not None:
            start = max(start, match.end)
            found.append(match)
        if len(found) == limit or program.anchored:
            break
    return found


class _Runner:
    def __init__(self, steps: tuple[Step, ...], text: bytes) -> None:
        self._steps = steps
        self._text = text
        self._budget = _STEPS

    def run(self, start: int) -> Match | None:
        """Return the match that begins at a place, the one a backtracking machine finds first."""
        branches: list[tuple[int, int, dict[int, int]]] = [(0, start, {})]
        while branches:
            end, saved = self._branch(*branches.pop(), branches)
            if end >= 0:
                return _match(end, saved)
        return None

    def _branch(  # noqa: C901  # a machine's loop, kept flat for its speed
        self,
        at: int,
        place: int,
        saved: dict[int, int],
        branches: list[tuple[int, int, dict[int, int]]],
    ) -> tuple[int, dict[int, int]]:
        text, steps = self._text, self._steps
        while True:
            self._budget -= 1
            if self._budget < 0:
                raise LimitError("a pattern took too many steps")
            step = steps[at]
            at += 1
            match step.does:
                case "take":
                    if place >= len(text) or text[place] not in step.takes:
                        return -1, saved
                    place += 1
                case "split":
                    branches.append((step.second, place, saved))
                    at = step.first
                case "jump":
                    at = step.first
                case "save" | "place":
                    saved = {**saved, step.first: place if step.does == "save" else -place - 2}
                case "match":
                    return place, saved
                case "tail":
                    return place if place >= len(text) else -1, saved
                case _:
                    place = self._again(step, place, saved)
                    if place < 0:
                        return -1, saved

    def _again(self, step: Step, place: int, saved: dict[int, int]) -> int:
        """Return where a `%1` or `%bxy` ends that begins here, or -1."""
        if step.does == "brace":
            return self._brace(step, place)
        begin, end = saved.get(2 * step.first), saved.get(2 * step.first + 1)
        if begin is None or (end is None and begin >= 0):
            raise Fault("invalid capture index")
        known = b"" if begin < 0 or end is None else self._text[begin:end]
        return place + len(known) if self._text.startswith(known, place) else -1

    def _brace(self, step: Step, place: int) -> int:
        text, count = self._text, 1
        if place >= len(text) or text[place] != step.first:
            return -1
        for at in range(place + 1, len(text)):
            if text[at] == step.second:
                count -= 1
                if count == 0:
                    return at + 1
            elif text[at] == step.first:
                count += 1
        return -1


def _match(end: int, saved: dict[int, int]) -> Match:
    captures: list[tuple[int, int] | int] = []
    for key in range(2, max(saved, default=0) + 1, 2):
        begin = saved.get(key, 0)
        captures.append(-begin - 1 if begin < 0 else (begin, saved.get(key + 1, begin)))
    return Match(saved[0], saved.get(1, end), tuple(captures))
