"""Which dependencies make a trigger due: `conditions`, compiled to a pure question about names."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from hookline.manifest import Place

_TOKEN = re.compile(r"&&|\|\||[()]|[^\s()&|]+|\S")
_BINDS = {"&&": 2, "||": 1}
_HINT = "names, &&, || and parentheses, like (a && b) || c"


@dataclass(frozen=True, slots=True)
class Condition:
    """When a trigger is due.

    Attributes:
        names: its dependencies, each once, as they are mentioned.
        joins: it needs several events at a time (its text has `&`, as upstream decides).
        postfix: names and operators, operands first.
    """

    names: tuple[str, ...]
    joins: bool
    postfix: tuple[str, ...]

    def holds(self, present: Collection[str]) -> bool:
        """Return whether the trigger is due when these dependencies have an event."""
        stack: list[bool] = []
        for word in self.postfix:
            if word not in _BINDS:
                stack.append(word in present)
                continue
            right, left = stack.pop(), stack.pop()
            stack.append((left and right) if word == "&&" else (left or right))
        return stack.pop()


def read_conditions(text: str, dependencies: tuple[str, ...], place: Place) -> Condition | None:
    """Return the condition that `text` says; None with mistakes noted at `place`.

    Empty text stands for all dependencies joined, as upstream.
    """
    if not text.strip():
        operators = ("&&",) * (len(dependencies) - 1)
        return Condition(dependencies, bool(operators), (*dependencies, *operators))
    known = len(place.mistakes)
    postfix = _postfix(text, lambda word: _resolve(word, dependencies, place))
    if postfix is None:
        place.error(f"{text!r} is no condition", code="bad-conditions", suggestion=f"write {_HINT}")
    if postfix is None or len(place.mistakes) > known:
        return None
    names = tuple(dict.fromkeys(word for word in postfix if word not in _BINDS))
    return Condition(names, "&" in text, tuple(postfix))


def _postfix(text: str, resolve: Callable[[str], str]) -> list[str] | None:
    """Return names and operators in the order of work, None when the syntax is wrong."""
    done: list[str] = []
    waiting: list[str] = []  # operators and open parentheses
    operand_next = True
    for word in _TOKEN.findall(text):
        if operand_next != (word not in _BINDS and word != ")"):
            return None
        if word == "(":
            waiting.append(word)
        elif word == ")":
            _flush(waiting, done, 1)
            if not waiting:
                return None
            waiting.pop()
        elif word in _BINDS:
            _flush(waiting, done, _BINDS[word])
            waiting.append(word)
            operand_next = True
        elif word in "&|":
            return None
        else:
            done.append(resolve(word))
            operand_next = False
    _flush(waiting, done, 1)
    return None if operand_next or waiting else done


def _flush(waiting: list[str], done: list[str], strength: int) -> None:
    """Move the operators that bind at least as strongly, up to an open parenthesis."""
    while waiting and _BINDS.get(waiting[-1], 0) >= strength:
        done.append(waiting.pop())


def _resolve(word: str, dependencies: tuple[str, ...], place: Place) -> str:
    """Find a dependency; `-` and `_` are the same in conditions, an exact name comes first."""
    for name in (word, *dependencies):
        if name in dependencies and name.replace("-", "_") == word.replace("-", "_"):
            return name
    known = ", ".join(dependencies) or "none"
    place.error(
        f"{word!r} is no dependency of this Sensor",
        code="unknown-dependency",
        suggestion=f"known here: {known}",
    )
    return word
