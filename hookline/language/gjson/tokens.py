"""The pieces of JSON text: where a text, number, word or block ends, as Go's gjson reads them.

It is lenient as gjson is: what stands between the pieces is passed over, not checked.
"""

import re

from hookline.language.gjson.budget import Budget

TEXT = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
NUMBER = re.compile(rb"[^\x00- ,\]}]*+")
WORD = re.compile(rb"[a-z]*+")
_BRACKET = re.compile(rb'(?:[^"(){}\[\]]++|"(?:[^"\\]++|\\.)*+")*+(?:([\[{(])|[\]})])', re.DOTALL)
_QUOTE_LEFT = re.compile(rb'(?:[^"]++|"(?:[^"\\]++|\\.)*+")*+"', re.DOTALL)
_ESCAPE = re.compile(rb"\\(?:u(.{4})(?:\\u(.{4}))?|(.?))|[\x00-\x1f]", re.DOTALL)
_PLAIN = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_PLAIN |= {letter: letter for letter in (b"\\", b"/", b'"')}
_HEX = re.compile(rb"[0-9a-fA-F]{4}")
_QUOTED = re.compile(rb'[\x00-\x1f<>&\\"\x80-\xff]')
_SHORT = {8: rb"\b", 9: rb"\t", 10: rb"\n", 12: rb"\f", 13: rb"\r", 34: rb"\"", 92: rb"\\"}


def block_end(data: bytes, at: int, stop: int, budget: Budget) -> tuple[int, int]:
    """Return where the block that opens at `at` ends, and where the reader goes on.

    They differ when a text in it is not closed: then the reader is past the end of the document.
    """
    depth = 1
    place = at + 1
    while bracket := _BRACKET.match(data, place, stop):
        budget.spend(bracket.end() - place)
        place = bracket.end()
        depth += 1 if bracket.lastindex else -1
        if not depth:
            return place, place
    budget.spend(stop - place)
    return stop, stop + bool(_QUOTE_LEFT.match(data, place, stop))


def text_end(data: bytes, at: int, stop: int) -> int:
    """Return where the text that opens at `at` ends, 0 if it is not closed."""
    text = TEXT.match(data, at, stop)
    return text.end() if text else 0


def number_end(data: bytes, at: int, stop: int) -> int:
    """Return where the number that starts at `at` ends."""
    number = NUMBER.match(data, at + 1, stop)
    return number.end() if number else stop


def word_end(data: bytes, at: int, stop: int) -> int:
    """Return where `true`, `false`, `null` or what looks like it ends."""
    word = WORD.match(data, at + 1, stop)
    return word.end() if word else stop


def is_number(data: bytes, at: int, stop: int) -> bool:
    """Return whether the `n` at `at` starts a number (`nan`) and not `null`."""
    return at + 1 < stop and data[at + 1] != ord("u")


def unescape(text: bytes) -> bytes:
    """Return the inside of a JSON text without its escapes, cut where one is wrong."""
    if b"\\" not in text:
        return text
    parts: list[bytes] = []
    place = 0
    while escape := _ESCAPE.search(text, place):
        parts.append(text[place : escape.start()])
        if escape[1]:
            letter, place = _unicode(escape)
        else:
            letter, place = _PLAIN.get(escape[3] or b"", b""), escape.end()
        if not letter:
            return b"".join(parts)
        parts.append(letter)
    parts.append(text[place:])
    return b"".join(parts)


def _unicode(escape: re.Match[bytes]) -> tuple[bytes, int]:
    code = _code(escape[1])
    if not 0xD800 <= code < 0xE000:  # noqa: PLR2004  # the surrogates of Unicode
        return chr(code).encode(), escape.end(1)
    if escape[2] is None:
        return "\ufffd".encode(), escape.end(1)
    pair = code.to_bytes(2) + _code(escape[2]).to_bytes(2)
    # Go reads half a pair and whatever escape follows it as one broken letter.
    letters = pair.decode("utf-16-be", errors="replace")
    whole = len(letters) == 1 and letters != "\ufffd"
    return (letters if whole else "\ufffd").encode(), escape.end()


def _code(digits: bytes) -> int:
    return int(digits, 16) if _HEX.fullmatch(digits) else 0


def quote(text: bytes) -> bytes:
    """Return a text as JSON, the letters of HTML escaped as Go does."""
    if not _QUOTED.search(text):
        return b'"%b"' % text
    return b'"%b"' % b"".join(map(_quoted, text.decode(errors="surrogateescape")))


def _quoted(letter: str) -> bytes:
    code = ord(letter)
    if code in _SHORT:
        return _SHORT[code]
    if code < ord(" ") or letter in "<>&\u2028\u2029":
        return b"\\u%04x" % code
    return rb"\ufffd" if "\udc80" <= letter <= "\udcff" else letter.encode()
