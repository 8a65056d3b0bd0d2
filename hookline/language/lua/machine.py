"""What a running script stands on: its globals, the metatable of texts, calls, metamethods."""

import math
import operator
from collections.abc import Callable
from typing import Any

from hookline.language.gomath import power
from hookline.language.lua.values import (
    Fault,
    Function,
    LuaError,
    Table,
    Tail,
    parse_number,
    shown,
    type_name,
)

DEEPEST = 256  # call frames of gopher-lua, the script itself among them
_CHAIN = 100


class Machine:
    """One script at work.

    Attributes:
        globals: its global variables.
        strings: the table that `("x"):upper()` looks in.
        depth: calls under way.
        line: where the last call stands.
    """

    def __init__(self) -> None:
        self.globals = Table()
        self.strings = Table()
        self.depth = 0
        self.line = 0

    def meta(self, value: Any, event: bytes) -> Any:
        """Return the metamethod of a value, or None."""
        if type(value) is Table:
            return value.meta.get(event) if value.meta is not None else None
        return self.strings.get(event) if type(value) is bytes else None

    def index(self, value: Any, key: Any) -> Any:
        """Return `value[key]`, asking `__index` where there is none."""
        for _ in range(_CHAIN):
            is_table = type(value) is Table
            if is_table:
                found = value.get(key)
                if found is not None or value.meta is None:
                    return found
            handler = self.meta(value, b"__index")
            if handler is None:
                if is_table:
                    return None
                raise Fault(_no_table(value, key))
            if type(handler) is Function:
                return self.call_one(handler, [value, key])
            value = handler
        raise Fault("too many recursions in gettable")

    def set_index(self, value: Any, key: Any, new: Any) -> None:
        """Do `value[key] = new`, asking `__newindex` where there is none."""
        for _ in range(_CHAIN):
            is_table = type(value) is Table
            if is_table and (value.meta is None or value.get(key) is not None):
                _set(value, key, new)
                return
            handler = self.meta(value, b"__newindex")
            if handler is None:
                if not is_table:
                    raise Fault(_no_table(value, key))
                _set(value, key, new)
                return
            if type(handler) is Function:
                self.call(handler, [value, key, new])
                return
            value = handler
        raise Fault("too many recursions in settable")

    def call(self, function: Any, arguments: list[Any]) -> list[Any]:
        """Call anything that can be called."""
        function, arguments = self._callable(function, arguments)
        if self.depth >= DEEPEST:
            raise Fault("stack overflow")
        self.depth += 1
        try:
            results = function.call(arguments)
            while type(results) is Tail:
                results = self._tail(results)
            return list(results)
        finally:
            self.depth -= 1

    def _callable(self, function: Any, arguments: list[Any]) -> tuple[Function, list[Any]]:
        if type(function) is Function:
            return function, arguments
        handler = self.meta(function, b"__call")
        if type(handler) is not Function:
            raise Fault("attempt to call a non-function object")
        return handler, [function, *arguments]

    def _tail(self, tail: Tail) -> Any:
        try:
            function, arguments = self._callable(tail.function, tail.arguments)
            return function.call(arguments)
        except Fault as error:
            raise located(error, tail.line) from error

    def call_one(self, function: Any, arguments: list[Any]) -> Any:
        """Call and return the first result, nil where there is none."""
        results = self.call(function, arguments)
        return results[0] if results else None

    def arithmetic(self, event: str, left: Any, right: Any) -> Any:
        """Return the result of a sign for what are not two numbers."""
        handler = self._either(left, right, f"__{event}".encode())
        if type(handler) is Function:
            return self.call_one(handler, [left, right])
        numbers: list[Any] = [
            parse_number(each) if type(each) is bytes else each for each in (left, right)
        ]
        if type(numbers[0]) is float and type(numbers[1]) is float:
            return ARITHMETIC[event](*numbers)
        kinds = [
            "number" if type(number) is float else type_name(each)
            for number, each in zip(numbers, (left, right), strict=True)
        ]
        raise Fault(f"cannot perform {event} operation between {kinds[0]} and {kinds[1]}")

    def _either(self, left: Any, right: Any, event: bytes) -> Any:
        handler = self.meta(left, event)
        return self.meta(right, event) if handler is None else handler

    def concat(self, left: Any, right: Any) -> Any:
        """Return `left .. right` where one of them is neither text nor number."""
        handler = self._either(left, right, b"__concat")
        if type(handler) is Function:
            return self.call_one(handler, [left, right])
        names = f"{type_name(left)} and {type_name(right)}"
        raise Fault(f"cannot perform concat operation between {names}")

    def less(self, left: Any, right: Any) -> bool:
        """Return `left < right`."""
        if type(left) is type(right) and type(left) in {float, bytes}:
            return bool(left < right)
        found = self._rational(left, right, b"__lt")
        if found is None:
            raise _incomparable(left, right)
        return found

    def less_or_equal(self, left: Any, right: Any) -> bool:
        """Return `left <= right`."""
        if type(left) is type(right) and type(left) in {float, bytes}:
            return bool(left <= right)
        found = self._rational(left, right, b"__le")
        if found is None:
            opposite = self._rational(right, left, b"__lt")
            if opposite is None:
                raise _incomparable(left, right)
            return not opposite
        return found

    def equal(self, left: Any, right: Any) -> bool:
        """Return `left == right`."""
        if type(left) is not type(right):
            return False
        if left is right:
            return bool(left == left)  # noqa: PLR0124  # NaN is not itself
        if type(left) is Table:
            return bool(self._rational(left, right, b"__eq"))
        return bool(left == right) if type(left) in {float, bytes, bool} else False

    def _rational(self, left: Any, right: Any, event: bytes) -> bool | None:
        if type_name(left) != type_name(right):
            return None
        handler = self.meta(left, event)
        if type(handler) is Function and handler is self.meta(right, event):
            return self.call_one(handler, [left, right]) not in (None, False)
        return None

    def minus(self, value: Any) -> Any:
        """Return `-value` of what is no number."""
        handler = self.meta(value, b"__unm")
        if type(handler) is Function:
            return self.call_one(handler, [value])
        number = parse_number(value) if type(value) is bytes else None
        if number is None:
            raise Fault("__unm undefined")
        return -number

    def length(self, value: Any) -> Any:
        """Return `#value`."""
        if type(value) is bytes:
            return float(len(value))
        handler = self.meta(value, b"__len")
        if type(handler) is Function:
            return self.call_one(handler, [value])
        if type(value) is not Table:
            raise Fault("__len undefined")
        return float(value.length())


