"""`@pretty` and `@ugly`: JSON with and without the space that people like."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from hookline.language.gjson import tokens
from hookline.language.gjson.budget import Budget
from hookline.language.gjson.value import Value
from hookline.language.gofloat import parse_float

_SPACE = re.compile(rb'("(?:[^"\\]++|\\.)*+"|".*)|[\x00-\x20]++', re.DOTALL)
_NO_SPACE = re.compile(rb"[^ \t\r\n]")
_NUMBER_END = re.compile(rb"[\x00- ,:\]}]")
_ANY = re.compile(rb'["0-9\-iI+N{\[tfn]')
_ORDER = {ord("n"): 0, ord("f"): 1, ord('"'): 3, ord("t"): 4, ord("["): 5, ord("{"): 5}
_NUMBER = 2
_SHORTEST = 3
_WORDS = {ord("t"): b"true", ord("f"): b"false", ord("n"): b"null"}


def ugly(text: bytes, budget: Budget) -> bytes:
    """Return JSON text without the space between its pieces."""
    budget.build(len(text))
    return _SPACE.sub(lambda piece: piece[1] or b"", text)


def pretty(text: bytes, options: Mapping[bytes, Value], budget: Budget) -> bytes:
    """Return JSON text, a member a line; `options` are those of `@pretty`."""
    style = _Style(
        width=options[b"width"].integer if b"width" in options else 80,
        prefix=_only_space(options[b"prefix"]) if b"prefix" in options else b"",
        indent=_only_space(options[b"indent"]) if b"indent" in options else b"  ",
        sort=b"sortKeys" in options and options[b"sortKeys"].truth is True,
    )
    printer = _Printer(text, style, budget)
    printer.out += style.prefix
    printer.any(0, _How(0))
    return bytes(printer.out) + (b"\n" if printer.out else b"")


def _only_space(value: Value) -> bytes:
    return _NO_SPACE.sub(b"", value.string)


@dataclass(frozen=True, slots=True)
class _Style:
    width: int
    prefix: bytes
    indent: bytes
    sort: bool


@dataclass(frozen=True, slots=True)
class _How:
    """How a value is written: `depth` levels in, or (`one_line`) without line breaks."""

    depth: int
    one_line: bool = False

    @property
    def deeper(self) -> "_How":
        return _How(self.depth + 1, self.one_line)


class _Printer:
    """Writes one text.

    Attributes:
        out: what is written.
        line: where in it the last line break stands.
    """

    __slots__ = ("_budget", "_style", "_text", "line", "out")

    def __init__(self, text: bytes, style: _Style, budget: Budget) -> None:
        self._text = text
        self._style = style
        self._budget = budget
        self.out = bytearray()
        self.line = 0

    def any(self, place: int, how: _How) -> tuple[int, bool]:
        """Write the next value from `place` on: where it ends, and whether it fits one line."""
        text = self._text
        start = _ANY.search(text, place)
        if start is None:
            return len(text), True
        at = start.start()
        if text[at] == ord('"'):
            return self._string(at), True
        if text[at] in b"{[":
            return self._block(at, how)
        if text[at] in b"tf" or (text[at] == ord("n") and text[at + 1 : at + 2] in (b"", b"u")):
            self.out += _WORDS[text[at]]
            return at + len(_WORDS[text[at]]), True
        end = _NUMBER_END.search(text, at + 1)
        stop = end.start() if end else len(text)
        self._write(text[at:stop])
        return stop, True

    def _write(self, text: bytes) -> None:
        self._budget.build(len(text))
        self.out += text

    def _string(self, at: int) -> int:
        end = tokens.text_end(self._text, at, len(self._text)) or len(self._text)
        self._write(self._text[at:end])
        return end

    def _block(self, at: int, how: _How) -> tuple[int, bool]:
        is_object = self._text[at] == ord("{")
        if self._style.width > 0 and is_object and how.one_line:
            return at, False
        self._budget.enter()
        end = None if is_object or how.one_line else self._line_of(at)
        result = (end, True) if end is not None else self._members(at, how)
        self._budget.leave()
        return result

    def _line_of(self, at: int) -> int | None:
        """Write an array on one line and return where it ends, None if it is too long for that."""
        before = len(self.out)
        limit = self._style.width - (before - self.line)
        if self._style.width <= 0 or limit <= _SHORTEST:
            return None
        end, fits = self._members(at, _How(0, one_line=True))
        if fits and len(self.out) - before <= limit:
            return end
        del self.out[before:]
        return None

    def _members(self, at: int, how: _How) -> tuple[int, bool]:
        text, opening = self._text, self._text[at]
        is_object = opening == ord("{")
        pairs: list[_Pair] = []
        count = 0
        self.out.append(opening)
        place = at + 1
        while place < len(text):
            letter = text[place]
            if letter == opening + 2:
                self._close(pairs, how, empty=not count)
                self.out.append(letter)
                return place + 1, not is_object
            if letter <= ord(" ") or (is_object and letter != ord('"')):
                place += 1
                continue
            if count:
                self._comma(is_object=is_object)
            place, fits = self._member(place, how, pairs, is_object=is_object)
            if how.one_line and not fits:
                return place, False
            count += 1
        return place, not is_object

    def _comma(self, *, is_object: bool) -> None:
        self.out += b"," if is_object or self._style.width == -1 else b", "

    def _member(
        self, place: int, how: _How, pairs: list["_Pair"], *, is_object: bool
    ) -> tuple[int, bool]:
        if not how.one_line:
            self._break()
        start, key = len(self.out), b""
        if not how.one_line:
            self._indent(how.depth + 1)
        if is_object:
            end = self._string(place)
            key, place = self._text[place:end], end
            self.out += b":" if how.one_line else b": "
        after = self.any(place, how.deeper)
        if is_object and self._style.sort and not how.one_line:
            pairs.append(_Pair(key, start, bytes(self.out[start:])))
        return after

    def _close(self, pairs: list["_Pair"], how: _How, *, empty: bool) -> None:
        if how.one_line or empty:
            return
        if pairs:
            self.out[pairs[0].start :] = b",\n".join(_ordered(pairs))
        self._break()
        self._indent(how.depth)

    def _break(self) -> None:
        self.line = len(self.out)
        if self.out.endswith(b" "):
            self.out[-1:] = b"\n"
        else:
            self.out += b"\n"

    def _indent(self, depth: int) -> None:
        self._write(self._style.prefix + self._style.indent * depth)


@dataclass(frozen=True, slots=True)
class _Pair:
    """A member of an object: its key, where its line starts, and the line."""

    key: bytes
    start: int
    line: bytes

    @property
    def order(self) -> tuple[tuple[int, bytes | float], tuple[int, bytes | float]]:
        """What pairs are sorted by: the key, then the value."""
        return _rank(self.key), _rank(self.line.strip()[len(self.key) + 1 :].strip())


def _ordered(pairs: list[_Pair]) -> list[bytes]:
    return [pair.line for pair in sorted(pairs, key=lambda pair: pair.order)]


def _rank(text: bytes) -> tuple[int, bytes | float]:
    if not text:
        return 0, b""
    order = _ORDER.get(text[0], _NUMBER)
    if order == _NUMBER:
        return order, parse_float(text.decode(errors="replace"))
    return order, _inside(text) if order == _ORDER[ord('"')] else text


def _inside(text: bytes) -> bytes:
    if b"\\" not in text:
        return text[1 : max(text.find(b'"', 1), 1)]
    try:
        inside = json.loads(text.decode(errors="replace"))
    except ValueError:
        return b""
    return str(inside).encode(errors="replace")
