"""Lua patterns to the programs that `patterns.py` runs."""

from functools import lru_cache
from typing import NamedTuple

from hookline.language.lua.values import Fault

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
