"""jq's `as`, `reduce` and `foreach`: values taken apart into variables."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any

from hookline.language.jq import paths, syntax
from hookline.language.jq.scope import Environment, Run, Scope
from hookline.language.jq.trails import Trail
from hookline.language.jq.values import JqError, typed

type Pairs = Iterator[tuple[Any, Trail]]
type Take = Callable[[Environment, Any], Iterator[Environment]]


class Binder(ABC):
    """Compiles what binds variables."""

    @abstractmethod
    def compile(self, node: syntax.Node, scope: Scope) -> Run:
        """Return what runs a part of a program."""

    def bound(self, node: syntax.Bind | syntax.Reduce | syntax.Foreach, scope: Scope) -> Run:
        """Return what runs a binding."""
        source = self.compile(node.source, scope)
        inner = scope.inner()
        match node:
            case syntax.Bind(_, patterns, body):
                takes, numbers = self._alternatives(patterns, inner)
                return _bind(source, takes, numbers, self.compile(body, inner))
            case syntax.Reduce(_, pattern, start, update):
                take = self._taking(pattern, inner, {})
                return _reduce(
                    source, take, self.compile(start, scope), self.compile(update, inner)
                )
            case syntax.Foreach(_, pattern, start, update, extract):
                take = self._taking(pattern, inner, {})
                last = self.compile(extract or syntax.Identity(), inner)
                return _foreach(
                    source, take, self.compile(start, scope), self.compile(update, inner), last
                )

    def _alternatives(
        self, patterns: list[syntax.Pattern], scope: Scope
    ) -> tuple[list[Take], list[int]]:
        """Return what takes a value apart, one after the other, and all their variables."""
        known: dict[str, int] = {}
        takes = [self._taking(pattern, scope, known) for pattern in patterns]
        return takes, list(known.values())

    def _taking(self, pattern: syntax.Pattern, scope: Scope, known: dict[str, int]) -> Take:
        match pattern:
            case syntax.NamePattern(name):
                if name not in known:
                    known[name] = scope.declare(f"${name}")
                number = known[name]
                return lambda env, value: iter(({**env, number: value},))
            case syntax.ArrayPattern(items):
                return _array([self._taking(item, scope, known) for item in items])
            case syntax.ObjectPattern(members):
                return _object([self._part(*member, scope, known) for member in members])

    def _part(
        self,
        name: str,
        key: syntax.Node,
        inside: syntax.Pattern | None,
        scope: Scope,
        known: dict[str, int],
    ) -> tuple[Run, list[Take]]:
        which = self.compile(key, scope)
        takes = [self._taking(syntax.NamePattern(name), scope, known)] if name else []
        return which, takes + ([self._taking(inside, scope, known)] if inside else [])


def _array(items: list[Take]) -> Take:
    def take(env: Environment, value: Any) -> Iterator[Environment]:
        if value is not None and not isinstance(value, list):
            raise JqError(f"expected an array but got: {typed(value)}")
        return _all(env, [(item, paths.index(value, at)) for at, item in enumerate(items)])

    return take


def _all(env: Environment, parts: list[tuple[Take, Any]]) -> Iterator[Environment]:
    if not parts:
        yield env
        return
    take, value = parts[0]
    for known in take(env, value):
        yield from _all(known, parts[1:])


def _object(members: list[tuple[Run, list[Take]]]) -> Take:
    def take(env: Environment, value: Any) -> Iterator[Environment]:
        return _members(env, value, members)

    return take


def _members(
    env: Environment, value: Any, members: list[tuple[Run, list[Take]]]
) -> Iterator[Environment]:
    if not members:
        yield env
        return
    which, takes = members[0]
    for key, _ in which(env, value, None):
        found = paths.index(value, key)
        for known in _all(env, [(take, found) for take in takes]):
            yield from _members(known, value, members[1:])


def _bind(source: Run, takes: list[Take], numbers: list[int], body: Run) -> Run:
    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        for found, _ in source(env, value, None):
            yield from bound(env, found, value, trail)

    def bound(env: Environment, found: Any, value: Any, trail: Trail) -> Pairs:
        for at, take in enumerate(takes):
            known = {**env, **dict.fromkeys(numbers)} if len(takes) > 1 else env
            try:
                for inside in take(known, found):
                    yield from body(inside, value, trail)
            except JqError:
                if at == len(takes) - 1:
                    raise
            else:
                return

    return run


def _reduce(source: Run, take: Take, start: Run, update: Run) -> Run:
    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        for first, where in start(env, value, trail):
            state = first
            for found, further in source(env, value, where):
                for inside in take(env, found):
                    outputs = [output for output, _ in update(inside, state, further)]
                    state = outputs[-1] if outputs else state
            yield state, trail

    return run


def _foreach(source: Run, take: Take, start: Run, update: Run, extract: Run) -> Run:
    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        for first, where in start(env, value, trail):
            state = first
            for found, further in source(env, value, where):
                for inside in take(env, found):
                    for state, last in update(inside, state, further):  # noqa: B020  # as above
                        yield from extract(inside, state, last)

    return run
