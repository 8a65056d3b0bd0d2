"""A piece of JSON text, and what gjson's `Result` says of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hookline.language.gjson import tokens
from hookline.language.gjson.budget import Budget
from hookline.language.gofloat import parse_float
from hookline.language.jsontext import number_text

KINDS = {ord('"'): "string", ord("t"): "true", ord("f"): "false", ord("n"): "null"}
KINDS |= dict.fromkeys(b"{[", "json")
_START = re.compile(rb'["{\[ntf+\-0-9iIN]')
_DIGITS = re.compile(rb"-?[0-9]*+")
_INTEGER = re.compile(rb"-?[0-9]{1,18}")
_SAFE = 2.0**53
_TRUE = (b"1", b"t", b"true")
_FALSE = (b"0", b"f", b"false")


def kind_of(data: bytes, start: int, stop: int) -> str:
    """Return the kind of the value that starts there."""
    kind = KINDS.get(data[start], "number")
    return "number" if kind == "null" and tokens.is_number(data, start, stop) else kind


@dataclass(frozen=True, slots=True)
class Value:
    """A value, as the place where its text stands.

    Attributes:
        data: the document, or a text that was made of it.
        start: where its text starts in `data`; stop: where it ends. An empty one does not exist.
        index: where Go says that it stands in the document asked; 0: not known.
        indexes: the same for each element of what `#` found, None if nothing was asked so.
    """

    data: bytes
    start: int
    stop: int
    index: int = 0
    indexes: tuple[int, ...] | None = None

    @property
    def exists(self) -> bool:
        """Whether there is a value."""
        return self.stop > self.start

    @property
    def raw(self) -> bytes:
        """Its exact text."""
        return self.data[self.start : self.stop]

    @property
    def kind(self) -> str:
        """As `Found.kind`; `null` for what does not exist."""
        return kind_of(self.data, self.start, self.stop) if self.exists else "null"

    @property
    def text(self) -> bytes:
        """The inside of a text, without its escapes."""
        closed = tokens.text_end(self.data, self.start, self.stop) == self.stop
        return tokens.unescape(self.data[self.start + 1 : self.stop - closed])

    @property
    def number(self) -> float:
        """A number as Go's `ParseFloat` reads it."""
        return parse_float(self.raw.decode(errors="replace"))

    @property
    def string(self) -> bytes:
        """What gjson's `String()` gives: raw integers and blocks, nothing for null."""
        match self.kind:
            case "string":
                return self.text
            case "null":
                return b""
            case "number" if not _DIGITS.fullmatch(self.raw):
                return number_text(self.number).encode()
            case "true" | "false" as word:
                return word.encode()
            case _:
                return self.raw

    @property
    def integer(self) -> int:
        """What gjson's `Int()` gives."""
        match self.kind:
            case "string" if _INTEGER.fullmatch(self.text):
                return int(self.text)
            case "number":
                return int(max(-_SAFE, min(self.number, _SAFE)))
            case kind:
                return int(kind == "true")

    @property
    def truth(self) -> bool | None:
        """Whether it is true, of a text or number what it says, None if it says neither."""
        match self.kind:
            case "string":
                word = self.text.lower()
                return True if word in _TRUE else False if word in _FALSE else None
            case "number":
                return self.number != 0
            case kind:
                return {"true": True, "false": False}.get(kind)

    @property
    def is_array(self) -> bool:
        """Whether it is an array."""
        return self.exists and self.data[self.start] == ord("[")

    @property
    def is_object(self) -> bool:
        """Whether it is an object."""
        return self.exists and self.data[self.start] == ord("{")

    def shifted(self, by: int) -> "Value":
        """Return the same with its places counted from `by` bytes before."""
        if self.indexes is not None:
            indexes = tuple(index + by for index in self.indexes)
            return Value(self.data, self.start, self.stop, self.index, indexes)
        return Value(self.data, self.start, self.stop, self.index + by)

    def placed_in(self, document: "Value") -> "Value":
        """Return the same with its index in a document, 0 if it is no part of its text."""
        inside = self.data is document.data and document.start <= self.start < document.stop
        index = self.start - document.start if inside else 0
        return Value(self.data, self.start, self.stop, index, self.indexes)


NOTHING = Value(b"", 0, 0)


def made(text: bytes) -> Value:
    """Return a value of a text that is in no document."""
    return Value(text, 0, len(text))


def parse(document: Value, budget: Budget) -> Value:
    """Return the one value that a text holds (`gjson.Parse`): a block is all the rest of it."""
    data, stop = document.data, document.stop
    budget.spend(0)
    start = document.start
    while start < stop and data[start] <= ord(" "):
        start += 1
    if start == stop or data[start] not in b'{[+-0123456789iINntf"':
        return NOTHING
    if data[start] in b"{[":
        end = stop
    elif data[start] == ord('"'):
        end = tokens.text_end(data, start, stop) or stop
    elif kind_of(data, start, stop) == "number":
        end = tokens.number_end(data, start, stop)
    else:
        end = tokens.word_end(data, start, stop)
    return Value(data, start, end, index=start - document.start)


def next_value(data: bytes, at: int, stop: int, budget: Budget) -> tuple[int, Value] | None:
    """Return where the reader goes on and the next value from `at` on, None if there is none."""
    start = _START.search(data, at, stop)
    if start is None:
        return None
    place = start.start()
    first = data[place]
    if first in b"{[":
        end, after = tokens.block_end(data, place, stop, budget)
        return after, Value(data, place, end)
    if first == ord('"'):
        end = tokens.text_end(data, place, stop)
    elif kind_of(data, place, stop) == "number":
        end = tokens.number_end(data, place, stop)
    else:
        end = tokens.word_end(data, place, stop)
    return (end, Value(data, place, end)) if end else None


def members(value: Value, budget: Budget) -> Iterator[tuple[Value, Value]]:
    """Yield (key, value) for each member of a block, with the key `NOTHING` in an array.

    A value that is no block is its own only member (`gjson.ForEach`).
    """
    if value.kind != "json":
        if value.exists:
            yield NOTHING, value
        return
    data, stop = value.data, value.stop
    place = value.start + 1
    while place < stop:
        key = NOTHING
        if value.is_object:
            quote = data.find(b'"', place, stop)
            end = tokens.text_end(data, quote, stop) if quote >= 0 else 0
            if not end:
                return
            key, place = Value(data, quote, end), end
        while place < stop and (data[place] <= ord(" ") or data[place] in b",:"):
            place += 1
        found = next_value(data, place, stop, budget)
        if found is None:
            return
        budget.spend(found[0] - place)
        yield key, found[1]
        place = found[0] + 1
