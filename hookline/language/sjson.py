"""Plain sjson destinations: where a value is written in a tree of dicts and lists.

`a.2` fills an array up with null, `a.-1` appends, `a.:2` is the key "2", a backslash escapes a dot.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from hookline.language import gjson
from hookline.language.dotted import Part, later, split
from hookline.language.errors import LanguageError
from hookline.language.jsontext import go_text

MAX_PADDING = 10_000


class _Slot(NamedTuple):
    """One step of a destination.

    Attributes:
        key: the member of an object.
        element: the index in an array of what it replaces, if that is there.
        number: where it goes in an array that is too short or not there; None: in no array.
        append: it goes to the end of an array.
    """

    key: str
    element: int | None
    number: int | None
    append: bool


@dataclass(frozen=True, slots=True)
class Destination:
    """A compiled destination; `text` is as it was written."""

    text: str
    slots: tuple[_Slot, ...]
    path: gjson.GjsonPath

    def existing(self, tree: Any) -> str | None:
        """Return what stands there as gjson's `String()`, None if the path does not exist.

        Upstream reads it as a gjson path, so `:2` is the key ":2" here and `-1` names nothing.
        """
        for step in self.path.steps:
            if isinstance(tree, dict) and step.key in tree:
                tree = tree[step.key]
            elif isinstance(tree, list) and step.element is not None and step.element < len(tree):
                tree = tree[step.element]
            else:
                return None
        return go_text(tree)

    def set(self, tree: Any, value: Any) -> Any:
        """Write a value and return the tree, changed in place where it has a place for it.

        Raises LanguageError, with the tree unchanged, for a name in an array and for an index
        far beyond the end of one.
        """
        return _put(tree, self.slots, value)


def _put(node: Any, slots: tuple[_Slot, ...], value: Any) -> Any:
    if not slots:
        return value
    slot, rest = slots[0], slots[1:]
    if isinstance(node, list) or (not isinstance(node, dict) and slot.number is not None):
        return _put_in_array(node if isinstance(node, list) else [], slot, rest, value)
    node = node if isinstance(node, dict) else {}
    there = slot.key in node
    node[slot.key] = _put(node[slot.key], rest, value) if there else _build(rest, value)
    return node


def _put_in_array(node: list[Any], slot: _Slot, rest: tuple[_Slot, ...], value: Any) -> list[Any]:
    if slot.element is not None and slot.element < len(node):
        node[slot.element] = _put(node[slot.element], rest, value)
        return node
    if slot.number is None and not slot.append:
        raise LanguageError(f"{slot.key} is no index, and an array stands there")
    new = _build(rest, value)
    node += _padding((slot.number or 0) - len(node))
    node.append(new)
    return node


def _build(slots: tuple[_Slot, ...], value: Any) -> Any:
    """Return the value with the blocks around it that are not there yet."""
    if not slots:
        return value
    slot, rest = slots[0], slots[1:]
    inner = _build(rest, value)
    if slot.number is None and not slot.append:
        return {slot.key: inner}
    return [*_padding(slot.number or 0), inner]


def _padding(count: int) -> list[None]:
    if count > MAX_PADDING:
        raise LanguageError(f"an index more than {MAX_PADDING} beyond the end of an array")
    return [None] * max(count, 0)


def compile_destination(text: str) -> Destination:
    """Return the compiled destination; LanguageError if it is empty or (`not_yet`) not plain."""
    if not text:
        raise LanguageError("a destination cannot be empty")
    slots = tuple(_slot(text, part) for part in split(text, special="*?|#@"))
    return Destination(text, slots, gjson.compile_path(text))


def _slot(text: str, part: Part) -> _Slot:
    forced = part.raw.startswith(":")
    raw = part.raw.removeprefix(":") if forced else part.raw
    key = part.name.removeprefix(":") if forced else part.name
    if raw.startswith(("!", "[", "{")):
        raise later(text, f"{raw[0]} at the start of a name", f"; escape a literal one: \\{raw[0]}")
    digits = key.isascii() and key.isdigit()
    element = gjson.index_of(raw)
    # Go's loop over the digits of an empty name finds nothing wrong with it: the number 0.
    number = int(key or "0") if not forced and (digits or not key) else None
    return _Slot(key, element, number, append=key == "-1" and not forced)
