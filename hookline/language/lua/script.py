"""One script, ready to run on events: what a filter's and a transform's `script` are."""

from typing import Any

from hookline.language import gojson
from hookline.language.errors import LanguageError
from hookline.language.lua.execution import compile_function
from hookline.language.lua.lib_table import last_item
from hookline.language.lua.library import furnish
from hookline.language.lua.machine import Machine
from hookline.language.lua.parser import parse
from hookline.language.lua.values import Fault, LuaError, Table, float_text, type_name


class ScriptError(Exception):
    """A script gave no result; the message says why."""


class Script:
    """A compiled script; each run begins with globals as new."""

    def __init__(self, source: str) -> None:
        """LanguageError, with the line in its message, when the source is no Lua."""
        self._machine = Machine()
        try:
            self._main = compile_function(self._machine, parse(source.encode()))
        except RecursionError as error:
            raise LanguageError("the script is nested too deeply") from error

    def judge(self, data: bytes) -> bool:
        """Return whether the last value that the script returns for an event's data is true.

        Raises:
            ScriptError: the data is no JSON object, or the script failed.
        """
        results = self._run(data)
        return bool(results) and results[-1] is True

    def transform(self, data: bytes) -> bytes:
        """Return the JSON of the last value that the script returns: a table.

        Raises:
            ScriptError: the data is no JSON object, the script failed or returned no table.
        """
        results = self._run(data)
        if not results or type(results[-1]) is not Table:
            found = type_name(results[-1]) if results else "nothing"
            raise ScriptError(f"the script must return a table, it returned {found}")
        try:
            return gojson.dumps(from_lua(results[-1])).encode()
        except RecursionError as error:
            raise ScriptError("the table that the script returned is nested too deeply") from error
        except ValueError as error:
            raise ScriptError(f"the script returned what JSON cannot hold: {error}") from error

    def _run(self, data: bytes) -> list[Any]:
        try:
            event = gojson.loads(data)
        except ValueError as error:
            raise ScriptError(f"the event's data is no JSON: {error}") from error
        if event is not None and not isinstance(event, dict):
            raise ScriptError("the event's data is no JSON object")
        furnish(self._machine)
        self._machine.globals.set(b"event", to_lua(event or {}))
        try:
            return self._machine.call(self._main, [])
        except (LuaError, Fault) as error:
            raise ScriptError(str(error)) from error
        except RecursionError as error:
            raise ScriptError("stack overflow") from error
        finally:
            self._machine.globals = self._machine.strings = Table()


def to_lua(value: dict[str, Any]) -> Table:
    """Return an object as the table that a script sees.

    As in Argo Events nulls are gone, and so are arrays directly inside of arrays.
    """
    table = Table()
    for key, member in value.items():
        if isinstance(member, list):
            items = Table()
            items.array = [_scalar(each) for each in member if _fits_in_array(each)]
            table.set(key.encode(), items)
        elif member is not None:
            table.set(key.encode(), _scalar(member))
    return table


def _fits_in_array(value: Any) -> bool:
    return value is not None and not isinstance(value, list)


def _scalar(value: Any) -> Any:
    if isinstance(value, dict):
        return to_lua(value)
    return value.encode() if isinstance(value, str) else value


def from_lua(value: Any) -> Any:
    """Return a Lua value as JSON's: a table with items is an array, its other keys are dropped."""
    if type(value) is bytes:
        return value.decode(errors="surrogateescape")
    if type(value) is not Table:
        if type(value) in {float, bool} or value is None:
            return value
        raise ValueError(f"a {type_name(value)}")
    size = last_item(value)
    if size:
        return [from_lua(each) for each in value.array[:size]]
    members = value.items()
    if not members and value.meta is not None and value.meta.get(b"__is_array") is True:
        return []
    return {_key(key): from_lua(member) for key, member in members}


def _key(key: Any) -> str:
    if type(key) is bytes:
        return key.decode(errors="surrogateescape")
    if type(key) is float:
        return str(int(key)) if key == 0 else float_text(key)
    if type(key) is bool:
        return "true" if key else "false"
    raise ValueError(f"a key that is a {type_name(key)}")
