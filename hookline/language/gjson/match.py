"""Whether a value fits the condition of a query."""

import operator
from collections.abc import Callable

from hookline.language.gjson.budget import Budget
from hookline.language.gjson.paths import Query
from hookline.language.gjson.value import Value
from hookline.language.gjson.wildcard import matches
from hookline.language.gofloat import parse_float

_COMPARE: dict[bytes, Callable[[bytes | float, bytes | float], bool]] = {
    b"=": operator.eq,
    b"!=": operator.ne,
    b"<": operator.lt,
    b"<=": operator.le,
    b">": operator.gt,
    b">=": operator.ge,
}
_WORDS: dict[tuple[bool, bytes], Callable[[bytes], bool]] = {
    (True, b"="): lambda wanted: wanted == b"true",
    (True, b"!="): lambda wanted: wanted != b"true",
    (True, b">"): lambda wanted: wanted == b"false",
    (True, b">="): lambda _wanted: True,
    (False, b"="): lambda wanted: wanted == b"false",
    (False, b"!="): lambda wanted: wanted != b"false",
    (False, b"<"): lambda wanted: wanted == b"true",
    (False, b"<="): lambda _wanted: True,
}


def fits(query: Query, value: Value, budget: Budget) -> bool:
    """Return whether what the path of a query found fits its condition."""
    if query.value.startswith(b"~"):
        like = _like(query.value[1:], value)
        without = not query.operator
        return like is not None and (without or _word_fits(query.operator, b"true", truth=like))
    if not value.exists or not query.operator:
        return value.exists
    match value.kind:
        case "string":
            return _text_fits(query, value.text, budget)
        case "number":
            return _number_fits(query, value.number)
        case "true" | "false" as word:
            return _word_fits(query.operator, query.value, truth=word == "true")
        case _:
            return False


def _like(word: bytes, value: Value) -> bool | None:
    """Return what `~word` makes of a value, None for a word that is none."""
    match word:
        case b"*":
            return value.exists
        case b"null":
            return value.kind == "null"
        case b"true":
            return value.truth is True
        case b"false":
            return value.kind == "null" or value.truth is False
        case _:
            return None


def _text_fits(query: Query, text: bytes, budget: Budget) -> bool:
    if query.operator in (b"%", b"!%"):
        return matches(text, query.value, budget) is (query.operator == b"%")
    compare = _COMPARE.get(query.operator)
    return compare is not None and compare(text, query.value)


def _number_fits(query: Query, number: float) -> bool:
    compare = _COMPARE.get(query.operator)
    wanted = parse_float(query.value.decode(errors="replace"))
    return compare is not None and compare(number, wanted)


def _word_fits(sign: bytes, wanted: bytes, *, truth: bool) -> bool:
    test = _WORDS.get((truth, sign))
    return test is not None and test(wanted)
