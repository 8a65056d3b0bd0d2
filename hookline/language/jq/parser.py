"""jq tokens to a syntax tree: pipes and operators. Terms are read by `terms.py`."""

from hookline.language.errors import LanguageError
from hookline.language.jq import syntax
from hookline.language.jq.lexer import Token, tokens
from hookline.language.jq.terms import TermParser

_UPDATES = frozenset(["=", "|=", "+=", "-=", "*=", "/=", "%=", "//="])
_COMPARE = frozenset(["==", "!=", "<", "<=", ">", ">="])
# How strongly the sign binds, and what its right side and another one behind it must at least do.
_BINARY = {
    "//": (1, 1, None),
    **dict.fromkeys(_UPDATES, (2, 3, 2)),
    "or": (3, 4, None),
    "and": (4, 5, None),
    **dict.fromkeys(_COMPARE, (5, 6, 5)),
    **dict.fromkeys(("+", "-"), (6, 7, None)),
    **dict.fromkeys(("*", "/", "%"), (7, 8, None)),
}
LONGEST = 50_000


def parse(source: str) -> syntax.Node:
    """Return a program's tree; LanguageError with the line of the first mistake."""
    if len(source) > LONGEST:
        raise LanguageError(f"a jq program has at most {LONGEST} characters")
    try:
        return Parser(tokens(source)).program()
    except RecursionError as error:
        raise LanguageError("the program is nested too deeply") from error


class Parser(TermParser):
    """Reads a program."""

    def program(self) -> syntax.Node:
        """Read all of it."""
        if self.kind in {"module", "import", "include"}:
            raise LanguageError(f"line {self.token.line}: there are no modules here")
        node = self.query()
        if self.kind != "EOF":
            raise self.unexpected()
        return node

    def nested(self, found: list[Token]) -> syntax.Node:
        """Read the tokens of an interpolation."""
        return Parser(found).program()

    def query(self) -> syntax.Node:
        """Read a pipe with all that stands before and behind its commas."""
        if self.kind == "def":
            return self._define()
        left = self._commas()
        return syntax.Pipe(left, self.query()) if self.accept("|") else left

    def _define(self) -> syntax.Node:
        self.take()
        name = self.expect("name").text
        parameters = []
        if self.accept("("):
            while True:
                token = self.take()
                if token.kind not in {"name", "variable"} or "::" in token.text:
                    raise self.unexpected()
                parameters.append(token.text)
                if not self.accept(";"):
                    break
            self.expect(")")
        self.expect(":")
        body = self.query()
        self.expect(";")
        return syntax.Define(name, parameters, body, self.query())

    def _commas(self) -> syntax.Node:
        left = self._element()
        while self.accept(","):
            left = syntax.Comma(left, self._element())
        return left

    def _element(self) -> syntax.Node:
        if self.kind == "def":
            return self._define()
        if self.accept("label"):
            name = self.expect("variable").text
            self.expect("|")
            return syntax.Label(name, self.query())
        first = self.term()
        if self.accept("as"):
            patterns = [self.pattern()]
            while self.accept("?//"):
                patterns.append(self.pattern())
            self.expect("|")
            return syntax.Bind(first, patterns, self.query())
        return self._operators(first, 0)

    def expression(self) -> syntax.Node:
        """Read terms with operators between them."""
        return self._operators(self.term(), 0)

    def _operators(self, left: syntax.Node, least: int) -> syntax.Node:
        most = None
        while True:
            sign = self.kind
            binding = _BINARY.get(sign)
            if binding is None or binding[0] < least:
                return left
            if binding[0] == most:
                raise self.unexpected()
            self.take()
            right = self._operators(self.term(), binding[1])
            make = syntax.Update if sign in _UPDATES else syntax.Binary
            left = make(sign, left, right)
            most = binding[2]
