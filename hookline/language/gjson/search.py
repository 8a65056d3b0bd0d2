"""A look-up of any gjson path in JSON text, as patient and as lenient as Go's gjson.

The first of equal keys wins, and where the path leads nowhere below it the next one is tried;
broken JSON ends the search, it is no error.
"""

import re

from hookline.language.gjson import modifiers, paths, tokens
from hookline.language.gjson.budget import Budget
from hookline.language.gjson.grammar import Grammar
from hookline.language.gjson.match import fits
from hookline.language.gjson.value import NOTHING, Value, made, next_value, parse
from hookline.language.gjson.wildcard import matches
from hookline.language.wellformed import is_json

_KEY = re.compile(rb'["}]')
_VALUE = re.compile(rb'["{\[ntf+\-0-9iIN]')
_ELEMENT = re.compile(rb'["{\[\]ntf+\-0-9iIN]')
_OPENING = re.compile(rb"[{\[]")
_SPACES = b" \t\r\n"


class Search:
    """One look-up; `budget` bounds all of it."""

    __slots__ = ("_grammar", "budget")

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self.budget = Budget()

    def get(self, document: Value, path: bytes) -> Value:
        """Return what a path finds in a text; LanguageError when that takes too much."""
        self.budget.enter()
        self.budget.spend(0)
        found = None
        if len(path) > 1 and path[:1] in (b"@", b"!"):
            found = self._changed(document, path)
        elif len(path) > 1 and path[:1] in (b"[", b"{"):
            chosen, path = self._grammar.multipath(path)
            if chosen is not None and (not path or path[:1] in (b".", b"|")):
                found = self._multipath(document, chosen, path)
        if found is None:
            found = self._plain(document, path)
        self.budget.leave()
        return found

    def inside(self, value: Value, path: bytes) -> Value:
        """Return what a path finds in a value, its places counted as the value's are."""
        return self.get(value, path).shifted(value.index)

    def _changed(self, document: Value, path: bytes) -> Value | None:
        """Return what a modifier or literal gives, None if the path starts with none."""
        changed = modifiers.apply(self, document, path)
        if changed is None:
            return None
        text, rest = changed
        if rest[:1] not in (b".", b"|"):
            return parse(text, self.budget)
        found = self.get(text, rest[1:])
        return Value(found.data, found.start, found.stop)

    def _multipath(self, document: Value, chosen: paths.Multipath, rest: bytes) -> Value:
        named = chosen.named
        parts: list[bytes] = []
        for selector in chosen.selectors:
            found = self.get(document, selector.path)
            if found.exists:
                self.budget.build(found.stop - found.start)
                parts.append((_member_name(selector) if named else b"") + found.raw)
        text = b",".join(parts)
        block = made(b"{%b}" % text if named else b"[%b]" % text)
        if not rest:
            return block
        found = self.inside(block, rest[1:])
        return Value(found.data, found.start, found.stop, 0, found.indexes)

    def _plain(self, document: Value, path: bytes) -> Value:
        walk = _Walk(self, document, self._grammar)
        if path.startswith(b".."):
            walk.array(document.start, path[2:])
        elif opening := _OPENING.search(document.data, document.start, document.stop):
            if opening[0] == b"{":
                walk.object(opening.end(), path)
            else:
                walk.array(opening.end(), path)
        if walk.pipe is not None:
            found = self.inside(walk.found, walk.pipe)
            return Value(found.data, found.start, found.stop, 0, found.indexes)
        return walk.found.placed_in(document)


def _member_name(selector: paths.Selector) -> bytes:
    name = selector.name
    if name.startswith(b'"') and is_json(name):
        return name + b":"
    return tokens.quote(name or paths.last_name(selector.path)) + b":"


