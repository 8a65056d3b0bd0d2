"""Lua patterns as gopher-lua's `pm` matches them: by a backtracking machine over bytes."""

from functools import lru_cache
from typing import NamedTuple

from hookline.language.lua.values import Fault, LimitError

type Class = frozenset[int]

_ANY: Class = frozenset(range(256))
_LETTERS = {
    "a": frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
    "c": frozenset([*range(32), 127]),
    "d": frozenset(b"0123456789"),
    "l": frozenset(b"abcdefghijklmnopqrstuvwxyz"),
    "p": frozenset(b"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
    "s": frozenset(b" \f\n\r\t\v"),
    "u": frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "x": frozenset(b"0123456789abcdefABCDEF"),
    "z": frozenset([0]),
}
_LETTERS["w"] = _LETTERS["a"] | _LETTERS["d"]
_STEPS = 2_000_000


class Step(NamedTuple):
    """One instruction: what it does, the bytes it takes, and one or two numbers."""

    does: str
    takes: Class = frozenset()
    first: int = 0
    second: int = 0


class Program(NamedTuple):
    """A compiled pattern; `anchored`: it is tried at the first place only."""

    steps: tuple[Step, ...]
    anchored: bool


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


@lru_cache(maxsize=256)
def compile_pattern(pattern: bytes) -> Program:
    """Return a pattern's program; Fault says what is wrong with it."""
    return _Reader(pattern).read()


class _Reader:
    def __init__(self, pattern: bytes) -> None:
        self._pattern = pattern
        self._at = 0
        self._steps: list[Step] = [Step("save", first=0)]
        self._captures = 1

    def read(self) -> Program:
        anchored = self._pattern[:1] == b"^"
        self._at = int(anchored)
        self._sequence(top=True)
        self._steps += [Step("save", first=1), Step("match")]
        return Program(tuple(self._steps), anchored)

    def _peek(self) -> str:
        return chr(self._pattern[self._at]) if self._at < len(self._pattern) else ""

    def _take(self) -> str:
        char = self._peek()
        self._at += 1
        return char

    def _sequence(self, *, top: bool) -> None:
        single: Class | None = None
        while char := self._peek():
            single = self._item(char, single, top=top)
            if char == ")" and single is None and not top:
                return
        if not top:
            raise Fault("unfinished capture at EOS")

    def _item(self, char: str, single: Class | None, *, top: bool) -> Class | None:
        """Read one item; return the bytes that it takes if it can be repeated."""
        if char in "*+-?" and single is not None:
            self._at += 1
            self._repeat(char, single)
            return None
        if char == ")":
            if top:
                raise Fault(f"invalid ')' at {self._at}")
            return None
        if char == "(":
            self._capture()
            return None
        if char == "%" and self._special():
            return None
        if char == "$" and top and self._at == len(self._pattern) - 1:
            self._at += 1
            self._steps += [Step("save", first=1), Step("tail")]
            return None
        taken = self._class() if char in "%.[" else frozenset([ord(self._take())])
        self._steps.append(Step("take", taken))
        return taken

    def _repeat(self, sign: str, taken: Class) -> None:
        self._steps.pop()
        at = len(self._steps)
        take = Step("take", taken)
        programs = {
            "*": [Step("split", first=at + 1, second=at + 3), take, Step("jump", first=at)],
            "+": [take, Step("split", first=at, second=at + 2)],
            "-": [Step("split", first=at + 3, second=at + 1), take, Step("jump", first=at)],
            "?": [Step("split", first=at + 1, second=at + 2), take],
        }
        self._steps += programs[sign]

    def _capture(self) -> None:
        self._at += 1
        number = self._captures
        self._captures += 1
        if self._peek() == ")":
            self._at += 1
            self._steps.append(Step("place", first=2 * number))
            return
        self._steps.append(Step("save", first=2 * number))
        self._sequence(top=False)
        self._at += 1
        self._steps.append(Step("save", first=2 * number + 1))

    def _special(self) -> bool:
        """Read `%1` or `%bxy`; return whether there was one."""
        sign = chr(self._pattern[self._at + 1]) if self._at + 1 < len(self._pattern) else ""
        if sign == "0":
            raise Fault(f"invalid capture index at {self._at}")
        if sign and sign in "123456789":
            self._at += 2
            self._steps.append(Step("again", first=int(sign)))
            return True
        if sign == "b":
            self._at += 2
            ends = [ord(char) if (char := self._take()) else -1 for _ in range(2)]
            self._steps.append(Step("brace", first=ends[0], second=ends[1]))
            return True
        return False

    def _class(self) -> Class:
        char = self._take()
        if char == "%":
            return _named(self._take())
        return _ANY if char == "." else self._set()

    def _set(self) -> Class:
        negative = self._peek() == "^"
        self._at += int(negative)
        found: list[tuple[Class, int | None]] = []
        ranging = False
        while (char := self._peek()) != "]" or not found:
            if not char:
                raise Fault("unexpected EOS at EOS")
            if char == "-" and found and not ranging:
                self._at += 1
                ranging = True
                continue
            found.append(self._member())
            if ranging:
                end, begin = found.pop(), found.pop()
                found.append((_range(begin[1], end[1]), None))
                ranging = False
        self._at += 1
        if ranging:
            found.append((frozenset(b"-"), None))
        taken = frozenset().union(*(each for each, _ in found))
        return _ANY - taken if negative else taken

    def _member(self) -> tuple[Class, int | None]:
        char = self._take()
        if char == "%":
            return _named(self._take()), None
        return frozenset([ord(char)]), ord(char)


def _named(char: str) -> Class:
    if not char:
        return frozenset()
    found = _LETTERS.get(char.lower())
    if found is None:
        return frozenset([ord(char)])
    return _ANY - found if char.isupper() else found


def _range(begin: int | None, end: int | None) -> Class:
    if begin is None or end is None:
        return frozenset()
    return frozenset(range(begin, end + 1))


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
