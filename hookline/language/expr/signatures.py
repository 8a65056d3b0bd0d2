"""What the functions of expr-lang take and give, as far as it is known before any data is there."""

from collections.abc import Callable, Mapping

from hookline.language.errors import LanguageError
from hookline.language.expr.static import (
    ANY,
    ARRAY,
    DURATION,
    FLOAT,
    INT,
    MAP,
    TEXT,
    TEXTS,
    TIME,
    Type,
    assignable,
)

type _Forms = tuple[tuple[tuple[Type, ...], Type], ...]

_ONE_OR_TWO: _Forms = (((TEXT, TEXT), TEXT), ((TEXT,), TEXT))
_SPLIT: _Forms = (((TEXT, TEXT), TEXTS), ((TEXT, TEXT, INT), TEXTS))
_PLACE: _Forms = (((TEXT, TEXT), INT),)
_HAS: _Forms = (((TEXT, TEXT), Type("bool")),)
_CHANGE: _Forms = (((TEXT,), TEXT),)
_FORMS: Mapping[str, _Forms] = {
    "type": (((ANY,), TEXT),),
    "string": (((ANY,), TEXT),),
    "toJSON": (((ANY,), TEXT),),
    **dict.fromkeys(("trim", "trimPrefix", "trimSuffix"), _ONE_OR_TWO),
    **dict.fromkeys(("upper", "lower", "toBase64", "fromBase64"), _CHANGE),
    **dict.fromkeys(("split", "splitAfter"), _SPLIT),
    **dict.fromkeys(("indexOf", "lastIndexOf"), _PLACE),
    **dict.fromkeys(("hasPrefix", "hasSuffix"), _HAS),
    "replace": (((TEXT, TEXT, TEXT), TEXT), ((TEXT, TEXT, TEXT, INT), TEXT)),
    "repeat": (((TEXT, INT), TEXT),),
    "join": (((TEXTS, TEXT), TEXT), ((ARRAY, TEXT), TEXT), ((ARRAY,), TEXT), ((TEXTS,), TEXT)),
    "fromJSON": (((TEXT,), ANY),),
    "now": (((), TIME),),
    "duration": (((TEXT,), DURATION),),
    "date": (((TEXT,), TIME), ((TEXT, TEXT), TIME), ((TEXT, TEXT, TEXT), TIME)),
}
_NUMBER = ("int", "float", "any", "duration")
_LIST = ("array", "any")
_OBJECT = ("map", "any")
_TEXT = ("string", "any")
_WHOLE = ("int", "any", "duration")
# What each argument may be; the last entry is what comes of it.
_KINDS: Mapping[str, tuple[tuple[tuple[str, ...], ...], Type]] = {
    "len": ((("array", "map", "string", "any"),), INT),
    **dict.fromkeys(("ceil", "floor", "round"), ((_NUMBER,), FLOAT)),
    "int": (((*_NUMBER, "string"),), INT),
    "float": (((*_NUMBER, "string"),), FLOAT),
    "sum": ((_LIST,), ANY),
    **dict.fromkeys(("mean", "median"), ((_LIST,), FLOAT)),
    **dict.fromkeys(("keys", "values", "toPairs"), ((_OBJECT,), ARRAY)),
    "fromPairs": ((_LIST,), MAP),
    "take": ((_LIST, _WHOLE), ANY),
    "sort": ((_LIST, _TEXT), ARRAY),
    "sortBy": ((_LIST, _TEXT, _TEXT), ARRAY),
}
_OPTIONAL = {"sort": 1, "sortBy": 1}


def result(name: str, arguments: list[Type]) -> Type:
    """Return what a function gives; LanguageError when it cannot take the arguments."""
    if name in _FORMS:
        return _formed(name, arguments)
    if name in _SPECIAL:
        return _SPECIAL[name](name, arguments)
    kinds, found = _KINDS[name]
    if not len(kinds) - _OPTIONAL.get(name, 0) <= len(arguments) <= len(kinds):
        raise LanguageError(f"{name} takes {len(kinds)} values, not {len(arguments)}")
    for argument, allowed in zip(arguments, kinds, strict=False):
        _allow(name, argument, allowed)
    return arguments[0] if name == "take" else found


def _formed(name: str, arguments: list[Type]) -> Type:
    for wanted, found in _FORMS[name]:
        if len(wanted) == len(arguments) and all(map(assignable, arguments, wanted)):
            return found
    shown = ", ".join(map(str, arguments)) or "nothing"
    raise LanguageError(f"{name} cannot take {shown}")


def _allow(name: str, argument: Type, kinds: tuple[str, ...]) -> None:
    if argument.kind not in kinds:
        raise LanguageError(f"{name} cannot take {argument}")


def _absolute(name: str, arguments: list[Type]) -> Type:
    if len(arguments) != 1:
        raise LanguageError(f"{name} takes 1 value, not {len(arguments)}")
    _allow(name, arguments[0], _NUMBER)
    return arguments[0]


def _extreme(name: str, arguments: list[Type]) -> Type:
    if not arguments:
        raise LanguageError(f"{name} takes at least one value")
    for argument in arguments:
        if argument.kind == "any":
            return ANY
        _allow(name, argument, _NUMBER)
    return arguments[0]


def _end(name: str, arguments: list[Type]) -> Type:
    if len(arguments) != 1:
        raise LanguageError(f"{name} takes 1 value, not {len(arguments)}")
    _allow(name, arguments[0], _LIST)
    return Type(arguments[0].item) if arguments[0].kind == "array" else ANY


def _get(name: str, arguments: list[Type]) -> Type:
    if len(arguments) != 2:  # noqa: PLR2004  # the object and the name
        raise LanguageError(f"{name} takes 2 values, not {len(arguments)}")
    value, key = arguments
    wanted = {"array": _WHOLE, "map": (*_TEXT, "nil") if value.literal == "keyed" else _TEXT}
    if value.kind == "any":
        return ANY
    _allow(name, value, ("array", "map"))
    _allow(name, key, wanted[value.kind])
    return Type(value.item)


_SPECIAL: Mapping[str, Callable[[str, list[Type]], Type]] = {
    "abs": _absolute,
    "max": _extreme,
    "min": _extreme,
    "first": _end,
    "last": _end,
    "get": _get,
}
