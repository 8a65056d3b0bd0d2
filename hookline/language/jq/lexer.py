"""jq source to tokens."""

import json
import re
from typing import NamedTuple

from hookline.language.errors import LanguageError

KEYWORDS = frozenset(
    [
        *(
            "or",
            "and",
            "module",
            "import",
            "include",
            "def",
            "as",
            "label",
            "break",
            "null",
            "true",
        ),
        *("false", "if", "then", "elif", "else", "end", "try", "catch", "reduce", "foreach"),
    ]
)
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+|\#(?:\\(?:\r\n|.)|[^\\\r\n])*)
    |(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)(?![A-Za-z_.])
    |(?P<index>\.[A-Za-z_][A-Za-z0-9_]*)
    |(?P<variable>\$[A-Za-z_][A-Za-z0-9_]*(?:::[A-Za-z_][A-Za-z0-9_]*)?)
    |(?P<format>@[A-Za-z0-9_]+)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:::[A-Za-z_][A-Za-z0-9_]*)?)
    |(?P<quote>")
    |(?P<sign>\.\.|\?//|//=|\|=|\+=|-=|\*=|/=|%=|==|!=|<=|>=|//|[-.\[\]{}():;,|?=<>+*/%])""",
    re.VERBOSE | re.DOTALL,
)
_PLAIN = re.compile(r'[^"\\]+')
_ESCAPE = re.compile(r'\\(?:u[0-9a-fA-F]{4}|["/\\bfnrt])')


class Token(NamedTuple):
    """A token: `kind` is number, index, variable, format, name, string, end, or a word or sign.

    Attributes:
        parts: of a string: plain texts, and the tokens of each interpolation.
    """

    kind: str
    text: str
    line: int
    parts: tuple["str | list[Token]", ...] = ()


def tokens(source: str) -> list[Token]:
    """Return the tokens of a program, the last one of kind `end`; LanguageError with the line."""
    return _Lexer(source).read(nested=False)


class _Lexer:
    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0

    def _line(self) -> int:
        return self._source.count("\n", 0, self._at) + 1

    def _error(self, message: str) -> LanguageError:
        return LanguageError(f"line {self._line()}: {message}")

    def read(self, *, nested: bool) -> list[Token]:
        """Read to the end, or (nested in a string) to the parenthesis that closes."""
        found: list[Token] = []
        depth = 0
        while self._at < len(self._source):
            match = _TOKEN.match(self._source, self._at)
            if match is None:
                raise self._error(f"unexpected {self._source[self._at : self._at + 10]!r}")
            line = self._line()
            self._at = match.end()
            kind, text = match.lastgroup or "", match[0]
            depth += {"(": 1, ")": -1}.get(text, 0) if kind == "sign" else 0
            if nested and depth < 0:
                break
            if kind == "quote":
                found.append(Token("string", "", line, tuple(self._string())))
            elif kind != "space":
                plain = kind == "sign" or (kind == "name" and text in KEYWORDS)
                found.append(Token(text if plain else kind, text, line))
        else:
            if nested:
                raise self._error("a text has no end")
        return [*found, Token("end", "", self._line())]

    def _string(self) -> list[str | list[Token]]:
        parts: list[str | list[Token]] = []
        plain = ""
        while True:
            rest = self._source[self._at : self._at + 2]
            if match := _PLAIN.match(self._source, self._at) or _ESCAPE.match(
                self._source, self._at
            ):
                plain += match[0]
                self._at = match.end()
            elif rest[:1] == '"':
                self._at += 1
                return [*parts, _text(plain)] if plain or not parts else parts
            elif rest == "\\(":
                self._at += 2
                parts += [_text(plain)] if plain else []
                parts.append(self.read(nested=True))
                plain = ""
            else:
                raise self._error("a text has no end" if not rest else f"{rest} is no escape")


def _text(raw: str) -> str:
    """Return the text that JSON's escapes stand for; half a surrogate pair is U+FFFD."""
    value: str = json.loads(f'"{raw}"', strict=False)
    return re.sub("[\ud800-\udfff]", "\ufffd", value)
