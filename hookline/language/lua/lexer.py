"""Lua source to tokens, as gopher-lua's scanner reads it."""

import re
from typing import NamedTuple

from hookline.language.errors import LanguageError
from hookline.language.lua.values import parse_number

KEYWORDS = frozenset(
    b"and break do else elseif end false for function if in local nil not or return repeat then "
    b"true until while goto".split()
)
_TOKEN = re.compile(
    rb"""(?P<space>[ \t\r\n]+)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<number>0[xX][0-9a-fA-F]*|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)
    |(?P<comment>--(?!\[=*\[)[^\r\n]*)
    |(?P<long>(?:--)?\[(?P<level>=*)\[)
    |(?P<quote>["'])
    |(?P<sign>\.\.\.|\.\.|::|==|~=|<=|>=|[-+*/%^#(){}\[\];:,.=<>])""",
    re.VERBOSE,
)
_ESCAPES = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_ESCAPES |= {b"v": b"\v", b"\r": b"\n"}
_ESCAPE = re.compile(rb"\\([0-9]{1,3}|\r\n|.)", re.DOTALL)


class Token(NamedTuple):
    """A token: `kind` is name, number, text, end, or the keyword or sign itself.

    Attributes:
        fresh: it stands on another line than the token before it.
    """

    kind: str
    text: bytes
    line: int
    fresh: bool
    number: float = 0.0


def tokens(source: bytes) -> list[Token]:
    """Return the tokens of a script, the last one of kind `end`; LanguageError with the line."""
    return _Lexer(source).read()


class _Lexer:
    def __init__(self, source: bytes) -> None:
        self._source = source
        self._at = 0
        self._line = 1
        self._fresh = False
        self._found: list[Token] = []

    def read(self) -> list[Token]:
        while self._at < len(self._source):
            match = _TOKEN.match(self._source, self._at)
            if match is None:
                raise self._error(f"{chr(self._source[self._at])!r} is no part of Lua")
            self._at = match.end()
            self._take(match)
        self._add("end", b"")
        return self._found

    def _take(self, match: re.Match[bytes]) -> None:
        kind, text = match.lastgroup or "", match[0]
        match kind:
            case "space":
                self._skip(text)
            case "name":
                self._add(text.decode() if text in KEYWORDS else "name", text)
            case "number":
                self._number(text)
            case "sign":
                self._add(text.decode(), text)
            case "quote":
                self._quoted(text)
            case "long" | "level":
                self._long(match)

    def _add(self, kind: str, text: bytes, number: float = 0.0) -> None:
        self._found.append(Token(kind, text, self._line, self._fresh, number))
        self._fresh = False

    def _skip(self, text: bytes) -> None:
        lines = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n")
        self._line += lines
        self._fresh = self._fresh or lines > 0

    def _number(self, text: bytes) -> None:
        plain = text if text[:2].lower() == b"0x" else text.lstrip(b"0") or b"0"
        if plain[:1] in {b".", b"e", b"E"}:
            plain = b"0" + plain
        number = parse_number(plain)
        if number is None or self._source[self._at : self._at + 1] in {b"e", b"E"}:
            raise self._error(f"{text.decode()} is no number")
        self._add("number", text, number)

    def _quoted(self, quote: bytes) -> None:
        start = self._at
        while True:
            char = self._source[self._at : self._at + 1]
            if char in {b"", b"\n", b"\r"}:
                raise self._error("a text has no end")
            self._at += 1
            if char == quote:
                break
            if char == b"\\":
                self._at += 2 if self._source[self._at : self._at + 2] == b"\r\n" else 1
        raw = self._source[start : self._at - 1]
        self._add("text", _ESCAPE.sub(_unescaped, raw))
        self._skip(raw)
        self._fresh = False

    def _long(self, match: re.Match[bytes]) -> None:
        close = b"]" + match["level"] + b"]"
        end = self._source.find(close, self._at)
        if end < 0:
            raise self._error("a long text or comment has no end")
        raw = self._source[self._at : end].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        self._at = end + len(close)
        if match[0].startswith(b"--"):
            self._skip(raw)
            return
        self._add("text", raw.removeprefix(b"\n"))
        self._line += raw.count(b"\n")

    def _error(self, message: str) -> LanguageError:
        return LanguageError(f"line {self._line}: {message}")


def _unescaped(match: re.Match[bytes]) -> bytes:
    what = match[1]
    if what.isdigit():
        return bytes([int(what) & 0xFF])
    return b"\n" if what == b"\r\n" else _ESCAPES.get(what, what)
