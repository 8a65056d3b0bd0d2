"""What names mean in a jq program: variables, functions and labels, each known by a number."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from hookline.language.jq.trails import Trail

type Environment = dict[int, Any]
type Run = Callable[[Environment, Any, Trail], Iterator[tuple[Any, Trail]]]


@dataclass(slots=True)
class Definition:
    """A function: its parameters (a value too, where `$` is written), and its body once known."""

    closures: list[int] = field(default_factory=list)
    values: list[tuple[int, int]] = field(default_factory=list)
    body: Run | None = None


class Scope:
    """The names that are known at a place; an inner one knows those of the outer ones."""

    def __init__(self, outer: "Scope | None" = None) -> None:
        self._outer = outer
        self._numbers: Iterator[int] = itertools.count() if outer is None else outer._numbers  # noqa: SLF001  # its own kind
        self._names: dict[str, Any] = {}

    def inner(self) -> "Scope":
        """Return a scope within this one."""
        return Scope(self)

    def declare(self, name: str) -> int:
        """Return the number of a new variable (`$x`), closure (`f/0`) or label (`*l`)."""
        number = next(self._numbers)
        self._names[name] = number
        return number

    def define(self, name: str) -> Definition:
        """Return a new function, `f/1`."""
        definition = Definition()
        self._names[name] = definition
        return definition

    def find(self, name: str) -> Any:
        """Return what a name means, None when it means nothing."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope._names:  # noqa: SLF001  # its own kind
                return scope._names[name]  # noqa: SLF001  # its own kind
            scope = scope._outer  # noqa: SLF001  # its own kind
        return None
