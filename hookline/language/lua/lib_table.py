"""Lua's table library."""

import functools
from collections.abc import Callable
from typing import Any

from hookline.language.lua.arguments import Arguments
from hookline.language.lua.machine import Machine
from hookline.language.lua.pieces import LONGEST_TEXT, truth
from hookline.language.lua.values import Fault, LimitError, Table, number_text, type_name


def _sort(machine: Machine, given: Arguments) -> list[Any]:
    table = given.table(1)
    less = machine.less
    if len(given) > 1:
        function = given.function(2)

        def less(left: Any, right: Any) -> bool:
            return truth(machine.call_one(function, [left, right]))

    def compare(left: Any, right: Any) -> int:
        return -1 if less(left, right) else int(less(right, left))

    items = table.array
    table.array = []
    try:
        items = sorted(items, key=functools.cmp_to_key(compare))
    finally:
        table.array = items
    return []


def _getn(_machine: Machine, given: Arguments) -> list[Any]:
    return [float(given.table(1).length())]


def _maxn(_machine: Machine, given: Arguments) -> list[Any]:
    return [float(last_item(given.table(1)))]


def last_item(table: Table) -> int:
    """Return the number of the last item that is not nil; 0 without any."""
    array = table.array
    return next((place for place in range(len(array), 0, -1) if array[place - 1] is not None), 0)


def _remove(_machine: Machine, given: Arguments) -> list[Any]:
    array = given.table(1).array
    place = -1 if len(given) == 1 else given.integer(2)
    if not array or place > len(array):
        return [None]
    return [array.pop(-1 if place <= 0 else place - 1)]


def _concat(_machine: Machine, given: Arguments) -> list[Any]:
    table, between = given.table(1), given.plain_text(2, b"")
    size = table.length()
    first, last = given.integer(3, 1), given.integer(4, size)
    if len(given) == 3 and not 1 <= first <= size:  # noqa: PLR2004  # with a first one alone
        return [b""]
    parts = []
    for place in range(max(min(first, size), 1), min(last, size) + 1):
        value = table.array[place - 1]
        if type(value) not in {bytes, float}:
            raise Fault(f"invalid value ({type_name(value)}) at index {place} in table for concat")
        parts.append(number_text(value) if type(value) is float else value)
    if sum(map(len, parts)) + len(between) * len(parts) > LONGEST_TEXT:
        raise LimitError("table.concat makes too long a text")
    return [between.join(parts)]


def _insert(_machine: Machine, given: Arguments) -> list[Any]:
    table = given.table(1)
    if len(given) == 1:
        raise Fault("wrong number of arguments")
    if len(given) == 2:  # noqa: PLR2004  # a table and a value
        append(table, given[2])
        return []
    place, value = given.integer(2), given.any(3)
    if place > len(table.array):
        table.set_index(place, value)
    elif place <= 0:
        table.set(float(place), value)
    else:
        table.array.insert(place - 1, value)
    return []


def append(table: Table, value: Any) -> None:
    """Put a value behind the last item that is not nil."""
    array = table.array
    if value is None:
        return
    if not array or array[-1] is not None:
        array.append(value)
    else:
        array[last_item(table)] = value


FUNCTIONS: dict[str, Callable[[Machine, Arguments], list[Any]]] = {
    "concat": _concat,
    "getn": _getn,
    "insert": _insert,
    "maxn": _maxn,
    "remove": _remove,
    "sort": _sort,
}
