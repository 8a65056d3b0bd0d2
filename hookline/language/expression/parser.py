"""Tokens to one closure, by precedence: a comma, `||`, `&&`, comparisons, a sign before a value."""

from collections.abc import Callable

from hookline.language.errors import LanguageError
from hookline.language.expression import stages
from hookline.language.expression.lexer import Kind, Token
from hookline.language.expression.stages import Stage

MAX_DEPTH = 50
MAX_COMPARISONS = 50

_END = Token(Kind.CLOSE, "the end", None)
_LITERALS = frozenset((Kind.NUMBER, Kind.BOOLEAN, Kind.TEXT, Kind.DATE))
_WORDS = {"and": "&&", "or": "||"}


def parse(tokens: list[Token]) -> Stage:
    """Return the stage of the whole expression; LanguageError where the tokens form none."""
    parser = _Parser(tokens)
    stage = parser.separated()
    left = parser.peek()
    if left is not _END:
        raise _unexpected(left)
    return stage


class _Parser:
    """The place in the tokens, and how many parentheses are open there."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def peek(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else _END

    def _next(self) -> Token:
        token = self.peek()
        self._at += 1
        return token

    def separated(self) -> Stage:
        found = self._series(self._any, ",")
        return found[0] if len(found) == 1 else stages.listing(found)

    def _any(self) -> Stage:
        found = self._series(self._all, "||")
        return found[0] if len(found) == 1 else stages.logical("||", found)

    def _all(self) -> Stage:
        found = self._series(self._comparison, "&&")
        return found[0] if len(found) == 1 else stages.logical("&&", found)

    def _series(self, part: Callable[[], Stage], sign: str) -> list[Stage]:
        found = [part()]
        while self.peek().value == sign and self.peek().kind in (Kind.SEPARATOR, Kind.LOGICAL):
            self._next()
            found.append(part())
        return found

    def _comparison(self) -> Stage:
        first = self._signed()
        rest: list[tuple[str, Stage]] = []
        while self.peek().kind is Kind.COMPARATOR:
            sign = self._next().value
            rest.append((sign, self._signed()))
        if len(rest) > MAX_COMPARISONS:
            raise LanguageError(f"more than {MAX_COMPARISONS} comparisons stand in a row")
        return stages.comparison(first, rest) if rest else first

    def _signed(self) -> Stage:
        if self.peek().kind is not Kind.PREFIX:
            return self._operand()
        sign = self._next()
        if self.peek().kind in (Kind.TEXT, Kind.DATE):
            raise LanguageError(f"{sign.text} cannot stand before the text {self.peek().text!r}")
        return stages.prefix(sign.text, self._operand())

    def _operand(self) -> Stage:
        token = self._next()
        if token.kind in _LITERALS:
            return stages.literal(token.value)
        if token.kind is Kind.NAME:
            if self.peek().kind is Kind.OPEN:
                raise LanguageError(f"there is no function {token.text}")
            return stages.field(token.value)
        if token.kind is Kind.OPEN:
            return self._enclosed()
        raise LanguageError(f"a value is missing before {_shown(token)}")

    def _enclosed(self) -> Stage:
        if self.peek().kind is Kind.CLOSE and self.peek() is not _END:
            self._next()
            return stages.literal(None)  # the only way to write null
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise LanguageError(f"more than {MAX_DEPTH} parentheses are open")
        stage = self.separated()
        closing = self._next()
        if closing is _END:
            raise LanguageError("a parenthesis is not closed")
        if closing.kind is not Kind.CLOSE:
            raise _unexpected(closing)
        self._depth -= 1
        return stage


def _shown(token: Token) -> str:
    return token.text if token.kind is not Kind.TEXT else repr(token.text)


def _unexpected(token: Token) -> LanguageError:
    if token.kind is Kind.CLOSE:
        return LanguageError("there is a closing parenthesis too many")
    hint = f", write {_WORDS[token.text]}" if token.text in _WORDS else ""
    return LanguageError(f"an operator is missing before {_shown(token)}{hint}")
