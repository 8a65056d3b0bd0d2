"""jq's functions that run programs: `select`, `first`, `limit`, `path` and the like.

Each takes the environment, value and trail, and its arguments as programs.
"""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from hookline.language.jq import paths, regex
from hookline.language.jq.operators import add
from hookline.language.jq.scope import Environment, Run
from hookline.language.jq.trails import Trail, begin, check, keys, step
from hookline.language.jq.values import JqError, compare, is_number, truth, wrong

type Pairs = Iterator[tuple[Any, Trail]]
type Form = Callable[[Environment, Any, Trail, list[Run]], Pairs]
type Step = Callable[[Any, Trail], Iterator[tuple[bool, Any, Trail]]]


def empty(_env: Environment, _value: Any, _trail: Trail, _given: list[Run]) -> Pairs:
    """Yield nothing."""
    return iter(())


def select(env: Environment, value: Any, trail: Trail, given: list[Run]) -> Pairs:
    """Yield the value as often as the program is true for it."""
    for found, _ in given[0](env, value, None):
        if truth(found):
            yield value, trail


def first(env: Environment, value: Any, trail: Trail, given: list[Run]) -> Pairs:
    """Yield the first result."""
    for pair in given[0](env, value, trail):
        yield pair
        return


def last(env: Environment, value: Any, trail: Trail, given: list[Run]) -> Pairs:
    """Yield the last result, if there is one."""
    pairs = list(given[0](env, value, trail))[-1:]
    return iter(pairs)


def limit(env: Environment, value: Any, trail: Trail, given: list[Run]) -> Pairs:
    """Yield so many results at most."""
    for count, _ in given[0](env, value, None):
        if compare(count, 0) < 0:
            raise JqError("limit doesn't support negative count")
        left = count
        if compare(count, 0) == 0:
            continue
        for pair in given[1](env, value, trail):
            left = _less(left)
            yield pair
            if compare(left, 0) <= 0:
                break


def _less(count: Any) -> Any:
    if not is_number(count):
        raise wrong("limit", count)
    return count - 1


def skip(env: Environment, value: Any, trail: Trail, given: list[Run]) -> Pairs:
    """Yield the results behind so many."""
    for count, _ in given[0](env, value, None):
        if compare(count, 0) < 0:
            raise JqError("skip doesn't support negative count")
        left = count
        for pair in given[1](env, value, trail):
            left = _less(left)
            if compare(left, 0) < 0:
                yield pair


def path(env: Environment, value: Any, trail: Trail, given: list[Run]) -> Pairs:
    """Yield the path of each result."""
    for found in followed(env, value, given[0]):
        yield found, trail


def followed(env: Environment, value: Any, run: Run) -> Iterator[list[Any]]:
    """Yield the paths that a program's results have in a value."""
    for found, trail in run(env, value, begin(value)):
        check(trail, found, "against")
        yield keys(trail)


def getpath(env: Environment, value: Any, trail: Trail, given: list[Run]) -> Pairs:
    """Yield what is at a path."""
    for where, _ in given[0](env, value, None):
        found = paths.get(value, where)
        yield found, _stepped(trail, value, where, found)


def _stepped(trail: Trail, value: Any, where: list[Any], found: Any) -> Trail:
    for key in where:
        trail = step(trail, value, key, found)
        value = found
    return trail


def count_up(env: Environment, value: Any, trail: Trail, given: list[Run]) -> Pairs:
    """Yield the numbers from the first (0) to the last, by steps (1)."""
    if len(given) == 1:
        for end, _ in given[0](env, value, None):
            yield from _counted(0, end, 1, trail)
        return
    for start, _ in given[0](env, value, None):
        for end, _ in given[1](env, value, None):
            if len(given) == 2:  # noqa: PLR2004  # no step is given
                yield from _counted(start, end, 1, trail)
                continue
            for by, _ in given[2](env, value, None):
                yield from _counted(start, end, by, trail)


def _counted(start: Any, end: Any, by: Any, trail: Trail) -> Pairs:
    for bound in (start, end, by):
        if not is_number(bound):
            raise wrong("range", bound)
    while compare(by, 0) * compare(start, end) < 0:
        yield start, trail
        start = add(start, by)


def _unfolded(follow: Step, value: Any, trail: Trail) -> Pairs:
    """Yield what a step says to yield; its other results are stepped from in their turn."""
    waiting = [follow(value, trail)]
    while waiting:
        for done, found, where in waiting[-1]:
            if done:
                yield found, where
            else:
                waiting.append(follow(found, where))
                break
        else:
            waiting.pop()


def recurse(env: Environment, value: Any, trail: Trail, given: list[Run]) -> Pairs:
    """Yield the value, and all that the program makes of it, and of that."""

    def follow(found: Any, where: Trail) -> Iterator[tuple[bool, Any, Trail]]:
        yield True, found, where
        for each, further in given[0](env, found, where):
            yield False, each, further

    return _unfolded(follow, value, trail)


def repeat(env: Environment, value: Any, trail: Trail, given: list[Run]) -> Pairs:
    """Yield a program's results for the value again and again, as gojq does."""
    while True:
        yield from given[0](env, value, trail)


def loop_while(env: Environment, value: Any, trail: Trail, given: list[Run]) -> Pairs:
    """Yield values while a test holds."""

    def follow(found: Any, where: Trail) -> Iterator[tuple[bool, Any, Trail]]:
        for test, _ in given[0](env, found, None):
            if truth(test):
                yield True, found, where
                for each, further in given[1](env, found, where):
                    yield False, each, further

    return _unfolded(follow, value, trail)


def loop_until(env: Environment, value: Any, trail: Trail, given: list[Run]) -> Pairs:
    """Yield the value as soon as a test holds."""

    def follow(found: Any, where: Trail) -> Iterator[tuple[bool, Any, Trail]]:
        for test, _ in given[0](env, found, None):
            if truth(test):
                yield True, found, where
                continue
            for each, further in given[1](env, found, where):
                yield False, each, further

    return _unfolded(follow, value, trail)


def substitute(env: Environment, value: Any, trail: Trail, given: list[Run]) -> Pairs:
    """Yield a text with its matches replaced by what a program makes of their captures."""
    for flags, _ in given[2](env, value, None):
        for pattern, _ in given[0](env, value, None):
            found = regex.match(value, pattern, flags, testing=False)
            each = [[new for new, _ in given[1](env, regex.captured(m), None)] for m in found]
            for chosen in itertools.product(*reversed(each)):
                yield _replaced(value, found, chosen[::-1]), trail


def _replaced(value: str, found: list[Any], chosen: tuple[Any, ...]) -> Any:
    made, at = value[len(value) :], len(value)
    for match, new in reversed(list(zip(found, chosen, strict=True))):
        end = match["offset"] + match["length"]
        made = add(add(new, value[end:at]), made)
        at = match["offset"]
    return value[:at] + made


FORMS: dict[str, Form] = {
    "empty/0": empty,
    "select/1": select,
    "sub/3": substitute,
    "first/1": first,
    "last/1": last,
    "limit/2": limit,
    "skip/2": skip,
    "path/1": path,
    "getpath/1": getpath,
    "range/1": count_up,
    "range/2": count_up,
    "range/3": count_up,
    "recurse/1": recurse,
    "repeat/1": repeat,
    "while/2": loop_while,
    "until/2": loop_until,
}
