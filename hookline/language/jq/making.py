"""jq's arrays, objects, texts and updates: what makes values."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any

from hookline.language.jq import paths, syntax
from hookline.language.jq.forms import followed
from hookline.language.jq.operators import BINARY, add
from hookline.language.jq.scope import Environment, Run, Scope
from hookline.language.jq.texts import FORMATS, formatted
from hookline.language.jq.trails import Trail
from hookline.language.jq.values import JqError, is_number, typed

type Pairs = Iterator[tuple[Any, Trail]]


class Maker(ABC):
    """Compiles what makes values."""

    @abstractmethod
    def compile(self, node: syntax.Node, scope: Scope) -> Run:
        """Return what runs a part of a program."""

    def made(self, node: syntax.Node, scope: Scope) -> Run:
        """Return what makes a value."""
        match node:
            case syntax.Array(inside):
                return _array(self.compile(inside, scope) if inside else None)
            case syntax.Object(members):
                return _object([self._member(*member, scope) for member in members])
            case syntax.Interpolated(parts, form):
                return self._text(parts, form, scope)
            case syntax.Format(name):
                return _applied(_format(name))
            case syntax.Unary(sign, operand):
                return _unary(sign, self.compile(operand, scope))
            case syntax.Update(sign, left, right):
                return _update(sign, self.compile(left, scope), self.compile(right, scope))
        raise TypeError(node)

    def _member(
        self, key: syntax.Node, value: syntax.Node | None, scope: Scope
    ) -> tuple[Run, Run | None]:
        return self.compile(key, scope), self.compile(value, scope) if value else None

    def _text(self, parts: list[str | syntax.Node], form: str, scope: Scope) -> Run:
        change = _format(form or "@text")
        ready = [
            part if isinstance(part, str) else (self.compile(part, scope), change) for part in parts
        ]

        def run(env: Environment, value: Any, trail: Trail) -> Pairs:
            for text in _texts(env, value, ready):
                yield text, trail

        return run


def _texts(
    env: Environment, value: Any, parts: list[str | tuple[Run, Callable[[Any], Any]]]
) -> Iterator[str]:
    """Yield all texts that the parts make together; the last one changes slowest."""
    *before, last = parts
    ends = [last] if isinstance(last, str) else (last[1](f) for f, _ in last[0](env, value, None))
    for end in ends:
        if not before:
            yield end
            continue
        for begin in _texts(env, value, before):
            yield add(begin, end)


def _format(name: str) -> Callable[[Any], Any]:
    return FORMATS.get(name) or (lambda value: formatted(value, name[1:]))


def _applied(change: Callable[[Any], Any]) -> Run:
    return lambda _env, value, trail: iter(((change(value), trail),))


def _array(inside: Run | None) -> Run:
    if inside is None:
        return lambda _env, _value, trail: iter((([], trail),))
    return lambda env, value, trail: iter((([f for f, _ in inside(env, value, None)], trail),))


def _object(members: list[tuple[Run, Run | None]]) -> Run:
    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        for made in _objects(env, value, members, {}):
            yield made, trail

    return run


def _objects(
    env: Environment, value: Any, members: list[tuple[Run, Run | None]], made: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Yield all objects that the members make together; the first one changes slowest."""
    if not members:
        yield made
        return
    key, inside = members[0]
    for name, _ in key(env, value, None):
        if inside is None:
            found = paths.index(value, name)
            yield from _objects(env, value, members[1:], {**made, _key(name): found})
            continue
        for found, _ in inside(env, value, None):
            yield from _objects(env, value, members[1:], {**made, _key(name): found})


def _key(name: Any) -> str:
    if not isinstance(name, str):
        raise JqError(f"expected a string for object key but got: {typed(name)}")
    return name


def _unary(sign: str, operand: Run) -> Run:
    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        for found, where in operand(env, value, trail):
            if not is_number(found):
                raise JqError(f"cannot {'negate' if sign == '-' else 'plus'}: {typed(found)}")
            yield -found if sign == "-" else found, where

    return run


def _update(sign: str, left: Run, right: Run) -> Run:
    if sign == "=":
        return _assign(left, right)
    if sign == "|=":
        return lambda env, value, trail: iter(((_modified(env, value, left, right), trail),))
    operation = BINARY[sign[:-1]]

    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        for other, _ in right(env, value, None):

            def change(_env: Environment, old: Any, _trail: Trail, other: Any = other) -> Pairs:
                return iter(((operation(old, other), None),))

            yield _modified(env, value, left, change), trail

    return run


def _assign(left: Run, right: Run) -> Run:
    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        for new, _ in right(env, value, None):
            changed = value
            for path in followed(env, value, left):
                changed = paths.put(changed, path, new)
            yield changed, trail

    return run


def _modified(env: Environment, value: Any, left: Run, change: Run) -> Any:
    """Return a value with its parts changed; where the change gives nothing the part is gone."""
    changed, gone = value, []
    for path in followed(env, value, left):
        new = next(change(env, paths.get(changed, path), None), None)
        if new is None:
            gone.append(path)
        else:
            changed = paths.put(changed, path, new[0])
    return paths.without(changed, gone)
