"""The libraries of a script: base, string, table, math, os; what reaches outside is not there."""

import math
from collections.abc import Callable
from typing import Any

from hookline.language.lua import lib_base, lib_math, lib_os, lib_string, lib_table
from hookline.language.lua.arguments import Arguments
from hookline.language.lua.machine import Machine
from hookline.language.lua.values import Function, Table

type BuiltIn = Callable[[Machine, Arguments], list[Any]]

_LIBRARIES: dict[bytes, dict[str, BuiltIn]] = {
    b"table": lib_table.FUNCTIONS,
    b"math": lib_math.FUNCTIONS,
    b"os": lib_os.FUNCTIONS,
}


def furnish(machine: Machine) -> None:
    """Give a machine new globals: whatever an earlier run did to the old ones is gone."""
    machine.depth = 0
    machine.globals = _table(machine, lib_base.FUNCTIONS)
    machine.strings = _table(machine, lib_string.FUNCTIONS)
    machine.strings.hash[b"gfind"] = machine.strings.hash[b"gmatch"]
    machine.strings.hash[b"__index"] = machine.strings
    tables = {name: _table(machine, functions) for name, functions in _LIBRARIES.items()}
    tables[b"math"].hash.update({b"pi": math.pi, b"huge": lib_math.HUGE})
    machine.globals.hash.update(tables)
    machine.globals.hash[b"string"] = machine.strings
    machine.globals.hash[b"_G"] = machine.globals
    machine.globals.hash[b"_VERSION"] = b"Lua 5.1"


def _table(machine: Machine, functions: dict[str, BuiltIn]) -> Table:
    table = Table()
    for name, function in functions.items():
        table.hash[name.encode()] = _built_in(name, machine, function)
    return table


def _built_in(name: str, machine: Machine, function: BuiltIn) -> Function:
    return Function(lambda values: function(machine, Arguments(name, values)), name)
