"""jq tokens to a syntax tree: terms with what stands behind them, and patterns."""

from abc import abstractmethod
from dataclasses import replace

from hookline.language.jq import syntax
from hookline.language.jq.lexer import KEYWORDS, Token
from hookline.language.jq.reader import Reader
from hookline.language.jq.values import read_number

_WORDS = {"null": None, "true": True, "false": False}


class TermParser(Reader):
    """Reads terms and patterns."""

    @abstractmethod
    def query(self) -> syntax.Node:
        """Read a pipe."""

    @abstractmethod
    def expression(self) -> syntax.Node:
        """Read terms with operators between them."""

    @abstractmethod
    def nested(self, found: list[Token]) -> syntax.Node:
        """Read the tokens of an interpolation."""

    def term(self) -> syntax.Node:
        """Read a term and the suffixes behind it."""
        node = self._plain()
        stepped = False
        while True:
            if self.accept("?"):
                node = _tried(node, last_step_only=stepped)
                stepped = False
                continue
            if self.kind == "index":
                node = syntax.Index(node, syntax.Literal(self.take().text[1:]))
            elif self.kind == "[":
                node = self._suffix(node)
            elif self.accept("."):
                node = self._behind_dot(node)
            else:
                return node
            stepped = True

    def _behind_dot(self, node: syntax.Node) -> syntax.Node:
        if self.kind == "string":
            return syntax.Index(node, self._string(self.take(), ""))
        if self.kind == "[":
            return self._suffix(node)
        raise self.unexpected()

    def _suffix(self, target: syntax.Node) -> syntax.Node:
        self.expect("[")
        if self.accept("]"):
            return syntax.Iterate(target)
        if self.accept(":"):
            end = self.query()
            self.expect("]")
            return syntax.Slice(target, None, end)
        start = self.query()
        if not self.accept(":"):
            self.expect("]")
            return syntax.Index(target, start)
        stop = None if self.kind == "]" else self.query()
        self.expect("]")
        return syntax.Slice(target, start, stop)

    def _plain(self) -> syntax.Node:  # noqa: C901, PLR0911, PLR0912  # one case a kind of term
        token = self.token
        kind = self.kind
        match kind:
            case "name" | "variable" | "format" | "string" | "number":
                return self._word(self.take())
            case "null" | "true" | "false":
                return syntax.Literal(_WORDS[self.take().text])
            case ".":
                self.take()
                is_more = self.kind in {"string", "["}
                return self._behind_dot(syntax.Identity()) if is_more else syntax.Identity()
            case "..":
                self.take()
                return syntax.Call("recurse", [], token.line)
            case "index":
                return syntax.Index(syntax.Identity(), syntax.Literal(self.take().text[1:]))
            case "-" | "+":
                self.take()
                return syntax.Unary(kind, self.term())
            case "(":
                self.take()
                inside = self.query()
                self.expect(")")
                return inside
            case "[":
                return self._array()
            case "{":
                return self._object()
            case "if":
                self.take()
                return self._if()
            case "try":
                self.take()
                body = self.term()
                return syntax.Try(body, self.term() if self.accept("catch") else None)
            case "reduce" | "foreach":
                return self._fold()
            case "break":
                self.take()
                return syntax.Break(self.expect("variable").text, token.line)
        raise self.unexpected()

    def _word(self, token: Token) -> syntax.Node:
        match token.kind:
            case "number":
                return syntax.Literal(read_number(token.text))
            case "variable":
                return syntax.Variable(token.text[1:], token.line)
            case "string":
                return self._string(token, "")
            case "format":
                if self.kind == "string":
                    return self._string(self.take(), token.text)
                return syntax.Format(token.text)
        arguments = []
        if self.accept("("):
            arguments.append(self.query())
            while self.accept(";"):
                arguments.append(self.query())
            self.expect(")")
        return syntax.Call(token.text, arguments, token.line)

    def _string(self, token: Token, form: str) -> syntax.Node:
        parts: list[str | syntax.Node] = [
            part if isinstance(part, str) else self.nested(part) for part in token.parts
        ]
        if len(parts) == 1 and isinstance(parts[0], str):
            return syntax.Literal(parts[0])
        return syntax.Interpolated(parts, form)

    def _array(self) -> syntax.Node:
        self.take()
        inside = None if self.kind == "]" else self.query()
        self.expect("]")
        return syntax.Array(inside)

    def _if(self) -> syntax.Node:
        condition = self.query()
        self.expect("then")
        then = self.query()
        if self.accept("elif"):
            return syntax.If(condition, then, self._if())
        otherwise = self.query() if self.accept("else") else None
        self.expect("end")
        return syntax.If(condition, then, otherwise)

    def _fold(self) -> syntax.Node:
        kind = self.take().kind
        source = self.expression()
        self.expect("as")
        pattern = self.pattern()
        self.expect("(")
        start = self.query()
        self.expect(";")
        update = self.query()
        extract = None
        if kind == "foreach" and self.accept(";"):
            extract = self.query()
        self.expect(")")
        if kind == "reduce":
            return syntax.Reduce(source, pattern, start, update)
        return syntax.Foreach(source, pattern, start, update, extract)

    def _object(self) -> syntax.Node:
        self.take()
        members: list[tuple[syntax.Node, syntax.Node | None]] = []
        while not self.accept("}"):
            members.append(self._member())
            if self.kind != "}":
                self.expect(",")
        return syntax.Object(members)

    def _member(self) -> tuple[syntax.Node, syntax.Node | None]:
        token = self.take()
        if token.kind == "(":
            key = self.query()
            self.expect(")")
            self.expect(":")
            return key, self._value()
        if token.kind == "variable":
            variable = syntax.Variable(token.text[1:], token.line)
            if not self.accept(":"):
                return syntax.Literal(token.text[1:]), variable
            return variable, self._value()
        key = self._key(token)
        return key, self._value() if self.accept(":") else None

    def _key(self, token: Token) -> syntax.Node:
        if token.kind == "string":
            return self._string(token, "")
        if token.kind == "name" or token.text in KEYWORDS:
            return syntax.Literal(token.text)
        self._at -= 1
        raise self.unexpected()

    def _value(self) -> syntax.Node:
        left = self.expression()
        return syntax.Pipe(left, self._value()) if self.accept("|") else left

    def pattern(self) -> syntax.Pattern:
        """Read what a value is taken apart by."""
        if self.accept("["):
            items = [self.pattern()]
            while self.accept(","):
                items.append(self.pattern())
            self.expect("]")
            return syntax.ArrayPattern(items)
        if self.accept("{"):
            members = [self._part()]
            while self.accept(","):
                members.append(self._part())
            self.expect("}")
            return syntax.ObjectPattern(members)
        return syntax.NamePattern(self.expect("variable").text[1:])

    def _part(self) -> tuple[str, syntax.Node, syntax.Pattern | None]:
        token = self.take()
        if token.kind == "variable":
            name = token.text[1:]
            inside = self.pattern() if self.accept(":") else None
            return name, syntax.Literal(name), inside
        if token.kind == "(":
            key = self.query()
            self.expect(")")
        else:
            key = self._key(token)
        self.expect(":")
        return "", key, self.pattern()


def _tried(node: syntax.Node, *, last_step_only: bool) -> syntax.Node:
    """Return `node?`: of `.a.b?` only `.b` is tried, as in gojq."""
    if last_step_only and isinstance(node, syntax.Index | syntax.Slice | syntax.Iterate):
        alone = replace(node, target=syntax.Identity())
        return syntax.Pipe(node.target, syntax.Try(alone, None))
    return syntax.Try(node, None)
