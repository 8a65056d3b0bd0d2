"""Writing into JSON text as Go's sjson (1.2.5) does, with what it overlooks.

For the destinations that a tree cannot tell: they are found by gjson, in the text.
"""

from collections.abc import Sequence

import msgspec

from hookline.language.errors import LanguageError
from hookline.language.gjson import GjsonPath, compile_path
from hookline.language.gjson.budget import Budget
from hookline.language.gjson.value import Value, made, members, parse
from hookline.language.sjson.parts import Slot

MAX_PADDING = 10_000
_SPACES = bytes(range(33))
_encode = msgspec.json.Encoder().encode


def put_where_found(text: bytes, path: GjsonPath, raw: bytes) -> bytes:
    """Return `text` with `raw` written over all that a path finds; nothing changes without."""
    found = path.place(text)
    if not found.exists:
        return text
    if found.index:
        end = found.index + found.stop - found.start
        text = text[: found.index] + raw + text[end:]
    if not found.indexes:
        return text
    budget = Budget()
    lengths = [value.stop - value.start for _, value in members(found, budget)]
    if len(lengths) != len(found.indexes):
        return text
    places = zip(found.indexes, lengths, strict=True)
    for index, length in sorted(places, key=lambda place: -place[0]):
        budget.build(len(text))
        text = text[:index] + raw + text[index + length :]
    return text


def put(text: bytes, slots: Sequence[Slot], raw: bytes) -> bytes:
    """Return `text` with `raw` written at the place of a plain destination; LanguageError."""
    slot = slots[0]
    found = compile_path(slot.path).place(text)
    if found.index > 0:
        inner = put(found.raw, slots[1:], raw) if len(slots) > 1 else raw
        return text[: found.index] + inner + text[found.index + found.stop - found.start :]
    block = parse(made(text), Budget())
    if block.kind != "json":
        block = made(b"{}" if slot.number is None else b"[]")
    body = block.raw
    comma = body[1:].lstrip(_SPACES)[:1] not in (b"}", b"]", b"")
    if block.is_object:
        end = max(body.rfind(b"}"), 0)
        return body[:end] + b"," * comma + _member(slots, raw) + b"}"
    if slot.number is None:
        if not slot.append:
            raise not_an_index(slot)
        return body.strip(_SPACES).removesuffix(b"]") + b"," * comma + build(slots[1:], raw) + b"]"
    return _filled(block, slot.number, build(slots[1:], raw), comma=comma)


def _filled(block: Value, number: int, raw: bytes, *, comma: bool) -> bytes:
    elements = [element.raw for _, element in members(block, Budget())]
    missing = check_padding(number - len(elements))
    if not elements:
        return b"[" + b"null," * missing + raw + b"]"
    return b"[" + b",".join([*elements, *[b"null"] * missing]) + b"," * comma + raw + b"]"


def _member(slots: Sequence[Slot], raw: bytes) -> bytes:
    return _encode(slots[0].key) + b":" + build(slots[1:], raw)


def build(slots: Sequence[Slot], raw: bytes) -> bytes:
    """Return the value with the blocks around it that are not there yet."""
    for at in reversed(range(len(slots))):
        slot = slots[at]
        if slot.number is None and not slot.append:
            raw = b"{%b:%b}" % (_encode(slot.key), raw)
        else:
            raw = b"[" + b"null," * check_padding(slot.number or 0) + raw + b"]"
    return raw


def check_padding(count: int) -> int:
    """Return how many elements are filled up; LanguageError when they are too many."""
    if count > MAX_PADDING:
        raise LanguageError(f"an index more than {MAX_PADDING} beyond the end of an array")
    return max(count, 0)


def not_an_index(slot: Slot) -> LanguageError:
    """Return the error for a name where an array stands."""
    return LanguageError(f"{slot.key} is no index, and an array stands there")
