"""Lua tokens to a syntax tree: expressions."""

from abc import ABC, abstractmethod

from hookline.language.errors import LanguageError
from hookline.language.lua import syntax
from hookline.language.lua.lexer import Token
from hookline.language.lua.scope import Scope

_BINARY = {
    "or": (1, 1),
    "and": (2, 2),
    **dict.fromkeys(("<", ">", "<=", ">=", "~=", "=="), (3, 3)),
    "..": (5, 4),
    **dict.fromkeys(("+", "-"), (6, 6)),
    **dict.fromkeys(("*", "/", "%"), (7, 7)),
    "^": (10, 9),
}
_UNARY = 8
_WORDS = {"nil": None, "true": True, "false": False}


class ExpressionParser(ABC):
    """Reads expressions; the names of a function are looked up while it is read.

    Attributes:
        scope: the names of the innermost function.
        gotos: the labels that are still looked for.
    """

    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._at = 0
        self.scope = Scope(None)
        self.gotos: list[Token] = []

    @abstractmethod
    def block(self) -> syntax.Block:
        """Read the statements up to the word that ends them."""

    @property
    def token(self) -> Token:
        """The next token."""
        return self._tokens[self._at]

    def take(self) -> Token:
        """Return the next token and go on; the last one stays."""
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def accept(self, kind: str) -> bool:
        """Go on if the next token is of that kind; return whether it was."""
        if self.token.kind != kind or (kind == "end" and not self.token.text):
            return False
        self.take()
        return True

    def expect(self, kind: str) -> Token:
        """Return the next token, which must be of that kind."""
        if self.token.kind != kind:
            raise self.unexpected()
        return self.take()

    def close(self, what: str) -> None:
        """Go past the `end` of something."""
        if not self.accept("end"):
            raise self.error(f"{what} has no end")

    def error(self, message: str) -> LanguageError:
        """Return an error at the next token's line."""
        return LanguageError(f"line {self.token.line}: {message}")

    def unexpected(self) -> LanguageError:
        """Return an error about the next token."""
        text = self.token.text.decode(errors="replace")
        return self.error(f"unexpected {text[:50]!r}" if text else "unexpected end of the script")

    def listed(self) -> list[syntax.Expr]:
        """Read expressions with commas between them."""
        found = [self.expression()]
        while self.accept(","):
            found.append(self.expression())
        return found

    def expression(self, limit: int = 0) -> syntax.Expr:
        """Read an expression whose operators bind stronger than `limit`."""
        left = self._operand()
        while True:
            sign = self.token.kind
            binding = _BINARY.get(sign)
            if binding is None or binding[0] <= limit:
                return left
            line = self.take().line
            left = syntax.Binary(sign, left, self.expression(binding[1]), line)

    def _operand(self) -> syntax.Expr:
        token = self.token
        if token.kind in {"not", "-", "#"}:
            self.take()
            return syntax.Unary(token.kind, self.expression(_UNARY), token.line)
        return self._simple()

    def _simple(self) -> syntax.Expr:
        token = self.token
        if token.kind in _WORDS:
            self.take()
            return syntax.Constant(_WORDS[token.kind])
        if token.kind in {"number", "text"}:
            self.take()
            return syntax.Constant(token.number if token.kind == "number" else token.text)
        if token.kind == "...":
            return self._vararg()
        if token.kind == "{":
            return self._table()
        if token.kind == "function":
            self.take()
            return self.body(method=False)
        return self.suffixed()

    def _vararg(self) -> syntax.Expr:
        if not self.scope.body.vararg:
            raise self.error("... stands in a function without it")
        self.take()
        return syntax.Vararg()

    def suffixed(self) -> syntax.Expr:
        """Read a name or a parenthesis with the fields, indexes and calls behind it."""
        found = self._primary()
        while True:
            token = self.token
            match token.kind:
                case ".":
                    self.take()
                    key: syntax.Expr = syntax.Constant(self.expect("name").text)
                    found = syntax.Index(found, key, token.line)
                case "[":
                    self.take()
                    key = self.expression()
                    self.expect("]")
                    found = syntax.Index(found, key, token.line)
                case ":":
                    self.take()
                    name = self.expect("name").text
                    found = syntax.Call(found, name, self._arguments(), token.line)
                case "(" | "{" | "text":
                    found = syntax.Call(found, None, self._arguments(), token.line)
                case _:
                    return found

    def _primary(self) -> syntax.Expr:
        token = self.take()
        if token.kind == "name":
            return self.scope.find(token.text, token.line)
        if token.kind == "(":
            inside = self.expression()
            self.expect(")")
            return syntax.Paren(inside)
        self._at -= token.kind != "end" or bool(token.text)
        raise self.unexpected()

    def _arguments(self) -> list[syntax.Expr]:
        token = self.token
        if token.kind == "text":
            self.take()
            return [syntax.Constant(token.text)]
        if token.kind == "{":
            return [self._table()]
        if token.fresh and self._at and self._tokens[self._at - 1].kind == ")":
            raise self.error("is this a call, or another statement? put a ; before the (")
        self.expect("(")
        found = [] if self.token.kind == ")" else self.listed()
        self.expect(")")
        return found

    def _table(self) -> syntax.TableMaker:
        made = syntax.TableMaker([], self.expect("{").line)
        while self.token.kind != "}":
            made.fields.append(self._field())
            if self.token.kind not in {",", ";"}:
                break
            while self.token.kind in {",", ";"}:  # gopher-lua takes any number of them
                self.take()
        self.expect("}")
        return made

    def _field(self) -> tuple[syntax.Expr | None, syntax.Expr]:
        if self.accept("["):
            key: syntax.Expr = self.expression()
            self.expect("]")
        elif self.token.kind == "name" and self._tokens[self._at + 1].kind == "=":
            key = syntax.Constant(self.take().text)
        else:
            return None, self.expression()
        self.expect("=")
        return key, self.expression()

    def body(self, *, method: bool) -> syntax.Body:
        """Read a function from its parameters to its `end`."""
        outer, gotos = self.scope, self.gotos
        self.scope, self.gotos = Scope(outer), []
        body = self.scope.body
        if method:
            body.parameters.append(self.scope.declare(b"self"))
        self.expect("(")
        self._parameters(body)
        body.block = self.block()
        self.close("function")
        self.check_gotos()
        self.scope, self.gotos = outer, gotos
        return body

    def check_gotos(self) -> None:
        """LanguageError when a label that is gone to is nowhere in the function."""
        for name in self.gotos:
            raise LanguageError(f"line {name.line}: there is no label {name.text.decode()} here")

    def _parameters(self, body: syntax.Body) -> None:
        while not self.accept(")"):
            if self.accept("..."):
                body.vararg = True
                self.expect(")")
                return
            body.parameters.append(self.scope.declare(self.expect("name").text))
            if self.token.kind != ")":
                self.expect(",")
