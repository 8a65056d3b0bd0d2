"""Lua statements to closures over the frame of a call.

A statement returns None to go on, or a signal: BREAK, a Goto, the results of `return` (a list), or
a Tail: a call that takes the place of the function that returns it.
"""

from collections.abc import Callable
from typing import Any

from hookline.language.lua import syntax
from hookline.language.lua.evaluation import Evaluation
from hookline.language.lua.machine import Machine, located
from hookline.language.lua.pieces import FIRST_LOCAL, Evaluate, Frame, Many, truth
from hookline.language.lua.steps import (
    BREAK,
    Execute,
    Store,
    field,
    fresh,
    ignoring,
    labelled,
    local_function,
    loop_bounds,
    repeat_loop,
    stored,
    while_loop,
)
from hookline.language.lua.values import Fault, Function, Tail


def compile_function(machine: Machine, body: syntax.Body) -> Function:
    """Return the main function of a script."""
    main: Function = _Compiler(machine).function(body)([[], []])
    return main


class _Compiler:
    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._expressions = Evaluation(machine, self.function)

    def function(self, body: syntax.Body) -> Evaluate:
        """Return what makes the function, with the outer variables that it keeps."""
        run = self._runner(body)
        kept = [
            (each.slot + FIRST_LOCAL if isinstance(each, syntax.Variable) else each, each)
            for each in body.kept
        ]

        def make(frame: Frame) -> Function:
            cells = [
                frame[place] if isinstance(each, syntax.Variable) else frame[1][place]
                for place, each in kept
            ]
            return Function(lambda arguments: run(arguments, cells))

        return make

    def _runner(self, body: syntax.Body) -> Callable[[list[Any], list[Any]], list[Any]]:
        execute = self._block(body.block)
        stores = [fresh(parameter) for parameter in body.parameters]
        count, size, vararg = len(stores), body.size, body.vararg

        def run(arguments: list[Any], cells: list[Any]) -> list[Any]:
            extra = arguments[count:] if vararg else []
            frame: Frame = [extra, cells, *([None] * size)]
            given = len(arguments)
            for place, store in enumerate(stores):
                store(frame, arguments[place] if place < given else None)
            return execute(frame) or []

        return run

    def _block(self, block: syntax.Block) -> Execute:
        steps = [self._statement(each) for each in block.statements]
        if block.labels:
            return labelled(steps, block.labels)
        if len(steps) == 1:
            return steps[0]

        def execute(frame: Frame) -> Any:
            for step in steps:
                signal = step(frame)
                if signal is not None:
                    return signal
            return None

        return execute

    def _statement(self, node: syntax.Statement) -> Execute:  # noqa: PLR0911  # one return a kind
        match node:
            case syntax.Call():
                return ignoring(self._expressions.call(node))
            case syntax.LocalVariables(variables, values):
                return self._set_all([fresh(each) for each in variables], values)
            case syntax.LocalFunction(variable, body):
                return local_function(variable, self.function(body))
            case syntax.Assign():
                return self._assign(node)
            case syntax.Do(block):
                return self._block(block)
            case syntax.Return(values):
                return self._return(values)
            case syntax.Break():
                return lambda _: BREAK
            case syntax.Goto():
                return lambda _: node
            case syntax.If(branches, otherwise):
                return self._if(branches, otherwise)
            case _:
                return self._loop(node)

    def _loop(self, node: syntax.Statement) -> Execute:
        match node:
            case syntax.While(condition, block):
                return while_loop(self._expressions.one(condition), self._block(block))
            case syntax.Repeat(block, condition):
                return repeat_loop(self._block(block), self._expressions.one(condition))
            case syntax.NumericFor():
                return self._numeric(node)
            case syntax.GenericFor():
                return self._generic(node)
        raise TypeError(node)

    def _return(self, values: list[syntax.Expr]) -> Execute:
        if len(values) == 1 and isinstance(values[0], syntax.Call):
            prepare, line = self._expressions.prepared(values[0]), values[0].line
            return lambda frame: Tail(*prepare(frame), line)
        return self._expressions.many(values)

    def _assign(self, node: syntax.Assign) -> Execute:
        targets = [self._target(each) for each in node.targets]
        if len(targets) == 1 and len(node.values) == 1:
            target, value = targets[0], self._expressions.one(node.values[0])

            def assign(frame: Frame) -> None:
                target(frame)(frame, value(frame))

            return assign
        values, late = self._values(node), [isinstance(e, syntax.Local) for e in node.targets]

        def assign_all(frame: Frame) -> None:
            stores = [target(frame) for target in targets]
            found: list[Any] = []
            for value in values:
                found += value(frame)
                if len(found) <= len(late) and late[len(found) - 1]:
                    stores[len(found) - 1](frame, found[-1])
            found += [None] * (len(stores) - len(found))
            for store, value in reversed(list(zip(stores, found, strict=False))):
                store(frame, value)

        return assign_all

    def _values(self, node: syntax.Assign) -> list[Many]:
        """Return the values one by one; gopher-lua sets a local as soon as its value is known."""
        *first, last = node.values
        return [self._expressions.many([syntax.Paren(each)]) for each in first] + [
            self._expressions.many([last])
        ]

    def _set_all(self, stores: list[Store], nodes: list[syntax.Expr]) -> Execute:
        if len(stores) == 1 and len(nodes) == 1:
            store, single = stores[0], self._expressions.one(nodes[0])
            return lambda frame: store(frame, single(frame))
        values, padding = self._expressions.many(nodes), [None] * len(stores)

        def set_all(frame: Frame) -> None:
            for store, value in zip(stores, values(frame) + padding, strict=False):
                store(frame, value)

        return set_all

    def _target(self, node: syntax.Expr) -> Callable[[Frame], Store]:
        """Return what looks where to store, before the value is known."""
        machine = self._machine
        match node:
            case syntax.Local(variable):
                store = stored(variable)
                return lambda _: store
            case syntax.Upvalue(index):

                def keep(frame: Frame, value: Any) -> None:
                    frame[1][index][0] = value

                return lambda _: keep
            case syntax.Global(name, line):
                return lambda _: field(machine, machine.globals, name, line)
            case syntax.Index(owner, key, line):
                inside, which = self._expressions.one(owner), self._expressions.one(key)
                return lambda frame: field(machine, inside(frame), which(frame), line)
        raise TypeError(node)

    def _if(
        self, branches: list[tuple[syntax.Expr, syntax.Block]], otherwise: syntax.Block | None
    ) -> Execute:
        ready = [(self._expressions.one(test), self._block(block)) for test, block in branches]
        last = self._block(otherwise) if otherwise else None

        def choose(frame: Frame) -> Any:
            for test, execute in ready:
                if truth(test(frame)):
                    return execute(frame)
            return last(frame) if last else None

        return choose

    def _numeric(self, node: syntax.NumericFor) -> Execute:
        bounds = [self._expressions.one(each) for each in node.bounds]
        store, execute, line = fresh(node.variable), self._block(node.block), node.line

        def loop(frame: Frame) -> Any:
            values = [bound(frame) for bound in bounds]
            number, last, step = loop_bounds(values, line)
            number -= step
            while True:
                number += step
                if not ((step > 0 and number <= last) or (step <= 0 and number >= last)):
                    return None
                store(frame, number)
                signal = execute(frame)
                if signal is not None:
                    return None if signal is BREAK else signal

        return loop

    def _generic(self, node: syntax.GenericFor) -> Execute:
        values, machine, line = self._expressions.many(node.values), self._machine, node.line
        stores, execute = [fresh(each) for each in node.variables], self._block(node.block)
        padding: list[Any] = [None] * max(3, len(stores))

        def loop(frame: Frame) -> Any:
            function, state, control = (values(frame) + padding)[:3]
            while True:
                try:
                    found = machine.call(function, [state, control])
                except Fault as error:
                    raise located(error, line) from error
                control = found[0] if found else None
                if control is None:
                    return None
                for store, value in zip(stores, found + padding, strict=False):
                    store(frame, value)
                signal = execute(frame)
                if signal is not None:
                    return None if signal is BREAK else signal

        return loop
