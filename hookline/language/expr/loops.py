"""The functions with a closure: `all`, `filter`, `map` and their like."""

from collections.abc import Callable, Iterator
from typing import Any

from hookline.language.expr import runtime
from hookline.language.expr.runtime import EvaluationError, Groups, Run, Scope, Step

type Loop = Callable[[Run, Scope, Step], Any]
"""Works a closure out for the items of a scope."""


def loop(name: str, items: Step, closure: Step) -> Step:
    """Return the step of a function with a closure."""
    work = _LOOPS[name]

    def evaluate(run: Run) -> Any:
        scope = _opened(run, items(run))
        run.scopes.append(scope)
        try:
            return work(run, scope, closure)
        finally:
            run.scopes.pop()

    return evaluate


def reduce(items: Step, closure: Step, start: Step | None) -> Step:
    """Return the step of `reduce`; without a start the first item is it."""

    def evaluate(run: Run) -> Any:
        scope = _opened(run, items(run))
        run.scopes.append(scope)
        try:
            if start is None:
                scope.acc, begin = runtime.item(scope.items, 0), 1
            else:
                scope.acc, begin = start(run), 0
            for _ in _indexes(run, scope, range(begin, len(scope.items))):
                scope.acc = closure(run)
            return scope.acc
        finally:
            run.scopes.pop()

    return evaluate


def throwing(found: Step) -> Step:
    """Return `filter(…)[0]`, which is `find`, but nothing found is an error."""

    def evaluate(run: Run) -> Any:
        one = found(run)
        if one is _NOTHING:
            raise EvaluationError("no item is left by filter, so it has no first or last one")
        return one

    return evaluate


def mapped(items: Step, kept: Step, closure: Step) -> Step:
    """Return `map(filter(…), …)`: upstream makes one loop of it, whose `#index` is the list's."""

    def work(run: Run, scope: Scope, predicate: Step) -> list[Any]:
        found = [closure(run) for kept in _verdicts(run, scope, predicate) if kept]
        run.grow(len(found))
        return found

    def evaluate(run: Run) -> Any:
        scope = _opened(run, items(run))
        run.scopes.append(scope)
        try:
            return work(run, scope, kept)
        finally:
            run.scopes.pop()

    return evaluate


class _Nothing:
    """What `find` has found when it found nothing, where that is an error."""


_NOTHING = _Nothing()


def _opened(run: Run, value: Any) -> Scope:
    if isinstance(value, str):
        value = runtime.to_bytes(value)
    if not isinstance(value, list | dict | bytes):
        raise EvaluationError(f"{runtime.kind(value)} has no items to go through")
    run.spend(1)
    return Scope(value)


def _indexes(run: Run, scope: Scope, indexes: range) -> Iterator[int]:
    for index in indexes:
        run.spend(1)
        scope.index = index
        yield index


def _asked(run: Run, closure: Step) -> bool:
    return runtime.boolean(closure(run), "what stands behind the comma")


def _verdicts(run: Run, scope: Scope, closure: Step) -> Iterator[bool]:
    for _ in _indexes(run, scope, range(len(scope.items))):
        yield _asked(run, closure)


def _filter(run: Run, scope: Scope, closure: Step) -> list[Any]:
    found = [_items(scope)[scope.index] for kept in _verdicts(run, scope, closure) if kept]
    run.grow(len(found))
    return found


def _items(scope: Scope) -> Any:
    if isinstance(scope.items, dict):
        raise EvaluationError("an object has no items")
    return scope.items


def _map(run: Run, scope: Scope, closure: Step) -> list[Any]:
    run.grow(len(scope.items))
    return [closure(run) for _ in _indexes(run, scope, range(len(scope.items)))]


def _index(*, backwards: bool) -> Loop:
    def work(run: Run, scope: Scope, closure: Step) -> int | None:
        indexes = range(len(scope.items))
        for index in _indexes(run, scope, indexes[::-1] if backwards else indexes):
            if _asked(run, closure):
                return index
        return None

    return work


def _find(*, backwards: bool, missing: Any = None) -> Loop:
    place = _index(backwards=backwards)

    def work(run: Run, scope: Scope, closure: Step) -> Any:
        index = place(run, scope, closure)
        return missing if index is None else _items(scope)[index]

    return work


def _group(run: Run, scope: Scope, closure: Step) -> Groups:
    found = Groups()
    for index in _indexes(run, scope, range(len(scope.items))):
        key = closure(run)
        if not runtime.is_hashable(key):
            raise EvaluationError(f"{runtime.kind(key)} cannot name a group")
        found.setdefault((type(key), key), []).append(_items(scope)[index])
    return found


_LOOPS: dict[str, Loop] = {
    "all": lambda run, scope, closure: all(_verdicts(run, scope, closure)),
    "any": lambda run, scope, closure: any(_verdicts(run, scope, closure)),
    "none": lambda run, scope, closure: not any(_verdicts(run, scope, closure)),
    "one": lambda run, scope, closure: sum(_verdicts(run, scope, closure)) == 1,
    "count": lambda run, scope, closure: sum(_verdicts(run, scope, closure)),
    "filter": _filter,
    "map": _map,
    "find": _find(backwards=False),
    "findLast": _find(backwards=True),
    "findIndex": _index(backwards=False),
    "findLastIndex": _index(backwards=True),
    "filter first": _find(backwards=False, missing=_NOTHING),
    "filter last": _find(backwards=True, missing=_NOTHING),
    "groupBy": _group,
}
