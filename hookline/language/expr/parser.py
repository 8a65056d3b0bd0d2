"""Tokens to nodes, by expr-lang's precedences."""

import itertools

from hookline.language.errors import LanguageError
from hookline.language.expr.lexer import Kind, Token, read_number, read_tokens
from hookline.language.expr.names import BUILTINS, PREDICATES
from hookline.language.expr.nodes import (
    Array,
    Binary,
    Builtin,
    Call,
    Chain,
    Closure,
    Conditional,
    Let,
    Literal,
    Map,
    Member,
    Name,
    Node,
    Pointer,
    Slice,
    Unary,
)

MAX_DEPTH = 60
MAX_CHAIN = 200
_BINARY = {
    **dict.fromkeys(("or", "||"), 10),
    **dict.fromkeys(("and", "&&"), 15),
    **dict.fromkeys(("==", "!=", "<", ">", ">=", "<=", "in"), 20),
    **dict.fromkeys(("matches", "contains", "startsWith", "endsWith"), 20),
    "..": 25,
    **dict.fromkeys(("+", "-"), 30),
    **dict.fromkeys(("*", "/", "%"), 60),
    **dict.fromkeys(("**", "^"), 100),
    "??": 500,
    "|": 0,
}
_RIGHT = frozenset(("**", "^"))
_UNARY = {"not": 50, "!": 50, "-": 90, "+": 90}
_WORDS = {"true": True, "false": False, "nil": None}
_REDUCE_ARGUMENTS = 3


def parse(text: str) -> Node:
    """Return the node of an expression; LanguageError where the text is none, or too deep."""
    parser = _Parser(read_tokens(text))
    node = parser.expression(0)
    parser.expect_end()
    return node


