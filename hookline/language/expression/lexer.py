"""An expression's text as tokens, split as govaluate splits it.

Operators that touch are one token (`==-1` is none that it knows), either quote ends a string, and
a backslash takes the next character as it is.
"""

import re
from collections.abc import Callable
from enum import Enum
from typing import Any, NamedTuple

from hookline.language.errors import LanguageError
from hookline.language.expression.dates import read_date
from hookline.language.gofloat import read_float


class Kind(Enum):
    """What a token is; the value is its name for people."""

    NAME = "a name"
    ACCESSOR = "a name with a dot"
    NUMBER = "a number"
    BOOLEAN = "a boolean"
    TEXT = "a text"
    DATE = "a text that is a date"
    PATTERN = "a regular expression"
    PREFIX = "a sign before a value"
    MODIFIER = "an operator"
    COMPARATOR = "a comparison"
    LOGICAL = "a boolean operator"
    TERNARY = "a choice"
    SEPARATOR = "a comma"
    OPEN = "an opening parenthesis"
    CLOSE = "a closing parenthesis"


class Token(NamedTuple):
    """One token: its kind, its text as it was written or meant, and its value."""

    kind: Kind
    text: str
    value: Any


_SPACES = " \t\n\v\f\r\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"
_SPACE = frozenset(_SPACES + "".join(map(chr, range(0x2000, 0x200B))))
_QUOTES = "'\""
_HEX = re.compile(r"[0-9a-fA-F]+")
_LARGEST_HEX = 0xFFFF_FFFF_FFFF_FFFF
_MODIFIERS = ("+", "-", "*", "/", "%", "**", "&", "|", "^", ">>", "<<")
_OPERATORS = {
    **dict.fromkeys(_MODIFIERS, Kind.MODIFIER),
    **dict.fromkeys(("==", "!=", "<", ">", "<=", ">=", "=~", "!~"), Kind.COMPARATOR),
    **dict.fromkeys(("&&", "||"), Kind.LOGICAL),
    **dict.fromkeys(("?", ":", "??"), Kind.TERNARY),
}
_SINGLE = {",": Kind.SEPARATOR, "(": Kind.OPEN, ")": Kind.CLOSE}
_PREFIXES = frozenset("!-~")
_MEANT = {"=": "==", "===": "==", "!==": "!=", "<>": "!="}
# After these a sign stands before a value, elsewhere it is an operator between two.
_SIGN_MAY_FOLLOW = frozenset((Kind.OPEN, Kind.COMPARATOR, Kind.LOGICAL, Kind.SEPARATOR)) | {
    Kind.MODIFIER,
    Kind.TERNARY,
}


def read_tokens(text: str) -> list[Token]:
    """Return the tokens; LanguageError for what is none."""
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        if text[at] in _SPACE:
            at += 1
            continue
        before = tokens[-1].kind if tokens else Kind.OPEN
        token, at = _token(text, at, before)
        tokens.append(token)
    return tokens


def _token(text: str, at: int, before: Kind) -> tuple[Token, int]:
    character = text[at]
    if _is_numeric(character):
        return _number(text, at)
    if character in _QUOTES:
        return _text(text, at)
    if character == "[":
        name, end = _enclosed(text, at + 1, "]")
        return Token(Kind.NAME, name, name), end
    if character.isalpha():
        return _word(text, at)
    if character in _SINGLE:
        return Token(_SINGLE[character], character, character), at + 1
    return _operator(text, at, before)


def _number(text: str, at: int) -> tuple[Token, int]:
    if text.startswith("0x", at) and len(text) > at + len("0x"):
        return _hexadecimal(text, at)
    digits, end = _run(text, at, _is_numeric)
    number = read_float(digits)
    if number is None or number == float("inf"):
        raise LanguageError(f"{digits} is no number")
    return Token(Kind.NUMBER, digits, number), end


def _hexadecimal(text: str, at: int) -> tuple[Token, int]:
    start = at + len("0x")
    while start < len(text) and text[start] in _SPACE:  # govaluate skips them
        start += 1
    digits, end = _run(text, start, lambda one: one.isdecimal() or one.lower() in "abcdef")
    if not _HEX.fullmatch(digits) or int(digits, 16) > _LARGEST_HEX:
        raise LanguageError(f"{text[at : at + 20]} is no hexadecimal number of 64 bits")
    return Token(Kind.NUMBER, text[at:end], float(int(digits, 16))), end


def _text(text: str, at: int) -> tuple[Token, int]:
    content, end = _enclosed(text, at + 1, _QUOTES)
    seconds = read_date(content)
    if seconds is not None:
        return Token(Kind.DATE, content, float(seconds)), end
    return Token(Kind.TEXT, content, content), end


def _word(text: str, at: int) -> tuple[Token, int]:
    word, end = _run(text, at, lambda one: one.isalpha() or one.isdecimal() or one in "_.")
    if "." in word[1:]:
        return _accessor(word), end
    if word in ("true", "false"):
        return Token(Kind.BOOLEAN, word, word == "true"), end
    if word in ("in", "IN"):
        return Token(Kind.COMPARATOR, word, "in"), end
    return Token(Kind.NAME, word, word), end


def _accessor(word: str) -> Token:
    """Return a path into a Go struct: fields of events are none, but the text is allowed."""
    parts = word.split(".")
    if word.endswith(".") or any(part[:1].upper() != part[:1] for part in parts[1:]):
        raise LanguageError(f"write [{word.rstrip('.')}]: a name with a dot stands in brackets")
    return Token(Kind.ACCESSOR, word, tuple(parts))


def _operator(text: str, at: int, before: Kind) -> tuple[Token, int]:
    sign, end = _run(text, at, _is_sign)
    if sign in _PREFIXES and before in _SIGN_MAY_FOLLOW:
        return Token(Kind.PREFIX, sign, sign), end
    if sign in _OPERATORS:
        return Token(_OPERATORS[sign], sign, sign), end
    if sign in _MEANT:
        raise LanguageError(f"{sign} is no operator, write {_MEANT[sign]}")
    hint = "; put a space between operators" if len(sign) > 1 else ""
    raise LanguageError(f"{sign or text[at]} is no operator{hint}")


def _is_numeric(character: str) -> bool:
    return character.isdecimal() or character == "."


def _is_sign(character: str) -> bool:
    return not (character.isalpha() or character.isdecimal() or character in "()[]'\"")


def _run(text: str, at: int, belongs: Callable[[str], bool]) -> tuple[str, int]:
    """Return the characters from `at` on that belong, escaped ones always, and where they end."""
    found = ""
    while at < len(text) and text[at] not in _SPACE:
        if text[at] == "\\":
            found += _escaped(text, at)
            at += 2
        elif belongs(text[at]):
            found += text[at]
            at += 1
        else:
            break
    return found, at


def _enclosed(text: str, at: int, closing: str) -> tuple[str, int]:
    """Return what stands before one of the closing characters, and the place behind that one."""
    found = ""
    start = at
    while at < len(text) and text[at] not in closing:
        if text[at] == "\\":
            found += _escaped(text, at)
            at += 1
        else:
            found += text[at]
        at += 1
    if at >= len(text):
        raise LanguageError(f"{text[start - 1 : start + 20]} has no end")
    return found, at + 1


def _escaped(text: str, at: int) -> str:
    if at + 1 >= len(text):
        raise LanguageError("there is nothing after the backslash at the end")
    return text[at + 1]
