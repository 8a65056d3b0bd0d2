"""What library functions ask of their arguments."""

from typing import Any

from hookline.language.lua.values import (
    Fault,
    Function,
    Table,
    number_text,
    parse_number,
    to_int,
    type_name,
)


class Arguments:
    """The arguments of one call of a library function; they count from 1."""

    __slots__ = ("_name", "values")

    def __init__(self, name: str, values: list[Any]) -> None:
        self._name = name
        self.values = values

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, place: int) -> Any:
        return self.values[place - 1] if place <= len(self.values) else None

    def bad(self, place: int, why: str) -> Fault:
        """Return a complaint about an argument."""
        return Fault(f"bad argument #{place} to {self._name} ({why})")

    def _wrong(self, place: int, kind: str) -> Fault:
        return self.bad(place, f"{kind} expected, got {type_name(self[place])}")

    def any(self, place: int) -> Any:
        """Return an argument, which must be there."""
        if place > len(self.values):
            raise self.bad(place, "value expected")
        return self[place]

    def table(self, place: int) -> Table:
        """Return an argument that must be a table."""
        value = self[place]
        if type(value) is not Table:
            raise self._wrong(place, "table")
        return value

    def function(self, place: int) -> Function:
        """Return an argument that must be a function."""
        value = self[place]
        if type(value) is not Function:
            raise self._wrong(place, "function")
        return value

    def number(self, place: int) -> float:
        """Return an argument that must be a number, or a text that is one."""
        value = self[place]
        found = parse_number(value) if type(value) is bytes else value
        if type(found) is not float:
            raise self._wrong(place, "number")
        return found

    def integer(self, place: int, default: int | None = None) -> int:
        """Return an argument that must be a number, cut to an integer."""
        value = self[place]
        if value is None and default is not None:
            return default
        if type(value) is not float:
            raise self._wrong(place, "number")
        return to_int(value)

    def text(self, place: int) -> bytes:
        """Return an argument that must be a text, or a number, as text."""
        value = self[place]
        if type(value) is float:
            return number_text(value)
        if type(value) is not bytes:
            raise self._wrong(place, "string")
        return value

    def plain_text(self, place: int, default: bytes) -> bytes:
        """Return an argument that must be a text if it is there."""
        value = self[place]
        if value is None:
            return default
        if type(value) is not bytes:
            raise self._wrong(place, "string")
        return value
