"""What the parts of a jq program do: generators over an environment, a value and its trail."""

from collections.abc import Callable, Iterator
from typing import Any

from hookline.language.errors import LanguageError
from hookline.language.jq import paths
from hookline.language.jq.forms import FORMS
from hookline.language.jq.operators import BINARY
from hookline.language.jq.scope import Definition, Environment, Run
from hookline.language.jq.trails import Trail, check, step
from hookline.language.jq.values import BreakError, JqError, truth, typed

type Pairs = Iterator[tuple[Any, Trail]]


def piped(left: Run, right: Run) -> Run:
    """Return what runs the right side for each result of the left one."""

    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        for found, where in left(env, value, trail):
            yield from right(env, found, where)

    return run


def either_side(left: Run, right: Run) -> Run:
    """Return what gives the results of both sides."""

    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        yield from left(env, value, trail)
        yield from right(env, value, trail)

    return run


def indexed(target: Run, key: Run) -> Run:
    """Return what takes a member of each result."""

    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        for name, _ in key(env, value, None):
            for found, where in target(env, value, trail):
                member = paths.index(found, name)
                yield member, step(where, found, name, member)

    return run


def sliced(target: Run, start: Run, end: Run) -> Run:
    """Return what takes a part of each result."""

    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        for first, _ in start(env, value, None):
            for last, _ in end(env, value, None):
                for found, where in target(env, value, trail):
                    part = paths.cut(found, first, last)
                    yield part, step(where, found, {"start": first, "end": last}, part)

    return run


def iterated(target: Run) -> Run:
    """Return what gives all members of each result."""

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


def binary(sign: str, left: Run, right: Run) -> Run:
    """Return what joins two values by a sign; the right one changes slowest."""
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


def tried(body: Run, handler: Run | None) -> Run:
    """Return what hands errors to another program, or ends at them."""

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


def labelled(number: int, body: Run) -> Run:
    """Return what a `break` can end."""

    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        label = object()
        try:
            yield from body({**env, number: label}, value, trail)
        except BreakError as error:
            if error.label is not label:
                raise

    return run


def broken(number: int | None, name: str, line: int) -> Run:
    """Return what ends its label; LanguageError when there is none."""
    if number is None:
        raise LanguageError(f"line {line}: label not defined: {name}")

    def run(env: Environment, _value: Any, _trail: Trail) -> Pairs:
        raise BreakError(env[number])

    return run


def closure(number: int) -> Run:
    """Return what runs a program that was given as an argument, where it was written."""

    def run(env: Environment, value: Any, trail: Trail) -> Pairs:
        body, known = env[number]
        return body(known, value, trail)  # type: ignore[no-any-return]  # a Run and its environment

    return run


def formed(name: str, given: list[Run]) -> Run:
    """Return what runs a function that takes programs."""
    form = FORMS[name]
    return lambda env, value, trail: form(env, value, trail, given)


def function(function: Callable[..., Any], given: list[Run]) -> Run:
    """Return what runs a function that takes values."""
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


def user(definition: Definition, given: list[Run]) -> Run:
    """Return what runs a function that is written in jq."""

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
