"""Lua expressions to closures over the frame of a call.

A frame is a list: the extra arguments, the kept variables of outer functions (cells, lists of
one), then the locals; one that an inner function keeps stands there in a cell of its own.
"""

from collections.abc import Callable
from typing import Any

from hookline.language.lua import syntax
from hookline.language.lua.machine import ARITHMETIC, Machine, located
from hookline.language.lua.pieces import (
    Evaluate,
    Frame,
    Many,
    both,
    either,
    first,
    guarded,
    joined,
    joined_pair,
    local,
    operands,
    put,
    truth,
)
from hookline.language.lua.values import (
    Fault,
    Table,
    number_text,
)

_EVENTS = {"+": "add", "-": "sub", "*": "mul", "/": "div", "%": "mod", "^": "pow"}


class Evaluation:
    """Compiles expressions for one machine."""

    def __init__(self, machine: Machine, function: Callable[[syntax.Body], Evaluate]) -> None:
        self._machine = machine
        self._function = function

    def one(self, node: syntax.Expr) -> Evaluate:  # noqa: PLR0911  # one return a kind
        """Return what evaluates an expression to one value."""
        match node:
            case syntax.Constant(value):
                return lambda _: value
            case syntax.Local(variable):
                return local(variable)
            case syntax.Upvalue(index):
                return lambda frame: frame[1][index][0]
            case syntax.Global(name, line):
                return self._global(name, line)
            case syntax.Index(owner, key, line):
                return self._index(owner, key, line)
            case syntax.Vararg():
                return lambda frame: frame[0][0] if frame[0] else None
            case syntax.Paren(inside):
                return self.one(inside)
            case syntax.Body():
                return self._function(node)
            case syntax.Call():
                return first(self.call(node))
            case _:
                return self._compound(node)

    def _compound(self, node: syntax.Expr) -> Evaluate:  # noqa: PLR0911  # one return a kind
        match node:
            case syntax.Binary("and", left, right):
                return both(self.one(left), self.one(right))
            case syntax.Binary("or", left, right):
                return either(self.one(left), self.one(right))
            case syntax.Binary("..", _, _, line):
                return self._concat(operands(node), line)
            case syntax.Binary("==" | "~=" as sign, left, right, line):
                return self._equal(self.one(left), self.one(right), line, same=sign == "==")
            case syntax.Binary(sign, left, right, line) if sign in _EVENTS:
                return self._arithmetic(_EVENTS[sign], self.one(left), self.one(right), line)
            case syntax.Binary(sign, left, right, line):
                return self._compare(sign, self.one(left), self.one(right), line)
            case syntax.Unary(sign, operand, line):
                return self._unary(sign, self.one(operand), line)
            case syntax.TableMaker(fields, line):
                return self._table(fields, line)
        raise TypeError(node)

    def many(self, nodes: list[syntax.Expr]) -> Many:
        """Return what evaluates a list of expressions; the last one may give several values."""
        if not nodes:
            return lambda _: []
        last = nodes[-1]
        rest = self._several(last)
        if rest is None:
            singles = [self.one(node) for node in nodes]
            return lambda frame: [single(frame) for single in singles]
        if len(nodes) == 1:
            return rest
        before, behind = [self.one(node) for node in nodes[:-1]], rest
        return lambda frame: [*[single(frame) for single in before], *behind(frame)]

    def _several(self, node: syntax.Expr) -> Many | None:
        if isinstance(node, syntax.Call):
            return self.call(node)
        return (lambda frame: list(frame[0])) if isinstance(node, syntax.Vararg) else None

    def _global(self, name: bytes, line: int) -> Evaluate:
        machine = self._machine

        def find(_: Frame) -> Any:
            found = machine.globals.hash.get(name)
            if found is None and machine.globals.meta is not None:
                return guarded(machine.index, line, machine.globals, name)
            return found

        return find

    def _index(self, owner: syntax.Expr, key: syntax.Expr, line: int) -> Evaluate:
        machine, inside = self._machine, self.one(owner)
        if isinstance(key, syntax.Constant) and isinstance(key.value, bytes):
            name = key.value

            def field(frame: Frame) -> Any:
                value = inside(frame)
                if type(value) is Table:
                    found = value.hash.get(name)
                    if found is not None or value.meta is None:
                        return found
                return guarded(machine.index, line, value, name)

            return field
        which = self.one(key)
        return lambda frame: guarded(machine.index, line, inside(frame), which(frame))

    def call(self, node: syntax.Call) -> Many:
        """Return what makes a call and gives all its results."""
        prepare, machine, line = self.prepared(node), self._machine, node.line

        def call(frame: Frame) -> list[Any]:
            function, arguments = prepare(frame)
            machine.line = line
            try:
                return machine.call(function, arguments)
            except Fault as error:
                raise located(error, line) from error

        return call

    def prepared(self, node: syntax.Call) -> Callable[[Frame], tuple[Any, list[Any]]]:
        """Return what evaluates a call's function and arguments, and calls nothing yet."""
        target, arguments = self.one(node.function), self.many(node.arguments)
        if node.method is None:
            return lambda frame: (target(frame), arguments(frame))
        machine, name, line = self._machine, node.method, node.line

        def method(frame: Frame) -> tuple[Any, list[Any]]:
            owner = target(frame)
            function = guarded(machine.index, line, owner, name)
            return function, [owner, *arguments(frame)]

        return method

    def _concat(self, nodes: list[syntax.Expr], line: int) -> Evaluate:
        parts, machine = [self.one(node) for node in nodes], self._machine

        def concat(frame: Frame) -> Any:
            values = [part(frame) for part in parts]
            texts = [number_text(one) if type(one) is float else one for one in values]
            if all(type(text) is bytes for text in texts):
                return joined(texts)
            found = values[-1]
            for value in reversed(values[:-1]):
                found = guarded(joined_pair, line, machine, value, found)
            return found

        return concat

    def _arithmetic(self, event: str, left: Evaluate, right: Evaluate, line: int) -> Evaluate:
        machine, plain = self._machine, ARITHMETIC[event]

        def calculate(frame: Frame) -> Any:
            a, b = left(frame), right(frame)
            if type(a) is float and type(b) is float:
                return plain(a, b)
            return guarded(machine.arithmetic, line, event, a, b)

        return calculate

    def _equal(self, left: Evaluate, right: Evaluate, line: int, *, same: bool) -> Evaluate:
        equal = self._machine.equal
        return lambda frame: guarded(equal, line, left(frame), right(frame)) is same

    def _compare(self, sign: str, left: Evaluate, right: Evaluate, line: int) -> Evaluate:
        compare = self._machine.less if sign in {"<", ">"} else self._machine.less_or_equal
        if sign in {"<", "<="}:
            return lambda frame: guarded(compare, line, left(frame), right(frame))

        def turned(frame: Frame) -> Any:
            first = left(frame)
            return guarded(compare, line, right(frame), first)

        return turned

    def _unary(self, sign: str, operand: Evaluate, line: int) -> Evaluate:
        if sign == "not":
            return lambda frame: not truth(operand(frame))
        machine = self._machine
        if sign == "#":
            return lambda frame: guarded(machine.length, line, operand(frame))

        def minus(frame: Frame) -> Any:
            value = operand(frame)
            return -value if type(value) is float else guarded(machine.minus, line, value)

        return minus

    def _table(self, fields: list[tuple[syntax.Expr | None, syntax.Expr]], line: int) -> Evaluate:
        makers = [
            (None if key is None else self.one(key), self.one(value)) for key, value in fields
        ]
        last = fields[-1] if fields else (Ellipsis, None)
        rest = self._several(last[1]) if last[0] is None and last[1] is not None else None
        if rest is not None:
            makers.pop()

        def make(frame: Frame) -> Table:
            table, place = Table(), 0
            items: list[Any] = []
            for key, value in makers:
                if key is None:
                    items.append(value(frame))
                else:
                    guarded(put, line, table, key(frame), value(frame))
            if rest is not None:
                items.extend(rest(frame))
            for place, item in enumerate(items, start=1):
                table.set_index(place, item)
            return table

        return make
