"""Go's values in Python's: which type a value has in Go, and what fits a parameter.

int is `int`, float `float64`, dict `map[string]interface {}`, list `[]interface {}`; the classes
here are for the types that Python does not tell apart.
"""

from datetime import datetime
from typing import Any

from gotpl.funcs.sprig._values import NilSlice
from gotpl.funcs.sprig.semver import Version

from hookline.language.errors import LanguageError


class Invalid:
    """Go's zero reflect.Value: what a missing key gives."""

    def __repr__(self) -> str:
        return "INVALID"


INVALID = Invalid()


class Int64(int):
    """An int64, which is no int to Go: `until (add 1 2)` is an error."""


class Strings(list[str]):
    """A []string."""


class NilStrings(Strings):
    """A []string that is nil: JSON null."""


class Ints(list[int]):
    """A []int."""


class Lists(list[list[Any]]):
    """A [][]interface {}."""


class NilList(NilSlice):
    """A []interface {} that is nil."""


class NilMap(dict[str, Any]):
    """A map[string]interface {} that is nil."""


class StringMap(dict[str, str]):
    """A map[string]string."""


_TYPES: dict[type, tuple[str, str]] = {
    bool: ("bool", "bool"),
    int: ("int", "int"),
    Int64: ("int64", "int64"),
    float: ("float64", "float64"),
    complex: ("complex128", "complex128"),
    str: ("string", "string"),
    dict: ("map[string]interface {}", "map"),
    NilMap: ("map[string]interface {}", "map"),
    StringMap: ("map[string]string", "map"),
    list: ("[]interface {}", "slice"),
    NilList: ("[]interface {}", "slice"),
    Strings: ("[]string", "slice"),
    NilStrings: ("[]string", "slice"),
    Ints: ("[]int", "slice"),
    Lists: ("[][]interface {}", "slice"),
    Version: ("*semver.Version", "ptr"),
}
_PARAMETERS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "int": (int,),
    "float64": (float,),
    "bool": (bool,),
    "map": (dict, NilMap),
}


def type_name(value: Any) -> str:
    """Return the name of a value's type in Go."""
    if value is None or value is INVALID:
        return "<nil>"
    if isinstance(value, datetime):
        return "time.Time"
    return _TYPES[type(value)][0]


def kind(value: Any) -> str:
    """Return the name of a value's kind in Go."""
    if value is None or value is INVALID:
        return "invalid"
    if isinstance(value, datetime):
        return "struct"
    return _TYPES[type(value)][1]


def is_nil(value: Any) -> bool:
    """Return whether a value is nil to Go, of whatever type."""
    return value is None or value is INVALID or isinstance(value, NilList | NilMap | NilStrings)


def truth(value: Any) -> bool:
    """Return whether a value is true to `if`."""
    if value is None or value is INVALID:
        return False
    if isinstance(value, datetime | Version):
        return True
    return bool(value)


def fit(value: Any, parameter: str) -> Any:
    """Return a value as a parameter of that type takes it; LanguageError if it does not fit."""
    if parameter == "any":
        return None if value is INVALID else value
    if parameter == "value":
        return value
    if value is INVALID and parameter == "map":
        return NilMap()
    fits = isinstance(value, datetime) if parameter == "time" else False
    if fits or type(value) in _PARAMETERS.get(parameter, ()):
        return value
    if value is INVALID:
        raise LanguageError(f"invalid value; expected {parameter}")
    raise LanguageError(f"wrong type for value; expected {parameter}; got {type_name(value)}")