class _Walk:
    """The way of a path through the blocks of one text.

    Attributes:
        found: the value at its end. Go keeps the list of a query even where the way fails.
        pipe: the path to go on with, None if there is none.
    """

    __slots__ = ("_data", "_document", "_grammar", "_search", "_stop", "budget", "found", "pipe")

    def __init__(self, search: Search, document: Value, grammar: Grammar) -> None:
        self._search = search
        self.budget = search.budget
        self._document = document
        self._data = document.data
        self._stop = document.stop
        self._grammar = grammar
        self.found = NOTHING
        self.pipe: bytes | None = None

    def object(self, place: int, path: bytes) -> tuple[int, bool]:
        """Walk the object whose inside starts at `place`: where it went on, and if it found."""
        part = self._grammar.object_part(path)
        if part.pipe is not None:
            self.pipe = part.pipe
        data, stop = self._data, self._stop
        while quote := _KEY.search(data, place, stop):
            if quote[0] == b"}":
                return quote.end(), False
            end = tokens.text_end(data, quote.start(), stop)
            if not end:
                return stop, False
            wanted = self._is_wanted(data[quote.end() : end - 1], part)
            value = _VALUE.search(data, end, stop)
            if value is None:
                break
            place, hit = self._value(value.start(), wanted=wanted, rest=part.rest)
            if hit or not place:
                return place or stop, hit
        return stop, False

    def _is_wanted(self, key: bytes, part: paths.ObjectPart) -> bool:
        name = tokens.unescape(key)
        return matches(name, part.key, self.budget) if part.wild else name == part.key

    def _value(self, place: int, *, wanted: bool, rest: bytes | None) -> tuple[int, bool]:
        """Take, go into or pass by a value; the place is 0 when the text ends in it."""
        if wanted and rest is not None and self._data[place] in b"{[":
            return self._below(place, rest)
        value, after = self._whole(place)
        if after and wanted and rest is None:
            self.found = value
            return after, True
        return after, False

    def _below(self, place: int, rest: bytes) -> tuple[int, bool]:
        self.budget.enter()
        walk = self.object if self._data[place] == ord("{") else self.array
        after = walk(place + 1, rest)
        self.budget.leave()
        return after

    def _whole(self, place: int) -> tuple[Value, int]:
        """Return the value at `place` and where the reader goes on, 0 when it does not end."""
        read = next_value(self._data, place, self._stop, self.budget)
        if read is None:
            return NOTHING, 0
        after, value = read
        self.budget.spend(after - place)
        return value, after

    def array(self, place: int, path: bytes) -> tuple[int, bool]:
        """Walk the array whose inside starts at `place`, as `object`."""
        part = self._grammar.array_part(path)
        if part.pipe is not None:
            self.pipe = part.pipe
        asked = _Query(self, part.query, part.rest) if part.query is not None else None
        starts: list[int] = []
        count = 0
        while place <= self._stop:
            starts.append(place)
            element = _ELEMENT.search(self._data, place, self._stop)
            if element is None or element[0] == b"]":
                end = self._stop if element is None else element.start()
                return end + 1, self._end(part, asked, starts)
            if asked is not None:
                value, place = self._whole(element.start())
                hit = bool(place) and asked.takes(value)
            else:
                wanted = count == part.element
                place, hit = self._value(element.start(), wanted=wanted, rest=part.rest)
            if hit or not place:
                return place or self._stop, hit
            count += 1
        return place, False

    def _end(self, part: paths.ArrayPart, asked: "_Query | None", starts: list[int]) -> bool:
        if part.length and part.each is not None:
            each, pipe = paths.split_pipe(part.each)
            if pipe is not None:
                self.pipe = pipe
            self.found = self._each(each, starts)
            return True
        if part.length:
            self.found = made(b"%d" % (len(starts) - 1))
            return True
        if asked is not None and not self.found.exists and asked.query.every:
            self.found = asked.all_found()
        return False

    def _each(self, path: bytes, starts: list[int]) -> Value:
        texts: list[bytes] = []
        indexes: list[int] = []
        for start in starts:
            place = start
            while place < self._stop and self._data[place] in _SPACES:
                place += 1
            if place == self._stop or self._data[place] == ord("]"):
                continue
            read = next_value(self._data, place, self._stop, self.budget)
            if read is None:
                continue
            element = read[1]
            if element.kind == "json":
                element = element.placed_in(self._document)
            found = self._search.inside(element, path)
            if found.exists:
                self.budget.build(found.stop - found.start)
                texts.append(found.raw)
                indexes.append(found.index)
        text = b"[%b]" % b",".join(texts)
        return Value(text, 0, len(text), 0, tuple(indexes))

    def ask(self, value: Value, path: bytes) -> Value:
        """Return what a path finds in an element."""
        return self._search.get(value, path)

    def built(self, value: Value) -> bytes:
        """Return the text of a value that becomes part of a new text."""
        self.budget.build(value.stop - value.start)
        return value.raw

    def offset(self, value: Value) -> int:
        """Return where a value stands in the document."""
        return value.placed_in(self._document).index


class _Query:
    """A query that is asked of the elements of one array."""

    __slots__ = ("_indexes", "_rest", "_texts", "_walk", "query")

    def __init__(self, walk: _Walk, query: paths.Query, rest: bytes | None) -> None:
        self.query = query
        self._walk = walk
        self._rest = rest
        self._texts: list[bytes] = []
        self._indexes: list[int] = []

    def takes(self, value: Value) -> bool:
        """Ask one element; return whether it ends the search."""
        asked = value
        if value.kind == "json":
            asked = self._walk.ask(value, self.query.path)
        elif self.query.path:
            return False
        if not fits(self.query, asked, self._walk.budget):
            return False
        found = value
        if self._rest is not None:
            self._rest, pipe = paths.split_pipe(self._rest)
            if pipe is not None:
                self._walk.pipe = pipe
            found = self._walk.ask(value, self._rest)
        if not self.query.every:
            self._walk.found = found
            return True
        if found.exists:
            self._texts.append(self._walk.built(found))
            self._indexes.append(found.index + self._walk.offset(value))
        return False

    def all_found(self) -> Value:
        """Return the list of all that matched, with a place for each unless none was asked."""
        text = b"[%b]" % b",".join(self._texts)
        return Value(text, 0, len(text), 0, tuple(self._indexes) if self._indexes else None)
