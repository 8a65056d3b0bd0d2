"""What the parts of a gjson path say. The same text means other things in an object and an array.

Go's gjson has no syntax errors: every text is a path, and what is odd in it finds nothing.
"""

import re
from typing import NamedTuple

from hookline.language.gjson import tokens

MODIFIERS = frozenset(
    (b"pretty", b"ugly", b"reverse", b"this", b"flatten", b"join", b"valid", b"keys", b"values")
) | frozenset((b"tostr", b"fromstr", b"group", b"dig"))
_DOT, _PIPE, _BACKSLASH, _QUOTE = b'.|\\"'
_SPACE = bytes(range(33))
_NAME = re.compile(rb"[^.|:]*")
_OPERATOR = re.compile(rb"!=|!%|<=|>=|==|[<>=%]")
_PART_END = re.compile(rb"[.|]")
_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*(?:"|\\?\Z)', re.DOTALL)
_NO_NAME = re.compile(rb"[\x00-\x1f\[\]{}()#|!]")
_MAX_UINT = 2**64


class ObjectPart(NamedTuple):
    """The first part of a path as an object reads it.

    Attributes:
        key: the member's name, or a pattern when `wild`.
        rest: the path below it, None when it ends here.
        pipe: the path that starts anew with what is found, None if there is none.
    """

    key: bytes
    wild: bool
    rest: bytes | None
    pipe: bytes | None


class Query(NamedTuple):
    """A query `#(path operator value)`; `every`: all that match (`#(…)#`), not the first."""

    path: bytes
    operator: bytes
    value: bytes
    every: bool


class ArrayPart(NamedTuple):
    """The first part of a path as an array reads it; `rest` and `pipe` as in `ObjectPart`.

    Attributes:
        element: its index; -1 for none.
        length: the part is `#`: how many elements there are.
        each: the path that is asked of each element (`#.path`).
    """

    element: int
    length: bool
    each: bytes | None
    query: Query | None
    rest: bytes | None
    pipe: bytes | None


class Selector(NamedTuple):
    """One path of a multipath, and its name in an object."""

    name: bytes
    path: bytes


class Multipath(NamedTuple):
    """Several paths; `named`: they make an object (`{a,b}`), else an array (`[a,b]`)."""

    named: bool
    selectors: tuple[Selector, ...]


# A query that is not closed asks for the first value that is there.
_UNCLOSED = Query(b"", b"", b"", every=False)
_NO_PART = ArrayPart(-1, length=False, each=None, query=None, rest=None, pipe=None)


def object_part(path: bytes) -> ObjectPart:
    """Return what a path says to an object."""
    key = bytearray()
    wild = False
    place = 0
    while place < len(path):
        letter = path[place]
        if letter == _PIPE:
            return ObjectPart(bytes(key), wild, None, path[place + 1 :])
        if letter == _DOT:
            rest, pipe = _below(path[place + 1 :])
            return ObjectPart(bytes(key), wild, rest, pipe)
        if letter == _BACKSLASH:
            place += 1
        elif letter in b"*?":
            wild = True
        key += path[place : place + 1]
        place += 1
    return ObjectPart(bytes(key), wild, None, None)


def _below(rest: bytes) -> tuple[bytes | None, bytes | None]:
    """Return (rest, pipe): a dot before a modifier or multipath is a pipe."""
    return (None, rest) if _starts_anew(rest) else (rest, None)


def _starts_anew(path: bytes) -> bool:
    if path[:1] == b"@":
        name = _NAME.match(path, 1)
        return name is not None and name[0] in MODIFIERS
    return path[:1] in (b"[", b"{")


def array_part(path: bytes) -> ArrayPart:
    """Return what a path says to an array, which knows no escapes."""
    if path.startswith(b"#."):
        return _NO_PART._replace(length=True, each=path[2:], rest=path[2:])
    query: Query | None = None
    place = 0
    if path.startswith((b"#(", b"#[")):
        query, place = _query(path)
    end = _PART_END.search(path, place)
    stop = end.start() if end else len(path)
    hashed = b"#" in path[:stop]
    rest, pipe = _after_part(path, stop, hashed=hashed)
    digits = not hashed and path[:stop].isdigit()
    # The number wraps around as Go's does.
    element = int(path[:stop]) % _MAX_UINT if digits else -1
    return ArrayPart(element, path[:stop] == b"#", None, query, rest, pipe)


def _after_part(path: bytes, stop: int, *, hashed: bool) -> tuple[bytes | None, bytes | None]:
    if stop == len(path):
        return None, None
    below = path[stop + 1 :]
    if path[stop] == _PIPE:
        return None, below
    return (below, None) if hashed else _below(below)


def _query(path: bytes) -> tuple[Query, int]:
    """Return the query that a path starts with and where it ends."""
    depth, place, sign = 1, 2, 0
    escaped = False
    while place < len(path):
        letter = path[place]
        if depth == 1 and not sign and letter in b"!=<>%":
            sign = place
        elif letter == _BACKSLASH:
            place += 1
        elif letter in b"[(":
            depth += 1
        elif letter in b"])":
            depth -= 1
            if not depth:
                break
        elif letter == _QUOTE and (text := _QUOTED.match(path, place)):
            escaped = escaped or b"\\" in text[0]
            place = text.end() - 1
        place += 1
    if depth:
        return _UNCLOSED, len(path)
    every = path[place + 1 : place + 2] == b"#"
    if not sign:
        return Query(path[2:place].strip(_SPACE), b"", b"", every), place + 1
    operator, value = _condition(path[sign:place].strip(_SPACE), escaped=escaped)
    return Query(path[2:sign].strip(_SPACE), operator, value, every), place + 1


def _condition(text: bytes, *, escaped: bool) -> tuple[bytes, bytes]:
    match = _OPERATOR.match(text)
    operator = match[0] if match else text if len(text) == 1 else b""
    value = text[len(operator) :].strip(_SPACE)
    if len(value) > 1 and value.startswith(b'"') and value.endswith(b'"'):
        value = tokens.unescape(value[1:-1]) if escaped else value[1:-1]
    return operator.replace(b"==", b"="), value


def split_pipe(path: bytes) -> tuple[bytes, bytes | None]:
    """Return what comes before and after the first pipe outside of queries, None for no pipe."""
    if b"|" not in path:
        return path, None
    if path.startswith(b"{"):
        end = squash_end(path, 1)
        closed = end < len(path) and path[end] == _PIPE
        return (path[:end], path[end + 1 :]) if closed else (path, None)
    place = 0
    while place < len(path):
        letter = path[place]
        if letter == _BACKSLASH:
            place += 1
        elif letter == _PIPE:
            return path[:place], path[place + 1 :]
        elif letter == _DOT:
            if place == len(path) - 1:
                break
            if path[place + 1] == ord("#"):
                place = _after_query(path, place + 2)
        place += 1
    return path, None


def _after_query(path: bytes, place: int) -> int:
    """Return where the query that may open at `place` closes."""
    if path[place : place + 1] not in (b"(", b"["):
        return place
    opening, closing = path[place], ord(")") if path[place] == ord("(") else ord("]")
    depth = 1
    place += 1
    while place < len(path):
        letter = path[place]
        if letter == _BACKSLASH:
            place += 1
        elif letter == opening:
            depth += 1
        elif letter == closing:
            depth -= 1
            if not depth:
                break
        elif letter == _QUOTE and (text := _QUOTED.match(path, place)):
            place = text.end() - 1
        place += 1
    return place


def squash_end(path: bytes, start: int) -> int:
    """Return where the block or text that stands at `start` in a path ends (`squash`)."""
    place, depth = (start, 0) if path[start : start + 1] == b'"' else (start + 1, 1)
    while place < len(path):
        letter = path[place]
        if letter == _QUOTE:
            place = tokens.text_end(path, place, len(path)) or len(path)
            if not depth:
                return place
            continue
        depth += (letter in b"{[(") - (letter in b"}])")
        place += 1
        if not depth and letter in b"}])":
            return place
    return len(path)


def multipath(path: bytes) -> tuple[Multipath | None, bytes]:
    """Return the multipath that starts a path and the path that follows it.

    Go takes one that is not closed for the empty path.
    """
    found: list[Selector] = []
    depth = place = start = 1
    colon = 0
    modified = False
    while place < len(path):
        letter = path[place]
        if letter == _BACKSLASH:
            place += 1
        elif letter == ord("@"):
            modified = modified or path[place - 1] in b".|"
        elif letter == ord(":"):
            if not modified and not colon and depth == 1:
                colon = place
        elif letter == _QUOTE and (text := _QUOTED.match(path, place)):
            place = text.end() - 1
        depth += (letter in b"{[(") - (letter in b"}])")
        if not depth or (letter == ord(",") and depth == 1):
            name = path[start:colon] if colon else b""
            found.append(Selector(name, path[(colon + 1 if colon else start) : place]))
            if not depth:
                return Multipath(path[:1] == b"{", tuple(found)), path[place + 1 :]
            start, colon, modified = place + 1, 0, False
        place += 1
    return None, b""


def last_name(path: bytes) -> bytes:
    """Return the name that a path gives its value in an object: its last part."""
    place = len(path) - 1
    while place >= 0:
        if path[place] in b".|" and not (place and path[place - 1] == _BACKSLASH):
            path = path[place + 1 :]
            break
        place -= 1
    return b"_" if _NO_NAME.search(path) else path
