"""Small parts of Lua expressions: closures over the frame of a call."""

from collections.abc import Callable
from typing import Any

from hookline.language.lua import syntax
from hookline.language.lua.machine import Machine, located
from hookline.language.lua.values import Fault, LimitError, Table, number_text

type Frame = list[Any]
type Evaluate = Callable[[Frame], Any]
type Many = Callable[[Frame], list[Any]]

FIRST_LOCAL = 2
LONGEST_TEXT = 16 << 20


def put(table: Table, key: Any, value: Any) -> None:
    """Set a field of a table that is being made."""
    if key is None:
        raise Fault("table index is nil")
    table.set(key, value)


def operands(node: syntax.Expr) -> list[syntax.Expr]:
    """Return what stands between the `..` of a chain."""
    found = []
    while isinstance(node, syntax.Binary) and node.sign == "..":
        found.append(node.left)
        node = node.right
    return [*found, node]


def joined_pair(machine: Machine, left: Any, right: Any) -> Any:
    """Return two values as one text, or what their metamethod makes of them."""
    texts = [number_text(one) if type(one) is float else one for one in (left, right)]
    if all(type(text) is bytes for text in texts):
        return joined(texts)
    return machine.concat(left, right)


def joined(texts: list[Any]) -> bytes:
    """Return texts as one; LimitError when it is too long."""
    if sum(map(len, texts)) > LONGEST_TEXT:
        raise LimitError(f"a text of more than {LONGEST_TEXT} bytes is too long")
    return b"".join(texts)


def guarded(operation: Callable[..., Any], line: int, *arguments: Any) -> Any:
    """Do an operation; what it complains of gets its line."""
    try:
        return operation(*arguments)
    except Fault as error:
        raise located(error, line) from error


def local(variable: syntax.Variable) -> Evaluate:
    """Return what reads a local variable."""
    slot = variable.slot + FIRST_LOCAL
    if variable.captured:
        return lambda frame: frame[slot][0]
    return lambda frame: frame[slot]


def first(call: Many) -> Evaluate:
    """Return what gives the first result of a call."""

    def first(frame: Frame) -> Any:
        results = call(frame)
        return results[0] if results else None

    return first


def both(left: Evaluate, right: Evaluate) -> Evaluate:
    """Return `left and right`."""

    def both(frame: Frame) -> Any:
        value = left(frame)
        return value if value is None or value is False else right(frame)

    return both


def either(left: Evaluate, right: Evaluate) -> Evaluate:
    """Return `left or right`."""

    def either(frame: Frame) -> Any:
        value = left(frame)
        return right(frame) if value is None or value is False else value

    return either


def truth(value: Any) -> bool:
    """Return whether a value counts as true: all but nil and false."""
    return value is not None and value is not False