class _Parser:
    """The place in the tokens, and how many closures and brackets are open there."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._closures = 0

    def _peek(self) -> Token:
        return self._tokens[self._at]

    def _is(self, *signs: str) -> bool:
        token = self._peek()
        return token.kind is Kind.SIGN and token.value in signs

    def _next(self) -> Token:
        token = self._peek()
        if token.kind is Kind.END:
            raise LanguageError("the expression ends too early")
        self._at += 1
        return token

    def _accept(self, sign: str) -> bool:
        found = self._is(sign)
        self._at += found
        return found

    def _expect(self, sign: str) -> None:
        if not self._accept(sign):
            raise self._unexpected()

    def expect_end(self) -> None:
        if self._peek().kind is not Kind.END:
            raise self._unexpected()

    def _unexpected(self) -> LanguageError:
        token = self._peek()
        if token.kind is Kind.END:
            return LanguageError("the expression ends too early")
        return LanguageError(f"{token.value} cannot stand there in the expression")

    def expression(self, least: int) -> Node:
        """Return the node of what binds at least so tight."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise LanguageError(f"the expression is nested deeper than {MAX_DEPTH} levels")
        node = self._let() if least == 0 and self._is("let") else self._operators(least)
        self._depth -= 1
        return node

    def _let(self) -> Node:
        self._expect("let")
        name = self._name()
        self._expect("=")
        value = self.expression(0)
        self._expect(";")
        return Let(name, value, self.expression(0))

    def _name(self) -> str:
        if self._peek().kind is not Kind.NAME:
            raise self._unexpected()
        return self._next().value

    def _operators(self, least: int) -> Node:
        left = self._primary()
        before = ""
        for count in itertools.count():
            if self._peek().kind is not Kind.SIGN:
                break
            if count > MAX_CHAIN:
                raise LanguageError(f"more than {MAX_CHAIN} operators stand in a row")
            # As upstream: a `not` is gone even when the operator behind it binds too loosely.
            negated = self._accept("not")
            sign = self._peek().value if self._peek().kind is Kind.SIGN else ""
            if _BINARY.get(sign, -1) < least:
                break
            self._next()
            left = self._operator(left, before, sign)
            if negated and sign != "|":
                left = Unary("not", left)
            before = sign
        return self._conditional(left) if least == 0 else left

    def _operator(self, left: Node, before: str, sign: str) -> Node:
        if sign == "|":
            return self._pipe(left)
        if before == "??" and sign != "??":
            raise LanguageError(f"?? and {sign} cannot be mixed, put parentheses round one of them")
        strength = _BINARY[sign]
        return Binary(sign, left, self.expression(strength + (sign not in _RIGHT)))

    def _conditional(self, node: Node) -> Node:
        while self._accept("?"):
            yes = node if self._is(":") else self.expression(0)
            self._expect(":")
            node = Conditional(node, yes, self.expression(0))
        return node

    def _primary(self) -> Node:
        if self._peek().kind is Kind.SIGN and self._peek().value in _UNARY:
            sign = self._next().value
            return self._postfix(Unary(sign, self.expression(_UNARY[sign])))
        if self._accept("("):
            node = self.expression(0)
            self._expect(")")
            return self._postfix(node)
        if self._is("#", "."):
            return self._postfix(self._pointer())
        return self._secondary()

    def _pointer(self) -> Node:
        if not self._closures:
            raise LanguageError("# stands only in what filter, all and their like work out")
        name = ""
        if self._accept("#") and self._peek().kind is Kind.NAME:
            name = self._next().value
        return Pointer(name)

    def _secondary(self) -> Node:
        token = self._peek()
        if token.kind is Kind.NAME:
            self._next()
            if token.value in _WORDS:
                return Literal(_WORDS[token.value])
            return self._postfix(self._called(token.value))
        if token.kind is Kind.NUMBER:
            return Literal(read_number(self._next().value))
        if token.kind is Kind.TEXT:
            return Literal(self._next().value)
        if self._is("["):
            return self._postfix(self._array())
        if self._is("{"):
            return self._postfix(self._map())
        raise self._unexpected()

    def _called(self, name: str) -> Node:
        if not self._is("("):
            return Name(name)
        if name in PREDICATES:
            self._expect("(")
            first = self.expression(0)
            self._expect(",")
            return self._predicate(name, first)
        if name in BUILTINS:
            return Builtin(name, self._arguments())
        return Call(Name(name), self._arguments())

    def _predicate(self, name: str, first: Node) -> Node:
        """Return the call of a function with a closure, from that closure on."""
        arguments = [first, self._closure()]
        if name == "reduce" and self._accept(","):
            arguments.append(self.expression(0))
        self._expect(")")
        return Builtin(name, tuple(arguments))

    def _closure(self) -> Node:
        braces = self._accept("{")
        self._closures += 1
        node = self.expression(0)
        self._closures -= 1
        if braces:
            self._expect("}")
        return Closure(node)

    def _pipe(self, node: Node) -> Node:
        name = self._name()
        if name in PREDICATES:
            self._expect("(")
            return self._predicate(name, node)
        arguments = (node, *self._arguments())
        return Builtin(name, arguments) if name in BUILTINS else Call(Name(name), arguments)

    def _arguments(self) -> tuple[Node, ...]:
        self._expect("(")
        found: list[Node] = []
        while not self._is(")"):
            if found:
                self._expect(",")
            found.append(self.expression(0))
        self._expect(")")
        return tuple(found)

    def _array(self) -> Node:
        self._expect("[")
        found: list[Node] = []
        while not self._is("]"):
            if found:
                self._expect(",")
                if self._is("]"):
                    break
            found.append(self.expression(0))
        self._expect("]")
        return Array(tuple(found))

    def _map(self) -> Node:
        self._expect("{")
        found: list[tuple[Node, Node]] = []
        while not self._is("}"):
            if found:
                self._expect(",")
                if self._is("}"):
                    break
            key = self._key()
            self._expect(":")
            found.append((key, self.expression(0)))
        self._expect("}")
        return Map(tuple(found))

    def _key(self) -> Node:
        if self._peek().kind in (Kind.NUMBER, Kind.TEXT, Kind.NAME):
            return Literal(self._next().value)
        if self._is("("):
            return self.expression(0)
        raise self._unexpected()

    def _postfix(self, node: Node) -> Node:
        while True:
            if self._is(".", "?."):
                node = self._member(node, optional=self._next().value == "?.")
            elif self._accept("["):
                node = self._index(node)
            else:
                return node

    def _member(self, node: Node, *, optional: bool) -> Node:
        token = self._next()
        word = token.kind is Kind.NAME or (token.kind is Kind.SIGN and token.value.isalpha())
        if not word:
            raise LanguageError(f"{token.value} cannot be a member's name: write [{token.value!r}]")
        chained = isinstance(node, Chain)
        inner = node.node if isinstance(node, Chain) else node
        found: Node = Member(inner, Literal(token.value), optional)
        if self._is("("):
            found = Call(found, self._arguments())
        return Chain(found) if chained or optional else found

    def _index(self, node: Node) -> Node:
        start = None if self._is(":") else self.expression(0)
        if start is not None and not self._is(":"):
            self._expect("]")
            return Member(node, start)
        self._expect(":")
        stop = None if self._is("]") else self.expression(0)
        self._expect("]")
        return Slice(node, start, stop)
