"""The parts of a compiled expression, each a closure over the parts below it."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from hookline.language.expression.numbers import signed
from hookline.language.expression.values import EvaluationError, unusable

type Fields = Mapping[str, Any]
type Stage = Callable[[Fields], Any]
type Operator = Callable[[Any, Stage, Fields], Any]
"""Makes a value of the left value and, where it is needed, of the right stage."""
type Step = tuple[Operator, Stage]


def literal(value: Any) -> Stage:
    """Return the stage of a value that stands in the expression."""
    return lambda _fields: value


def field(name: str) -> Stage:
    """Return the stage of a named field."""

    def value(fields: Fields) -> Any:
        try:
            return fields[name]
        except KeyError:
            raise EvaluationError(f"No parameter '{name}' found.") from None

    return value


def accessor(parts: tuple[str, ...], arguments: Stage | None) -> Stage:
    """Return the stage of `a.B`: the path into a Go struct, which no field of an event is."""
    first = field(parts[0])

    def value(fields: Fields) -> Any:
        if arguments is not None:
            arguments(fields)
        first(fields)
        raise EvaluationError(f"Unable to access '{parts[1]}', '{parts[0]}' is not a struct")

    return value


_PREFIXES: dict[str, tuple[type, Callable[[Any], Any]]] = {
    "!": (bool, operator.not_),
    "-": (float, operator.neg),
    "~": (float, lambda value: float(~signed(value))),
}


def prefix(sign: str, stage: Stage) -> Stage:
    """Return `!` of a boolean, `-` or `~` of a number."""
    wanted, change = _PREFIXES[sign]

    def value(fields: Fields) -> Any:
        found = stage(fields)
        if type(found) is not wanted:
            raise unusable(found, f"the prefix '{sign}'")
        return change(found)

    return value


def chain(first: Stage, rest: list[Step]) -> Stage:
    """Return operators of one strength, worked out from the left: `a - b + c`."""
    if len(rest) == 1:
        [(apply, right)] = rest
        return lambda fields: apply(first(fields), right, fields)

    def value(fields: Fields) -> Any:
        found = first(fields)
        for operator_, stage in rest:
            found = operator_(found, stage, fields)
        return found

    return value


def listing(stages: list[Stage]) -> Stage:
    """Return a list of values; a list at its start is continued, as govaluate does it."""
    first, *rest = stages

    def value(fields: Fields) -> list[Any]:
        start = first(fields)
        items = list(start) if isinstance(start, list) else [start]
        items.extend(stage(fields) for stage in rest)
        return items

    return value