def _set(table: Table, key: Any, value: Any) -> None:
    if key is None or key != key:  # noqa: PLR0124  # NaN
        raise Fault("table index is nil" if key is None else "table index is NaN")
    table.set(key, value)


def _no_table(value: Any, key: Any) -> str:
    return f"attempt to index a non-table object({type_name(value)}) with key '{shown(key)}'"


def _incomparable(left: Any, right: Any) -> Fault:
    return Fault(f"attempt to compare {type_name(left)} with {type_name(right)}")


def located(error: Fault, line: int) -> LuaError:
    """Return the error of a library function, or of an operation, with its line."""
    return LuaError(f"<string>:{line}: {error}".encode(errors="surrogateescape"))


def divide(left: float, right: float) -> float:
    """Return a quotient of floats: by zero it is infinite, or no number."""
    if right == 0:
        if left == 0 or left != left:  # noqa: PLR0124  # NaN
            return float("nan")
        return float("inf") if (left > 0) == (str(right)[0] != "-") else float("-inf")
    return left / right


def modulo(left: float, right: float) -> float:
    """Return the remainder with the sign of the divisor."""
    if right == 0 or math.isinf(left) or left != left or right != right:  # noqa: PLR0124  # NaN
        return float("nan")
    found = math.fmod(left, right)
    return found + right if found * right < 0 else found


ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": divide,
    "mod": modulo,
    "pow": power,
}
