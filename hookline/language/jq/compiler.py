"""jq's syntax tree to generators: each takes an environment, a value and its trail."""

from collections.abc import Callable, Iterator
from typing import Any

from hookline.language.errors import LanguageError
from hookline.language.jq import paths, prelude, syntax
from hookline.language.jq.binding import Binder
from hookline.language.jq.figures import NUMBERS
from hookline.language.jq.forms import FORMS
from hookline.language.jq.lists import COLLECTIONS
from hookline.language.jq.making import Maker
from hookline.language.jq.operators import BINARY
from hookline.language.jq.scope import Definition, Environment, Run, Scope
from hookline.language.jq.texts import TEXTS
from hookline.language.jq.trails import Trail, check, step
from hookline.language.jq.values import BreakError, JqError, truth, typed

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
                return _pipe(self.compile(left, scope), self.compile(right, scope))
            case syntax.Comma(left, right):
                return _comma(self.compile(left, scope), self.compile(right, scope))
            case syntax.Index(target, key):
                return _index(self.compile(target, scope), self.compile(key, scope))
            case syntax.Slice(target, start, end):
                nothing = syntax.Literal(None)
                bounds = [self.compile(each or nothing, scope) for each in (start, end)]
                return _slice(self.compile(target, scope), bounds[0], bounds[1])
            case syntax.Iterate(target):
                return _iterate(self.compile(target, scope))
            case syntax.Binary(sign, left, right):
                return _binary(sign, self.compile(left, scope), self.compile(right, scope))
            case syntax.If():
                return self._if(node, scope)
            case syntax.Try(body, handler):
                caught = self.compile(handler, scope) if handler else None
                return _try(self.compile(body, scope), caught)
            case syntax.Call():
                return self._call(node, scope)
            case syntax.Variable(name, line):
                return self._variable(name, line, scope)
            case syntax.Define():
                return self._define(node, scope)
            case syntax.Label(name, body):
                inner = scope.inner()
                return _label(inner.declare(f"*{name}"), self.compile(body, inner))
            case syntax.Break(name, line):
                return _break(scope.find(f"*{name}"), name, line)
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
            return _closure(found)
        if found is None:
            if name in FORMS:
                return _formed(name, given)
            if name in _FUNCTIONS:
                return _function(_FUNCTIONS[name][1], given)
            found = self._built_in(name, node)
        return _user(found, given) if isinstance(found, Definition) else found

    def _built_in(self, name: str, node: syntax.Call) -> Definition | Run:
        if name == "env/0":
            return lambda _env, _value, trail: iter((({}, trail),))
        written = prelude.definitions().get(name)
        if written is None:
            why = "is not allowed" if name in _NOT_HERE else "is no function"
            raise LanguageError(f"line {node.line}: {name} {why} here")
        return self._definition(written, self._builtins)


def _pipe(left: Run, right: Run) -> Run:
    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        for found, where in left(env, value, trail):
            yield from right(env, found, where)

    return run


def _comma(left: Run, right: Run) -> Run:
    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        yield from left(env, value, trail)
        yield from right(env, value, trail)

    return run


def _index(target: Run, key: Run) -> Run:
    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        for name, _ in key(env, value, None):
            for found, where in target(env, value, trail):
                member = paths.index(found, name)
                yield member, step(where, found, name, member)

    return run


def _slice(target: Run, start: Run, end: Run) -> Run:
    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        for first, _ in start(env, value, None):
            for last, _ in end(env, value, None):
                for found, where in target(env, value, trail):
                    part = paths.cut(found, first, last)
                    yield part, step(where, found, {"start": first, "end": last}, part)

    return run


def _iterate(target: Run) -> Run:
    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        for found, where in target(env, value, trail):
            if not isinstance(found, list | dict):
                raise JqError(f"cannot iterate over: {typed(found)}")
            check(where, found, "on iterating against")
            keys = range(len(found)) if isinstance(found, list) else sorted(found)
            for key in keys:
                member = found[key]
                yield member, None if where is None else (where, key, member)

    return run


def _binary(sign: str, left: Run, right: Run) -> Run:
    if sign in {"and", "or"}:
        return _logical(left, right, stop=sign == "or")
    if sign == "//":
        return _alternative(left, right)
    operation = BINARY[sign]

    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        for other, _ in right(env, value, None):
            for one, _ in left(env, value, None):
                yield operation(one, other), trail

    return run


def _logical(left: Run, right: Run, *, stop: bool) -> Run:
    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        for one, _ in left(env, value, None):
            if truth(one) is stop:
                yield stop, trail
                continue
            for other, _ in right(env, value, None):
                yield truth(other), trail

    return run


def _alternative(left: Run, right: Run) -> Run:
    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        some = False
        for found, where in left(env, value, trail):
            if truth(found):
                some = True
                yield found, where
        if not some:
            yield from right(env, value, trail)

    return run


def _try(body: Run, handler: Run | None) -> Run:
    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        pairs: Pairs | None = None
        while True:
            try:
                pairs = pairs or body(env, value, trail)
                pair = next(pairs, None)
            except JqError as error:
                problem = error.value
                break
            if pair is None:
                return
            yield pair
        if handler is not None:
            yield from handler(env, problem, trail)

    return run


def _label(number: int, body: Run) -> Run:
    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        label = object()
        try:
            yield from body({**env, number: label}, value, trail)
        except BreakError as error:
            if error.label is not label:
                raise

    return run


def _break(number: int | None, name: str, line: int) -> Run:
    if number is None:
        raise LanguageError(f"line {line}: label not defined: {name}")

    def run(env: Environment, _value: Any, _trail: Trail) -> Pairs:
        raise BreakError(env[number])

    return run


def _closure(number: int) -> Run:
    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        body, known = env[number]
        return body(known, value, trail)  # type: ignore[no-any-return]  # a Run and its environment

    return run


def _formed(name: str, given: list[Run]) -> Run:
    form = FORMS[name]
    return lambda env, value, trail: form(env, value, trail, given)


def _function(function: Callable[..., Any], given: list[Run]) -> Run:
    if not given:
        return lambda _env, value, trail: iter(((function(value), trail),))
    if len(given) == 1:
        only = given[0]

        def run_one(env: Environment, value: Any, trail: Trail) -> Pairs:
            for argument, _ in only(env, value, None):
                yield function(value, argument), trail

        return run_one

    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        for arguments in _product(env, value, given):
            yield function(value, *arguments), trail

    return run


def _product(env: Environment, value: Any, given: list[Run]) -> Iterator[list[Any]]:
    """Yield all arguments together; the last one changes slowest."""
    if not given:
        yield []
        return
    for last, _ in given[-1](env, value, None):
        for before in _product(env, value, given[:-1]):
            yield [*before, last]


def _user(definition: Definition, given: list[Run]) -> Run:
    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        body = definition.body
        if body is None:
            raise AssertionError("a function is called before it is compiled")
        known = dict(env)
        for number, argument in zip(definition.closures, given, strict=True):
            known[number] = (argument, env)
        if not definition.values:
            return body(known, value, trail)
        return _with_values(definition, 0, known, value, trail)

    return run


def _with_values(
    definition: Definition, at: int, env: Environment, value: Any, trail: Trail
) -> Pairs:
    """Run a body for each value of its `$` parameters; the first one changes slowest."""
    if at == len(definition.values):
        if definition.body is not None:
            yield from definition.body(env, value, trail)
        return
    closure, number = definition.values[at]
    argument, known = env[closure]
    for found, _ in argument(known, value, None):
        yield from _with_values(definition, at + 1, {**env, number: found}, value, trail)
