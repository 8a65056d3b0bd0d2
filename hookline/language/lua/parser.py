"""Lua tokens to a syntax tree: statements. Expressions are read by `expressions.py`."""

from hookline.language.errors import LanguageError
from hookline.language.lua import syntax
from hookline.language.lua.expressions import ExpressionParser
from hookline.language.lua.lexer import tokens

_ENDS = frozenset(["end", "else", "elseif", "until"])
LONGEST = 100_000


def parse(source: bytes) -> syntax.Body:
    """Return the main function of a script; LanguageError with the line of the first mistake."""
    if len(source) > LONGEST:
        raise LanguageError(f"a script has at most {LONGEST} bytes")
    try:
        return _Parser(tokens(source)).main()
    except RecursionError as error:
        raise LanguageError("the script is nested too deeply") from error


class _Parser(ExpressionParser):
    def main(self) -> syntax.Body:
        body = self.scope.body
        body.vararg = True
        body.block = self.block()
        if self.token.text:
            raise self.unexpected()
        self.check_gotos()
        return body

    def block(self) -> syntax.Block:
        """Read the statements up to the word that ends them."""
        self.scope.open()
        block = self._statements()
        self.scope.close()
        return block

    def _statements(self) -> syntax.Block:
        block = syntax.Block([])
        gotos = self.gotos
        self.gotos = []
        while self.token.kind not in _ENDS:
            if self.token.kind == "return":
                block.statements.append(self._return())
                break
            if self.accept("::"):
                self._label(block)
            elif not self.accept(";"):
                block.statements.append(self._statement())
        self.gotos = gotos + [each for each in self.gotos if each.text not in block.labels]
        return block

    def _label(self, block: syntax.Block) -> None:
        name = self.expect("name")
        if name.text in block.labels:
            raise self.error(f"the label {name.text.decode()} stands here twice")
        self.expect("::")
        block.labels[name.text] = len(block.statements)

    def _statement(self) -> syntax.Statement:
        readers = {
            "local": self._local,
            "if": self._if,
            "for": self._for,
            "while": self._while,
            "repeat": self._repeat,
            "do": self._do,
            "function": self._function,
            "break": self._break,
            "goto": self._goto,
        }
        reader = readers.get(self.token.kind)
        if reader is None:
            return self._call_or_assign()
        self.take()
        return reader()

    def _return(self) -> syntax.Return:
        self.take()
        values = [] if self.token.kind in _ENDS or self.token.kind == ";" else self.listed()
        self.accept(";")
        if self.token.kind not in _ENDS:
            raise self.error("return is the last statement of a block")
        return syntax.Return(values)

    def _local(self) -> syntax.Statement:
        if self.accept("function"):
            variable = self.scope.declare(self.expect("name").text)
            return syntax.LocalFunction(variable, self.body(method=False))
        names = self._names()
        values = self.listed() if self.accept("=") else []
        return syntax.LocalVariables([self.scope.declare(name) for name in names], values)

    def _names(self) -> list[bytes]:
        names = [self.expect("name").text]
        while self.accept(","):
            names.append(self.expect("name").text)
        return names

    def _if(self) -> syntax.Statement:
        branches = [self._branch()]
        otherwise = None
        while self.token.kind == "elseif":
            self.take()
            branches.append(self._branch())
        if self.accept("else"):
            otherwise = self.block()
        self.close("if")
        return syntax.If(branches, otherwise)

    def _branch(self) -> tuple[syntax.Expr, syntax.Block]:
        condition = self.expression()
        self.expect("then")
        return condition, self.block()

    def _loop(self) -> syntax.Block:
        self.scope.loops += 1
        block = self.block()
        self.scope.loops -= 1
        return block

    def _while(self) -> syntax.Statement:
        condition = self.expression()
        self.expect("do")
        block = self._loop()
        self.close("while")
        return syntax.While(condition, block)

    def _repeat(self) -> syntax.Statement:
        self.scope.open()
        self.scope.loops += 1
        block = self._statements()
        self.scope.loops -= 1
        self.expect("until")
        condition = self.expression()
        self.scope.close()
        return syntax.Repeat(block, condition)

    def _do(self) -> syntax.Statement:
        block = self.block()
        self.close("do")
        return syntax.Do(block)

    def _for(self) -> syntax.Statement:
        line = self.token.line
        names = self._names()
        if len(names) == 1 and self.accept("="):
            bounds = self.listed()
            if not 2 <= len(bounds) <= 3:  # noqa: PLR2004  # from, to and step
                raise self.error("for needs a first and a last number, and at most a step")
            self.scope.open()
            variable = self.scope.declare(names[0])
            block = self._body_of_for()
            return syntax.NumericFor(variable, bounds, block, line)
        self.expect("in")
        values = self.listed()
        self.scope.open()
        variables = [self.scope.declare(name) for name in names]
        return syntax.GenericFor(variables, values, self._body_of_for(), line)

    def _body_of_for(self) -> syntax.Block:
        self.expect("do")
        block = self._loop()
        self.close("for")
        self.scope.close()
        return block

    def _function(self) -> syntax.Statement:
        name = self.expect("name")
        target = self.scope.find(name.text, name.line)
        method = False
        while self.token.kind in {".", ":"} and not method:
            method = self.take().kind == ":"
            key = syntax.Constant(self.expect("name").text)
            target = syntax.Index(target, key, name.line)
        return syntax.Assign([target], [self.body(method=method)])

    def _break(self) -> syntax.Statement:
        if not self.scope.loops:
            raise self.error("break stands in no loop")
        return syntax.Break()

    def _goto(self) -> syntax.Statement:
        name = self.expect("name")
        self.gotos.append(name)
        return syntax.Goto(name.text)

    def _call_or_assign(self) -> syntax.Statement:
        first = self.suffixed()
        if self.token.kind not in {"=", ","}:
            if isinstance(first, syntax.Call):
                return first
            raise self.unexpected()
        targets = [first]
        while self.accept(","):
            targets.append(self.suffixed())
        self.expect("=")
        if not all(
            isinstance(each, syntax.Local | syntax.Upvalue | syntax.Global | syntax.Index)
            for each in targets
        ):
            raise self.error("only a variable or a field can be set")
        return syntax.Assign(targets, self.listed())
