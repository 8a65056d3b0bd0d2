"""A patient walk over raw JSON text, for what a decoder cannot tell: the first of two equal keys.

It follows Go's gjson: the first key wins, and where the path leads nowhere below it, the next one
is tried; broken surrogates become U+FFFD; broken JSON ends the search, it is no error.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[{}\[\]"]|[^\s,:{}\[\]"]++', re.DOTALL)
_OPENING = re.compile(rb"[{\[]")
_ESCAPE = re.compile(
    rb"\\(?:u([dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|[0-9a-fA-F]{4})|(.))",
    re.DOTALL,
)
_SHORT = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


class Step(NamedTuple):
    """One step of a compiled path.

    Attributes:
        key: the member of an object; raw_key: the same as UTF-8; token: as plain JSON, in quotes.
        element: the index in an array, None if the step names none.
        length: the step is `#`, the length of an array.
    """

    key: str
    raw_key: bytes
    token: bytes
    element: int | None
    length: bool


def find(document: bytes, steps: tuple[Step, ...]) -> bytes | None:
    """Return the raw text of the value at a path, None if there is none."""
    opening = _OPENING.search(document)
    return _find(document, opening.start(), steps) if opening else None


def _find(document: bytes, start: int, steps: tuple[Step, ...]) -> bytes | None:
    step, *rest = steps
    array = document[start] == ord("[")
    if array and step.length:
        return b"%d" % sum(1 for _ in _members(document, start))
    wanted = step.element if array else step.raw_key
    for key, begin, end in _members(document, start):
        if key != wanted:
            continue
        if not rest:
            return document[begin:end]
        if document[begin] in b"{[" and (found := _find(document, begin, tuple(rest))) is not None:
            return found
    return None


def _members(document: bytes, start: int) -> Iterator[tuple[bytes | int, int, int]]:
    """Yield (key or index, begin, end) for each value of the block that opens at `start`."""
    array = document[start] == ord("[")
    count = 0
    token = _TOKEN.search(document, start + 1)
    while token and token[0] not in (b"}", b"]", b'"'):
        key: bytes | int = count
        if not array:
            key = unescape(token[0][1:-1])
            token = _TOKEN.search(document, token.end())
            if not token or token[0] in (b"}", b"]", b'"'):
                return
        end = _end(document, token)
        yield key, token.start(), end
        count += 1
        token = _TOKEN.search(document, end)


def _end(document: bytes, token: re.Match[bytes]) -> int:
    if token[0] not in (b"{", b"["):
        return token.end()
    depth = 1
    for inner in _TOKEN.finditer(document, token.end()):
        if inner[0] in (b"{", b"["):
            depth += 1
        elif inner[0] in (b"}", b"]"):
            depth -= 1
            if not depth:
                return inner.end()
    return len(document)


def unescape(text: bytes) -> bytes:
    """Return the inside of a JSON string without its escapes, as UTF-8."""
    return _ESCAPE.sub(_plain, text) if b"\\" in text else text


def _plain(escape: re.Match[bytes]) -> bytes:
    if not escape[1]:
        return _SHORT.get(escape[2], escape[2])
    units = bytes.fromhex(escape[1].replace(b"\\u", b"").decode())
    return units.decode("utf-16-be", errors="replace").encode()
