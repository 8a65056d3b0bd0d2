"""A destination, compiled: plain ones are followed in the tree, the others in its JSON text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from hookline.language import gjson
from hookline.language.errors import LanguageError
from hookline.language.sjson.parts import Slot, is_searching, slots
from hookline.language.sjson.text import (
    check_padding,
    not_an_index,
    put,
    put_where_found,
)

MAX_LENGTH = 1000
MAX_PARTS = 100
type Order = Literal["sorted"] | None

# Go's encoder writes these so.
_ESCAPED: tuple[tuple[bytes, bytes], ...] = (
    (b"<", rb"\u003c"),
    (b">", rb"\u003e"),
    (b"&", rb"\u0026"),
)
_ESCAPED += tuple((sign.encode(), b"\\u%04x" % ord(sign)) for sign in "\u2028\u2029")


class _OnlyTextTellsError(LanguageError):
    """A part of the destination stands in a text that looks like a block."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A compiled destination.

    Attributes:
        text: as it was written.
        slots: its steps; none if gjson says where to write.
        path: the same as a gjson path.
        order: how Go orders the members of an object that it has as text.
    """

    text: str
    slots: tuple[Slot, ...]
    path: gjson.GjsonPath
    order: Order

    def existing(self, tree: Any) -> str | None:
        """Return what stands there as gjson's `String()`, None if the path does not exist.

        Upstream reads it as a gjson path, so `:2` is the key ":2" here and `-1` names nothing.
        """
        found = self.path.get(_text(tree, self.order))
        return None if found is None else found.text

    def set(self, tree: Any, value: Any) -> Any:
        """Write a value and return the tree, changed in place where it has a place for it.

        Raises LanguageError, with the tree unchanged, for a name in an array, for an index far
        beyond the end of one, and where what was written makes no JSON.
        """
        if self.slots and not any(slot.is_odd for slot in self.slots):
            try:
                return _put(tree, self.slots, value)
            except _OnlyTextTellsError:
                pass
        return self._set_in_text(tree, value)

    def _set_in_text(self, tree: Any, value: Any) -> Any:
        text, raw = _text(tree, self.order), msgspec.json.encode(value)
        written = (
            put(text, self.slots, raw) if self.slots else put_where_found(text, self.path, raw)
        )
        if written == text:
            return tree
        try:
            return msgspec.json.decode(written)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise LanguageError(f"what {self.text} writes makes no JSON: {error}") from error


def _text(tree: Any, order: Order) -> bytes:
    text = b"" if tree is None else msgspec.json.encode(tree, order=order)
    for sign, escape in _ESCAPED:
        text = text.replace(sign, escape)
    return text


def _put(node: Any, slots: Sequence[Slot], value: Any) -> Any:
    if not slots:
        return value
    slot, rest = slots[0], slots[1:]
    if isinstance(node, str) and ("{" in node or "[" in node):
        raise _OnlyTextTellsError(f"{slot.key} stands in a text")
    if isinstance(node, list) or (not isinstance(node, dict) and slot.number is not None):
        return _put_in_array(node if isinstance(node, list) else [], slot, rest, value)
    node = node if isinstance(node, dict) else {}
    there = slot.key in node
    node[slot.key] = _put(node[slot.key], rest, value) if there else _build(rest, value)
    return node


def _put_in_array(node: list[Any], slot: Slot, rest: Sequence[Slot], value: Any) -> list[Any]:
    if slot.element is not None and slot.element < len(node):
        node[slot.element] = _put(node[slot.element], rest, value)
        return node
    if slot.number is None and not slot.append:
        raise not_an_index(slot)
    new = _build(rest, value)
    node += [None] * check_padding((slot.number or 0) - len(node))
    node.append(new)
    return node


def _build(slots: Sequence[Slot], value: Any) -> Any:
    """Return the value with the blocks around it that are not there yet."""
    if not slots:
        return value
    slot, rest = slots[0], slots[1:]
    inner = _build(rest, value)
    if slot.number is None and not slot.append:
        return {slot.key: inner}
    return [*[None] * check_padding(slot.number or 0), inner]


def compile_destination(text: str, order: Order = "sorted") -> Destination:
    """Return the compiled destination; LanguageError if it is empty or too long.

    `order` is None for a tree whose members stand in Go in the order of the tree.
    """
    if not text:
        raise LanguageError("a destination cannot be empty")
    if len(text) > MAX_LENGTH:
        raise LanguageError(f"the path is longer than {MAX_LENGTH} characters")
    steps = () if is_searching(text) else slots(text)
    if len(steps) > MAX_PARTS:
        raise LanguageError(f"the path has more than {MAX_PARTS} parts")
    return Destination(text, steps, gjson.compile_path(text), order)
