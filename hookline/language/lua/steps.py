"""What the statements of a script do, and where values are kept."""

from collections.abc import Callable
from typing import Any, Final

from hookline.language.lua import syntax
from hookline.language.lua.machine import Machine, located
from hookline.language.lua.pieces import FIRST_LOCAL, Evaluate, Frame, Many, truth
from hookline.language.lua.values import Fault, LuaError

type Execute = Callable[[Frame], Any]
type Store = Callable[[Frame, Any], None]

BREAK: Final = object()


def ignoring(call: Many) -> Execute:
    """Return what makes a call and drops its results."""

    def ignore(frame: Frame) -> None:
        call(frame)

    return ignore


def local_function(variable: syntax.Variable, make: Evaluate) -> Execute:
    """Return what gives a local variable a function that knows itself."""
    begin, store = fresh(variable), stored(variable)

    def define(frame: Frame) -> None:
        begin(frame, None)
        store(frame, make(frame))

    return define


def labelled(steps: list[Execute], labels: dict[bytes, int]) -> Execute:
    """Return what runs statements, some of which can be gone to."""

    def execute(frame: Frame) -> Any:
        at = 0
        while at < len(steps):
            signal = steps[at](frame)
            at += 1
            if type(signal) is syntax.Goto and signal.label in labels:
                at = labels[signal.label]
            elif signal is not None:
                return signal
        return None

    return execute


def while_loop(test: Evaluate, execute: Execute) -> Execute:
    """Return what runs a block while a test holds."""

    def loop(frame: Frame) -> Any:
        while truth(test(frame)):
            signal = execute(frame)
            if signal is not None:
                return None if signal is BREAK else signal
        return None

    return loop


def repeat_loop(execute: Execute, test: Evaluate) -> Execute:
    """Return what runs a block until a test holds."""

    def loop(frame: Frame) -> Any:
        while True:
            signal = execute(frame)
            if signal is not None:
                return None if signal is BREAK else signal
            if truth(test(frame)):
                return None

    return loop


def fresh(variable: syntax.Variable) -> Store:
    """Return what gives a variable its first value: in a cell of its own, if it is kept."""
    slot = variable.slot + FIRST_LOCAL

    def store(frame: Frame, value: Any) -> None:
        frame[slot] = [value] if variable.captured else value

    return store


def stored(variable: syntax.Variable) -> Store:
    """Return what sets a variable that has a value already."""
    slot = variable.slot + FIRST_LOCAL

    def store(frame: Frame, value: Any) -> None:
        if variable.captured:
            frame[slot][0] = value
        else:
            frame[slot] = value

    return store


def field(machine: Machine, owner: Any, key: Any, line: int) -> Store:
    """Return what sets a field."""

    def store(_: Frame, value: Any) -> None:
        try:
            machine.set_index(owner, key, value)
        except Fault as error:
            raise located(error, line) from error

    return store


def loop_bounds(values: list[Any], line: int) -> tuple[float, float, float]:
    """Return first, last and step of a loop; LuaError when one is no number."""
    names = ("init", "limit", "step")
    for name, value in zip(names, values, strict=False):
        if type(value) is not float:
            text = f"<string>:{line}: for statement {name} must be a number"
            raise LuaError(text.encode())
    return values[0], values[1], values[2] if len(values) > len(names) - 1 else 1.0
