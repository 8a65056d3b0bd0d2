"""Values as Go's gjson gives them to programs, also of text that is no good JSON."""

import re
from typing import Any

from hookline.language.gjson import tokens
from hookline.language.gjson.budget import Budget
from hookline.language.gjson.value import Value

_PIECE = re.compile(rb'["\-0-9{\[ntf\]}]')


def native(value: Value, budget: Budget) -> Any:
    """Return a value with all numbers floats and the first of equal keys (`gjson.Value`).

    Raises:
        LanguageError: it is nested too deep, or too large.
    """
    # A word that starts with n is always null here, `nan` too.
    if value.data[value.start] == ord("n"):
        return None
    match value.kind:
        case "string":
            return value.text.decode(errors="replace")
        case "number":
            return value.number
        case "json":
            budget.enter()
            block = _block(value, budget)
            budget.leave()
            return block
        case kind:
            return {"true": True, "false": False}.get(kind)


def _block(value: Value, budget: Budget) -> Any:
    pieces = _pieces(value, budget)
    if value.is_array:
        return [native(piece, budget) for piece in pieces]
    members: dict[str, Any] = {}
    for key, member in zip(pieces[::2], pieces[1::2], strict=False):
        name = key.text.decode(errors="replace") if key.kind == "string" else ""
        if name not in members:
            members[name] = native(member, budget)
    return members


def _pieces(value: Value, budget: Budget) -> list[Value]:
    """Return the keys and values of a block, one after the other."""
    found: list[Value] = []
    data, stop, place = value.data, value.stop, value.start + 1
    while (piece := _PIECE.search(data, place, stop)) and piece[0] not in b"]}":
        start = piece.start()
        place = _end(data, start, stop, budget)
        budget.spend(place - start)
        found.append(Value(data, start, place))
    return found


def _end(data: bytes, start: int, stop: int, budget: Budget) -> int:
    letter = data[start]
    if letter in b"{[":
        return tokens.block_end(data, start, stop, budget)[0]
    if letter == ord('"'):
        return tokens.text_end(data, start, stop) or stop
    if letter in b"ntf":
        return tokens.word_end(data, start, stop)
    return tokens.number_end(data, start, stop)
