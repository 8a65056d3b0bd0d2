"""Which token may follow which, as govaluate's table has it, and what is said when it may not."""

from hookline.language.errors import LanguageError
from hookline.language.expression.lexer import Kind, Token

_VALUES = frozenset((Kind.NAME, Kind.NUMBER, Kind.BOOLEAN, Kind.ACCESSOR, Kind.OPEN))
_TEXTS = frozenset((Kind.TEXT, Kind.DATE))
_PREFIXED = _VALUES | {Kind.PREFIX}
_AFTER_DATE = frozenset((Kind.MODIFIER, Kind.COMPARATOR, Kind.LOGICAL, Kind.CLOSE, Kind.SEPARATOR))
_AFTER_VALUE = _AFTER_DATE | {Kind.TERNARY}
_START = _PREFIXED | _TEXTS
# Odd, but upstream: `(a) b` is accepted (and b ignored), a date cannot be added, an operator may
# stand before a closing parenthesis.
_FOLLOWERS = {
    Kind.OPEN: _START | {Kind.CLOSE},
    Kind.CLOSE: (_AFTER_VALUE | _VALUES | _TEXTS) - {Kind.ACCESSOR},
    Kind.NUMBER: _AFTER_VALUE,
    Kind.BOOLEAN: _AFTER_VALUE,
    Kind.TEXT: _AFTER_VALUE,
    Kind.NAME: _AFTER_VALUE,
    Kind.DATE: _AFTER_DATE,
    Kind.ACCESSOR: _AFTER_VALUE | {Kind.OPEN},
    Kind.MODIFIER: _PREFIXED | {Kind.TEXT, Kind.CLOSE},
    Kind.COMPARATOR: _START | {Kind.CLOSE},
    Kind.LOGICAL: _START | {Kind.CLOSE},
    Kind.PREFIX: _VALUES | {Kind.CLOSE},
    Kind.TERNARY: _START | {Kind.SEPARATOR},
    Kind.SEPARATOR: _START,
}
_LAST = _VALUES - {Kind.OPEN} | _TEXTS | {Kind.CLOSE}
_WORDS = {"and": "&&", "or": "||"}
END = Token(Kind.CLOSE, "the end", None)


def check(tokens: list[Token]) -> None:
    """Raise LanguageError where a token cannot stand there."""
    opened = sum((token.kind is Kind.OPEN) - (token.kind is Kind.CLOSE) for token in tokens)
    if opened:
        raise LanguageError(
            "a parenthesis is not closed"
            if opened > 0
            else "there is a closing parenthesis too many"
        )
    before = None
    for token in tokens:
        if token.kind not in (_FOLLOWERS[before.kind] if before else _START):
            raise _unexpected(before, token)
        before = token
    if before is None or before.kind not in _LAST:
        raise _unexpected(before, END)


def shown(token: Token) -> str:
    """Return a token as messages quote it."""
    return token.text if token.kind not in _TEXTS else repr(token.text)


def _unexpected(before: Token | None, token: Token) -> LanguageError:
    if before is None or before.kind not in _LAST:
        if before and before.kind is Kind.PREFIX and token.kind in _TEXTS:
            return LanguageError(f"{before.text} cannot stand before the text {token.text!r}")
        if token.kind is Kind.DATE:
            return LanguageError(f"{shown(token)} is read as a date, which no arithmetic takes")
        return LanguageError(f"a value is missing before {shown(token)}")
    if before.kind is Kind.NAME and token.kind is Kind.OPEN:
        return LanguageError(f"there is no function {before.text}")
    hint = f", write {_WORDS[token.text]}" if token.text in _WORDS else ""
    return LanguageError(f"an operator is missing before {shown(token)}{hint}")
