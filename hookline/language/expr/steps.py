"""The steps of an evaluation that are made of other steps, each a closure over a run."""

from typing import Any

from hookline.language.expr import runtime
from hookline.language.expr.operators import OPERATORS
from hookline.language.expr.runtime import EvaluationError, Native, Run, Step
from hookline.language.regexp import compile_regexp


class _Nil(Exception):  # noqa: N818  # no error: the way out of a chain
    """A `?.` found nil."""


def current(run: Run) -> Any:
    """Return the item that `#` names."""
    scope = run.scopes[-1]
    if isinstance(scope.items, dict):
        raise EvaluationError("an object has no items")
    return scope.items[scope.index]


def let(name: str, value: Step, body: Step) -> Step:
    """Return `let name = value; body`."""

    def evaluate(run: Run) -> Any:
        run.names[name] = value(run)
        found = body(run)
        del run.names[name]
        return found

    return evaluate


def unary(sign: str, inner: Step) -> Step:
    """Return `!`, `-` or `+` of a value."""
    if sign in ("!", "not"):
        return lambda run: not runtime.boolean(inner(run), f"what {sign} turns round")
    if sign == "+":
        return inner

    def negative(run: Run) -> int | float:
        value = inner(run)
        if not runtime.is_number(value):
            raise EvaluationError(f"- stands before {runtime.kind(value)}")
        return runtime.wrapped(-value) if isinstance(value, int) else -value

    return negative


def conditional(condition: Step, yes: Step, no: Step) -> Step:
    """Return `condition ? yes : no`."""
    return lambda run: (yes if runtime.boolean(condition(run), "what ? asks") else no)(run)


def matches(left: Step, pattern: str) -> Step:
    """Return `left matches pattern`, the pattern compiled; LanguageError when it is none."""
    search = compile_regexp(pattern)

    def evaluate(run: Run) -> bool:
        searched = runtime.text(left(run))
        run.read(searched)
        return search(searched)

    return evaluate


def among(left: Step, texts: set[Any]) -> Step:
    """Return `in` a list of texts, which upstream turns into a set that takes only texts."""

    def evaluate(run: Run) -> bool:
        value = left(run)
        if value is None:
            return "" in texts
        if not isinstance(value, str):
            raise EvaluationError(f"{runtime.kind(value)} is looked for among texts")
        return value in texts

    return evaluate


def binary(sign: str, left: Step, right: Step) -> Step:
    """Return an operator that needs both values, or `??`."""
    if sign == "??":

        def coalesced(run: Run) -> Any:
            value = left(run)
            return right(run) if value is None else value

        return coalesced
    apply = OPERATORS[sign]
    return lambda run: apply(run, left(run), right(run))


def chain(inner: Step) -> Step:
    """Return nil where a `?.` below found nil."""

    def evaluate(run: Run) -> Any:
        try:
            return inner(run)
        except _Nil:
            return None

    return evaluate


def member(inner: Step, key: Step, *, optional: bool) -> Step:
    """Return a member or an item."""

    def evaluate(run: Run) -> Any:
        value = inner(run)
        if optional and value is None:
            raise _Nil
        return runtime.fetch(value, key(run))

    return evaluate


def sliced(inner: Step, start: Step, stop: Step | None) -> Step:
    """Return a part of a list or text."""

    def evaluate(run: Run) -> Any:
        value = inner(run)
        last = runtime.length(value) if stop is None else stop(run)
        run.read(value)
        return runtime.cut(value, start(run), last)

    return evaluate


def call(callee: Step, arguments: list[Step]) -> Step:
    """Return the call of a function among the variables."""

    def evaluate(run: Run) -> Any:
        values = [one(run) for one in arguments]
        function = callee(run)
        if not isinstance(function, Native):
            raise EvaluationError(f"{runtime.kind(function)} is called like a function")
        run.spend(1)
        for value in values:
            run.read(value)
        return function.call(*values)

    return evaluate
