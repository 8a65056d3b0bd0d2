"""jq's syntax tree to what `running.py` makes of its parts; names get their meaning here."""

from collections.abc import Callable, Iterator
from typing import Any

from hookline.language.errors import LanguageError
from hookline.language.jq import prelude, running, syntax
from hookline.language.jq.binding import Binder
from hookline.language.jq.figures import NUMBERS
from hookline.language.jq.forms import FORMS
from hookline.language.jq.lists import COLLECTIONS
from hookline.language.jq.making import Maker
from hookline.language.jq.scope import Definition, Environment, Run, Scope
from hookline.language.jq.texts import TEXTS
from hookline.language.jq.trails import Trail
from hookline.language.jq.values import truth

type Pairs = Iterator[tuple[Any, Trail]]

_FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {**TEXTS, **NUMBERS, **COLLECTIONS}
_NOT_HERE = {"input/0", "inputs/0", "debug/0", "debug/1", "stderr/0", "input_filename/0"}


class Compiler(Binder, Maker):
    """Compiles one program."""

    def __init__(self) -> None:
        self._builtins = Scope()

    def program(self, node: syntax.Node) -> Run:
        """Return what runs a whole program; LanguageError for a name that means nothing."""
        return self.compile(node, self._builtins.inner())

    def compile(self, node: syntax.Node, scope: Scope) -> Run:  # noqa: C901, PLR0911, PLR0912  # one case a kind of node
        """Return what runs a part of a program."""
        match node:
            case syntax.Identity():
                return lambda _env, value, trail: iter(((value, trail),))
            case syntax.Literal(literal):
                return lambda _env, _value, trail: iter(((literal, trail),))
            case syntax.Pipe(left, right):
                return running.piped(self.compile(left, scope), self.compile(right, scope))
            case syntax.Comma(left, right):
                return running.either_side(self.compile(left, scope), self.compile(right, scope))
            case syntax.Index(target, key):
                return running.indexed(self.compile(target, scope), self.compile(key, scope))
            case syntax.Slice(target, start, end):
                nothing = syntax.Literal(None)
                bounds = [self.compile(each or nothing, scope) for each in (start, end)]
                return running.sliced(self.compile(target, scope), bounds[0], bounds[1])
            case syntax.Iterate(target):
                return running.iterated(self.compile(target, scope))
            case syntax.Binary(sign, left, right):
                return running.binary(sign, self.compile(left, scope), self.compile(right, scope))
            case syntax.If():
                return self._if(node, scope)
            case syntax.Try(body, handler):
                caught = self.compile(handler, scope) if handler else None
                return running.tried(self.compile(body, scope), caught)
            case syntax.Call():
                return self._call(node, scope)
            case syntax.Variable(name, line):
                return self._variable(name, line, scope)
            case syntax.Define():
                return self._define(node, scope)
            case syntax.Label(name, body):
                inner = scope.inner()
                return running.labelled(inner.declare(f"*{name}"), self.compile(body, inner))
            case syntax.Break(name, line):
                return running.broken(scope.find(f"*{name}"), name, line)
            case syntax.Reduce() | syntax.Foreach() | syntax.Bind():
                return self.bound(node, scope)
        return self.made(node, scope)

    def _if(self, node: syntax.If, scope: Scope) -> Run:
        condition, then = self.compile(node.condition, scope), self.compile(node.then, scope)
        otherwise = self.compile(node.otherwise or syntax.Identity(), scope)

        def run(env: Environment, value: Any, trail: Trail) -> Pairs:
            for found, _ in condition(env, value, None):
                yield from (then if truth(found) else otherwise)(env, value, trail)

        return run

    def _variable(self, name: str, line: int, scope: Scope) -> Run:
        number = scope.find(f"${name}")
        if number is not None:
            return lambda env, _value, trail: iter(((env[number], trail),))
        if name == "ENV":
            return lambda _env, _value, trail: iter((({}, trail),))
        raise LanguageError(f"line {line}: variable not defined: ${name}")

    def _define(self, node: syntax.Define, scope: Scope) -> Run:
        inner = scope.inner()
        self._definition(node, inner)
        return self.compile(node.rest, inner)

    def _definition(self, node: syntax.Define, scope: Scope) -> Definition:
        definition = scope.define(f"{node.name}/{len(node.parameters)}")
        inside = scope.inner()
        for parameter in node.parameters:
            closure = inside.declare(f"{parameter.removeprefix('$')}/0")
            definition.closures.append(closure)
            if parameter.startswith("$"):
                definition.values.append((closure, inside.declare(parameter)))
        definition.body = self.compile(node.body, inside)
        return definition

    def _call(self, node: syntax.Call, scope: Scope) -> Run:
        name = f"{node.name}/{len(node.arguments)}"
        given = [self.compile(each, scope) for each in node.arguments]
        found = scope.find(name)
        if isinstance(found, int):
            return running.closure(found)
        if found is None:
            if name in FORMS:
                return running.formed(name, given)
            if name in _FUNCTIONS:
                return running.function(_FUNCTIONS[name][1], given)
            found = self._built_in(name, node)
        return running.user(found, given) if isinstance(found, Definition) else found

    def _built_in(self, name: str, node: syntax.Call) -> Definition | Run:
        if name == "env/0":
            return lambda _env, _value, trail: iter((({}, trail),))
        written = prelude.definitions().get(name)
        if written is None:
            why = "is not allowed" if name in _NOT_HERE else "is no function"
            raise LanguageError(f"line {node.line}: {name} {why} here")
        return self._definition(written, self._builtins)
