"""The values of expressions as Go has them: integers beside floats, texts that are bytes.

A Go int is a Python int of 64 bits, a float64 a float; what Go keeps in a slice of another type
than `[]any` is a list of its own class, since Go finds such slices unequal.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hookline.language.expression.numbers import signed
from hookline.language.expression.values import quote, same

type Step = Callable[["Run"], Any]

MAX_STEPS = 1_000_000
MAX_ITEMS = 1_000_000
MAX_TEXT = 16 << 20
_BYTES_A_STEP = 1000
_WORD = 1 << 64
_HALF = 1 << 63


class EvaluationError(ValueError):
    """An expression cannot be evaluated on this data."""


class Integers(list[Any]):
    """A `[]int`: a range."""


class Texts(list[Any]):
    """A `[]string`: what `split` gives."""


class Groups(dict[Any, Any]):
    """A `map[any][]any`; the keys are pairs of a type and a value, so that 1 is not true."""


@dataclass(frozen=True, slots=True)
class Native:
    """A function among the variables."""

    name: str
    call: Callable[..., Any]


@dataclass(slots=True)
class Scope:
    """The item that a closure is worked out for."""

    items: Any
    index: int = 0
    acc: Any = None


@dataclass(slots=True)
class Run:
    """One evaluation: its variables, the closures that are open, and what it may still cost."""

    variables: Mapping[str, Any]
    names: dict[str, Any] = field(default_factory=dict)
    scopes: list[Scope] = field(default_factory=list)
    _steps: int = 0
    _items: int = 0

    def spend(self, steps: int) -> None:
        """Count work; EvaluationError when it is too much."""
        self._steps += steps
        if self._steps > MAX_STEPS:
            raise EvaluationError(f"the expression takes more than {MAX_STEPS} steps")

    def grow(self, items: int) -> None:
        """Count items of new lists and objects; EvaluationError as upstream's budget."""
        self._items += items
        if self._items >= MAX_ITEMS:
            raise EvaluationError("memory budget exceeded")

    def read(self, value: Any) -> None:
        """Count the work of going through a text, a list or an object."""
        if isinstance(value, str):
            self.spend(len(value) // _BYTES_A_STEP)
        elif isinstance(value, list | dict):
            self.spend(len(value))


def kind(value: Any) -> str:
    """Return a value's type for messages."""
    names = {bool: "a boolean", int: "a number", float: "a number", str: "text"}
    if value is None:
        return "nil"
    if isinstance(value, Native):
        return "a function"
    return names.get(type(value)) or ("a list" if isinstance(value, list) else "an object")


def is_number(value: Any) -> bool:
    """Return whether a value is an int or a float, not a boolean."""
    return type(value) in (int, float)


def wrapped(number: int) -> int:
    """Return an integer as 64 bits hold it."""
    return (number + _HALF) % _WORD - _HALF


def to_int(value: Any) -> int:
    """Return a number as an int, cut; EvaluationError for all else."""
    if not is_number(value):
        raise EvaluationError(f"{kind(value)} is used where a number is needed")
    return signed(value) if isinstance(value, float) else int(value)


def text(value: Any) -> str:
    """Return a text; EvaluationError for all else."""
    if not isinstance(value, str):
        raise EvaluationError(f"{kind(value)} is used where text is needed")
    return value


def boolean(value: Any, where: str) -> bool:
    """Return a boolean; EvaluationError for all else."""
    if not isinstance(value, bool):
        raise EvaluationError(f"{where} needs true or false, not {kind(value)}")
    return value


def checked(found: str) -> str:
    """Return a new text; EvaluationError when it is too long."""
    if len(found) > MAX_TEXT:
        raise EvaluationError(f"a text is longer than {MAX_TEXT >> 20} Mi characters")
    return found


def to_bytes(value: str) -> bytes:
    """Return a text as Go holds it."""
    try:
        return value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace")


def from_bytes(value: bytes) -> str:
    """Return the text of some bytes, which may be no UTF-8."""
    return value.decode("utf-8", "surrogateescape")


def equal(left: Any, right: Any) -> bool:
    """Return `==`: numbers by value, all else by type and value."""
    if is_number(left) and is_number(right):
        if isinstance(left, int) and isinstance(right, int):
            return left == right
        return float(left) == float(right)
    return same(left, right)


def length(value: Any) -> int:
    """Return the number of items, or of a text's bytes."""
    if isinstance(value, str):
        return len(to_bytes(value))
    if isinstance(value, list | dict):
        return len(value)
    raise EvaluationError(f"{kind(value)} has no length")


def fetch(value: Any, key: Any) -> Any:
    """Return a member of an object (nil where it has none), or an item of a list or text."""
    if isinstance(value, Groups):
        return value.get((type(key), key)) if is_hashable(key) else None
    if isinstance(value, dict):
        if key is None:
            key = ""
        if not isinstance(key, str):
            raise EvaluationError(f"an object's member is named by a text, not by {kind(key)}")
        return value.get(key)
    if not isinstance(value, list | str):
        shown = key if isinstance(key, str) else quote(key)
        raise EvaluationError(f"{shown} is not there: what is before it is {kind(value)}")
    return item(value, to_int(key))


def item(value: Any, index: int) -> Any:
    """Return an item of a list, or a byte of a text; a negative index counts from the end."""
    items = to_bytes(value) if isinstance(value, str) else value
    if index < 0:
        index += len(items)
    if not 0 <= index < len(items):
        what = "the text" if isinstance(value, str) else "the list"
        raise EvaluationError(f"{index} is out of {what}, which has {len(items)} items")
    return items[index]


def is_hashable(key: Any) -> bool:
    """Return whether Go takes a value as a key."""
    return not isinstance(key, list | dict)


def cut(value: Any, start: Any, stop: Any) -> Any:
    """Return `value[start:stop]`; what is out of range is left out."""
    if not isinstance(value, list | str):
        raise EvaluationError(f"{kind(value)} cannot be cut")
    items = to_bytes(value) if isinstance(value, str) else value
    first, last = (_place(to_int(place), len(items)) for place in (start, stop))
    last = min(last, len(items))
    found = items[min(first, last) : last]
    return from_bytes(found) if isinstance(found, bytes) else type(value)(found)


def _place(index: int, count: int) -> int:
    return max(index + count, 0) if index < 0 else index


def within(needle: Any, value: Any) -> bool:
    """Return `needle in value`."""
    if value is None:
        return False
    if isinstance(value, list):
        return any(equal(one, needle) for one in value)
    if isinstance(value, Groups):
        return is_hashable(needle) and (type(needle), needle) in value
    if isinstance(value, dict):
        if needle is not None and not isinstance(needle, str):
            raise EvaluationError(f"{kind(needle)} is looked for among the names of an object")
        return (needle or "") in value
    raise EvaluationError(f"in is not for {kind(value)}")
