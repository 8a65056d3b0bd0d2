"""Sprig's lists and maps, where gotpl's differ or have no bound (list.go, dict.go)."""

from typing import Any

from gotpl.funcs.sprig import defaults, numeric
from gotpl.funcs.sprig.lists import deep_equal_value

from hookline.language.errors import LanguageError
from hookline.language.gotemplate.budget import Budget
from hookline.language.gotemplate.printing import text_of
from hookline.language.gotemplate.values import Lists, NilList, NilMap, StringMap, kind


def _items(value: Any, verb: str) -> list[Any]:
    if isinstance(value, list):
        return value
    raise LanguageError(f"Cannot {verb} on type {kind(value)}")


def _list(*values: Any) -> list[Any]:
    return list(values)


def _append(value: Any, item: Any) -> list[Any]:
    return [*_items(value, "push"), item]


def _prepend(value: Any, item: Any) -> list[Any]:
    return [item, *_items(value, "prepend")]


def _first(value: Any) -> Any:
    items = _items(value, "find first")
    return items[0] if items else None


def _last(value: Any) -> Any:
    items = _items(value, "find last")
    return items[-1] if items else None


def _rest(value: Any) -> list[Any]:
    items = _items(value, "find rest")
    return list(items[1:]) if items else NilList()


def _initial(value: Any) -> list[Any]:
    items = _items(value, "find initial")
    return list(items[:-1]) if items else NilList()


def _reverse(value: Any) -> list[Any]:
    return list(reversed(_items(value, "find reverse")))


def _compact(value: Any) -> list[Any]:
    return [item for item in _items(value, "compact") if not defaults.empty(item)]


def _in(budget: Budget, item: Any, items: list[Any]) -> bool:
    for each in items:
        budget.step()
        if _equal(budget, item, each):
            return True
    return False


def _equal(budget: Budget, one: Any, other: Any) -> bool:
    if isinstance(one, list | dict):
        budget.walk(one)
    return deep_equal_value(one, other)


def _uniq(budget: Budget, value: Any) -> list[Any]:
    found: list[Any] = []
    for item in _items(value, "find uniq"):
        if not _in(budget, item, found):
            found.append(item)
    return found


def _without(budget: Budget, value: Any, *omitted: Any) -> list[Any]:
    items = _items(value, "find without")
    return [item for item in items if not _in(budget, item, list(omitted))]


def _has(budget: Budget, needle: Any, value: Any) -> bool:
    return value is not None and _in(budget, needle, _items(value, "find has"))


def _slice(value: Any, *indexes: Any) -> Any:
    items = _items(value, "slice")
    if not items:
        return None
    start = numeric.to_int(indexes[0]) if indexes else 0
    end = numeric.to_int(indexes[1]) if len(indexes) > 1 else len(items)
    if not 0 <= start <= end <= len(items):
        raise LanguageError("slice index out of bounds")
    return type(value)(items[start:end])


def _concat(*values: Any) -> list[Any]:
    found = [item for value in values for item in _items(value, "concat")]
    return found or NilList()


def _chunk(size: int, value: Any) -> Lists:
    items = _items(value, "chunk")
    if size <= 0:
        raise LanguageError("a chunk has at least one item")
    return Lists([list(items[at : at + size]) for at in range(0, len(items), size)])


def _dict(*values: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for index in range(0, len(values), 2):
        found[text_of(values[index])] = values[index + 1] if index + 1 < len(values) else ""
    return found


def _set(value: dict[str, Any], key: str, item: Any) -> dict[str, Any]:
    if isinstance(value, NilMap):
        raise LanguageError("assignment to entry in nil map")
    value[key] = item
    return value


def _keys(*values: dict[str, Any]) -> list[str]:
    # Go's order is random; a sorted one is as good as any, and the same every time.
    return [key for value in values for key in sorted(value)]


def _values(value: dict[str, Any]) -> list[Any]:
    return [value[key] for key in sorted(value)]


def _dig(*values: Any) -> Any:
    if len(values) < 3:  # noqa: PLR2004  two keys are the least: where, what, and what else
        raise LanguageError("dig needs at least three arguments")
    *keys, fallback, value = values
    if not all(isinstance(key, str) for key in keys):
        raise LanguageError("interface conversion: dig goes through maps by strings")
    for key in keys:
        if kind(value) != "map" or isinstance(value, StringMap):
            raise LanguageError("interface conversion: dig goes through maps by strings")
        if key not in value:
            return fallback
        value = value[key]
    return value


FUNCTIONS = {
    **dict.fromkeys(("list", "tuple"), _list),
    **dict.fromkeys(("append", "push", "mustAppend", "mustPush"), _append),
    **dict.fromkeys(("prepend", "mustPrepend"), _prepend),
    **dict.fromkeys(("first", "mustFirst"), _first),
    **dict.fromkeys(("last", "mustLast"), _last),
    **dict.fromkeys(("rest", "mustRest"), _rest),
    **dict.fromkeys(("initial", "mustInitial"), _initial),
    **dict.fromkeys(("reverse", "mustReverse"), _reverse),
    **dict.fromkeys(("compact", "mustCompact"), _compact),
    **dict.fromkeys(("slice", "mustSlice"), _slice),
    **dict.fromkeys(("chunk", "mustChunk"), _chunk),
    "concat": _concat,
    "dict": _dict,
    "set": _set,
    "keys": _keys,
    "values": _values,
    "dig": _dig,
}
COUNTED = {
    **dict.fromkeys(("uniq", "mustUniq"), _uniq),
    **dict.fromkeys(("without", "mustWithout"), _without),
    **dict.fromkeys(("has", "mustHas"), _has),
}
