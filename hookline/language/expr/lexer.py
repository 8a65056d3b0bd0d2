"""An expression's text as tokens, split as expr-lang splits it."""

import re
from enum import Enum
from typing import NamedTuple

from hookline.language.errors import LanguageError


class Kind(Enum):
    """What a token is."""

    NAME = "name"
    NUMBER = "number"
    TEXT = "text"
    SIGN = "sign"
    END = "end"


class Token(NamedTuple):
    """One token; the value of a text is what it means."""

    kind: Kind
    value: str


_WORDS = frozenset(
    ("not", "in", "or", "and", "matches", "contains", "startsWith", "endsWith", "let")
)
_TOKEN = re.compile(
    r"""
      (?P<space>\s+|//[^\n]*|/\*.*?\*/)
    | (?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)
    | (?P<number>(?:0[xX][0-9a-fA-F_]*|0[oO][0-7_]*|0[bB][01_]*|[0-9][0-9_]*|(?=\.[0-9]))
        (?:\.(?!\.)[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)
    | (?P<name>[^\W\d][\w$]*|\$[\w$]*)
    | (?P<sign>/(?!\*)|\?[.?]?|\#|\|\|?|[(\[{}\])]|[,:;%+\-^]|[&!=*<>][&=*]?|\.\.?)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}
_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|(.))", re.DOTALL
)
_LARGEST_RUNE = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


def read_tokens(text: str) -> list[Token]:
    """Return the tokens, an END behind them; LanguageError for what is none."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None or match.end() == at:
            raise LanguageError(f"{text[at : at + 20]!r} cannot stand in an expression")
        at = match.end()
        if match.lastgroup != "space":
            found.append(_token(match.lastgroup, match[0], text[at : at + 1]))
    return [*found, Token(Kind.END, "")]


def _token(group: str, word: str, following: str) -> Token:
    if group == "number":
        if following.isalnum() or following in ("_", "$") or not word:
            raise LanguageError(f"{word}{following} is no number")
        return Token(Kind.NUMBER, word)
    if group == "text":
        return Token(Kind.TEXT, _unquoted(word))
    if group == "name" and word not in _WORDS:
        return Token(Kind.NAME, word)
    return Token(Kind.SIGN, word)


def _unquoted(word: str) -> str:
    if word.startswith("`"):
        return word[1:-1]
    quote = word[0]

    def meant(match: re.Match[str]) -> str:
        *codes, octal, single = match.groups()
        if single is not None:
            if single == quote or single in _ESCAPES:
                return _ESCAPES.get(single, single)
            raise LanguageError(f"\\{single} is no escape in a text: write \\\\{single}")
        code = int(octal, 8) if octal else int("".join(filter(None, codes)), 16)
        if code > _LARGEST_RUNE:
            raise LanguageError(f"{match[0]} is no character")
        return "\N{REPLACEMENT CHARACTER}" if code in _SURROGATES else chr(code)

    return _ESCAPE.sub(meant, word[1:-1]).replace("\r\n", "\n")


def read_number(word: str) -> int | float:
    """Return the value of a NUMBER token; LanguageError when Go cannot hold it."""
    plain = word.replace("_", "")
    try:
        if "x" in plain:
            number: int | float = int(plain, 16)
        elif any(sign in plain for sign in ".eE"):
            number = float(plain)
        else:
            number = int(plain)
    except ValueError as error:
        raise LanguageError(f"{word} is no number") from error
    if number >= (1 << 63) if isinstance(number, int) else number == float("inf"):
        raise LanguageError(f"the number {word} is too large")
    return number
