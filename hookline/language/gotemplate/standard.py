"""Go's own functions of templates (funcs.go), and sprig's about types."""

import urllib.parse
from datetime import datetime
from typing import Any

from gotpl.funcs.sprig.lists import deep_equal_value
from gotpl.runtime.sync_vm import _html, _js

from hookline.language.errors import LanguageError
from hookline.language.gotemplate.budget import Budget
from hookline.language.gotemplate.formatting import go_sprintf
from hookline.language.gotemplate.printing import text_of
from hookline.language.gotemplate.values import (
    INVALID,
    StringMap,
    is_nil,
    kind,
    truth,
    type_name,
)

_BASIC = {"int": "int", "int64": "int"}


def _not(value: Any) -> bool:
    return not truth(value)


def _basic(value: Any) -> str:
    """Return what kind of basic type a value has to comparisons, empty for none."""
    name = kind(value)
    name = _BASIC.get(name, name)
    return name if name in {"bool", "int", "float64", "string", "complex128"} else ""


def _plain(value: Any) -> Any:
    return INVALID if value is None else value


def _equal(budget: Budget, first: Any, *others: Any) -> bool:
    if not others:
        raise LanguageError("missing argument for comparison")
    first = _plain(first)
    for other in map(_plain, others):
        budget.step()
        if _same(first, other):
            return True
    return False


def _same(first: Any, other: Any) -> bool:
    one, two = _basic(first), _basic(other)
    if one != two:
        if first is INVALID or other is INVALID:
            return False
        raise LanguageError(
            f"incompatible types for comparison: {type_name(first)} and {type_name(other)}"
        )
    if one:
        return bool(first == other)
    if first is not INVALID and other is not INVALID and kind(first) != kind(other):
        raise LanguageError(f"non-comparable type {type_name(other)}")
    if is_nil(first) or is_nil(other):
        return is_nil(first) == is_nil(other)
    if not isinstance(first, datetime):
        raise LanguageError(f"non-comparable type {type_name(other)}")
    return bool(first == other)


def _not_equal(budget: Budget, first: Any, other: Any) -> bool:
    return not _equal(budget, first, other)


def _less(first: Any, other: Any) -> bool:
    one, two = _basic(_plain(first)), _basic(_plain(other))
    if not one or not two:
        raise LanguageError("invalid type for comparison")
    if one != two:
        raise LanguageError("incompatible types for comparison")
    if one in {"bool", "complex128"}:
        raise LanguageError("invalid type for comparison")
    if one == "string":
        return bool(_bytes(first) < _bytes(other))
    return bool(first < other)


def _less_equal(first: Any, other: Any) -> bool:
    return _less(first, other) or _same(first, other)


def _greater(first: Any, other: Any) -> bool:
    return not _less_equal(first, other)


def _greater_equal(first: Any, other: Any) -> bool:
    return not _less(first, other)


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def _length(value: Any) -> int:
    if isinstance(value, str):
        return len(_bytes(value))
    if isinstance(value, list | dict):
        return len(value)
    raise LanguageError(f"len of type {type_name(value)}")


def _index(value: Any, *indexes: Any) -> Any:
    if _plain(value) is INVALID:
        raise LanguageError("index of untyped nil")
    for index in map(_plain, indexes):
        if isinstance(value, list | str):
            value = _element(value, index)
        elif isinstance(value, dict):
            value = _member(value, index)
        elif value is None:
            raise LanguageError("index of nil pointer")
        else:
            raise LanguageError(f"can't index item of type {type_name(value)}")
    return value


def _element(value: list[Any] | str, index: Any) -> Any:
    if kind(index) not in _BASIC:
        raise LanguageError(f"cannot index slice/array with type {type_name(index)}")
    items = _bytes(value) if isinstance(value, str) else value
    if not 0 <= index < len(items):
        raise LanguageError(f"index out of range: {index}")
    return items[index]


def _member(value: dict[str, Any], index: Any) -> Any:
    if not isinstance(index, str):
        raise LanguageError(f"value has type {type_name(index)}; should be string")
    return value.get(index, "" if isinstance(value, StringMap) else None)


def _call(value: Any, *_arguments: Any) -> Any:
    raise LanguageError(f"call of non-function of type {type_name(value)}")


def _print(*values: Any) -> str:
    parts: list[str] = []
    for index, value in enumerate(values):
        if index and not isinstance(value, str) and not isinstance(values[index - 1], str):
            parts.append(" ")
        parts.append(text_of(value))
    return "".join(parts)


def _println(*values: Any) -> str:
    return f"{' '.join(map(text_of, values))}\n"


def _shown(values: tuple[Any, ...]) -> str:
    """Return the text that html, js and urlquery escape; they show nil as templates do."""
    return _print(*("<no value>" if value is None else value for value in values))


def _escaped_html(*values: Any) -> str:
    return str(_html(_shown(values), format_mode="go"))


def _escaped_js(*values: Any) -> str:
    return str(_js(_shown(values), format_mode="go"))


def _escaped_query(*values: Any) -> str:
    return urllib.parse.quote_plus(_shown(values), safe="", errors="surrogateescape")


def _type_is(target: str, value: Any) -> bool:
    return target == type_name(value)


def _type_is_like(target: str, value: Any) -> bool:
    return type_name(value) in {target, f"*{target}"}


def _kind_is(target: str, value: Any) -> bool:
    return target == kind(value)


FUNCTIONS = {
    "not": _not,
    "lt": _less,
    "le": _less_equal,
    "gt": _greater,
    "ge": _greater_equal,
    "len": _length,
    "index": _index,
    "call": _call,
    "print": _print,
    "println": _println,
    "html": _escaped_html,
    "js": _escaped_js,
    "urlquery": _escaped_query,
    "typeOf": type_name,
    "typeIs": _type_is,
    "typeIsLike": _type_is_like,
    "kindOf": kind,
    "kindIs": _kind_is,
    "deepEqual": deep_equal_value,
}
COUNTED = {"eq": _equal, "ne": _not_equal, "printf": go_sprintf}
