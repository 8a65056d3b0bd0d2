"""Tokens to one closure, by precedence, from a comma down to a sign before a value."""

from typing import NamedTuple

from hookline.language.errors import LanguageError
from hookline.language.expression import stages
from hookline.language.expression.grammar import END, check, shown
from hookline.language.expression.lexer import Kind, Token
from hookline.language.expression.operators import OPERATORS
from hookline.language.expression.stages import Stage
from hookline.language.expression.values import Pattern
from hookline.language.regexp import compile_regexp

MAX_DEPTH = 50
_LITERALS = frozenset((Kind.NUMBER, Kind.BOOLEAN, Kind.TEXT, Kind.DATE, Kind.PATTERN))


class _Level(NamedTuple):
    """The operators that bind equally: what kind their tokens are, and their signs."""

    kind: Kind
    signs: frozenset[str]


# Loosest first. Operators of a level are worked out from the left, `**` too.
_LEVELS = (
    _Level(Kind.TERNARY, frozenset(("?", ":", "??"))),
    _Level(Kind.LOGICAL, frozenset(("||",))),
    _Level(Kind.LOGICAL, frozenset(("&&",))),
    _Level(Kind.COMPARATOR, frozenset(("==", "!=", "<", ">", "<=", ">=", "=~", "!~", "in"))),
    _Level(Kind.MODIFIER, frozenset("&|^")),
    _Level(Kind.MODIFIER, frozenset((">>", "<<"))),
    _Level(Kind.MODIFIER, frozenset("+-")),
    _Level(Kind.MODIFIER, frozenset("*/%")),
    _Level(Kind.MODIFIER, frozenset(("**",))),
)


class Parsed(NamedTuple):
    """The stage of an expression, and where govaluate stops reading it, if it does."""

    stage: Stage
    ignored: str


def parse(tokens: list[Token]) -> Parsed:
    """Return the stage of the whole expression; LanguageError where the tokens form none."""
    check(tokens)
    parser = _Parser(_with_patterns(tokens))
    stage = parser.separated()
    left = parser.peek()
    return Parsed(stage, parser.skipped or ("" if left is END else left.text))


def _with_patterns(tokens: list[Token]) -> list[Token]:
    """Return the tokens with the texts behind `=~` and `!~` as regular expressions."""
    found = list(tokens)
    for before, token in enumerate(tokens[1:]):
        if token.kind is Kind.TEXT and tokens[before].value in ("=~", "!~"):
            pattern = Pattern(token.value, compile_regexp(token.value))
            found[before + 1] = Token(Kind.PATTERN, token.text, pattern)
    return found


class _Parser:
    """The place in the tokens, and how many parentheses are open there.

    Attributes:
        skipped: the first token that govaluate takes for a closing parenthesis though it is none.
    """

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self.skipped = ""

    def peek(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else END

    def _next(self) -> Token:
        token = self.peek()
        self._at += 1
        return token

    def separated(self) -> Stage:
        """Return the stage of values with commas between them, or of the only one."""
        found = [self._level(0)]
        while self.peek().kind is Kind.SEPARATOR:
            self._next()
            found.append(self._level(0))
        return found[0] if len(found) == 1 else stages.listing(found)

    def _level(self, number: int) -> Stage:
        if number == len(_LEVELS):
            return self._signed()
        level = _LEVELS[number]
        first = self._level(number + 1)
        rest: list[stages.Step] = []
        while self.peek().kind is level.kind and self.peek().value in level.signs:
            operator = OPERATORS[self._next().value]
            rest.append((operator, self._level(number + 1)))
        return stages.chain(first, rest) if rest else first

    def _signed(self) -> Stage:
        if self.peek().kind is not Kind.PREFIX:
            return self._operand()
        sign = self._next()
        return stages.prefix(sign.text, self._operand())

    def _operand(self) -> Stage:
        token = self.peek()
        if token.kind is Kind.CLOSE:
            return stages.literal(None)  # `()` is the only way to write null
        self._next()
        if token.kind in _LITERALS:
            return stages.literal(token.value)
        if token.kind is Kind.NAME:
            return stages.field(token.value)
        if token.kind is Kind.ACCESSOR:
            arguments = self.separated() if self.peek().kind is Kind.OPEN else None
            return stages.accessor(token.value, arguments)
        if token.kind is Kind.OPEN:
            return self._enclosed()
        raise LanguageError(f"a value is missing before {shown(token)}")

    def _enclosed(self) -> Stage:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise LanguageError(f"more than {MAX_DEPTH} parentheses are open")
        stage = self.separated()
        closing = self._next()
        if closing.kind is not Kind.CLOSE:
            self.skipped = self.skipped or closing.text
        self._depth -= 1
        return stage
