"""The quick way for plain paths (`body.items.0.name`), by a decoder that skips what is not asked.

It gives up where a decoder cannot tell what Go's gjson would find: then the patient way is taken.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from hookline.language.dotted import Part, split
from hookline.language.errors import LanguageError
from hookline.language.gjson.paths import MODIFIERS

# Wildcards, pipes, queries, multipaths and literals; and what is one to an array, which knows no
# escapes.
_SPECIAL = re.compile(r"[*?|]|\\\.[@\[{]|(?:^|\.)#.|(?:^|\.)[\[{]|^!")
# Keys whose plain JSON form can be counted in a text without meeting anything else.
_COUNTABLE = re.compile(r"[A-Za-z0-9_$@/-][ !#-\[\]-~]*")
_level = msgspec.json.Decoder(dict[str, msgspec.Raw] | list[msgspec.Raw])


class GiveUpError(LanguageError):
    """This document needs the patient way."""


class _Step(NamedTuple):
    """One step of a plain path.

    Attributes:
        key: the member of an object; token: as plain JSON, in quotes.
        element: the index in an array, None if the step names none.
    """

    key: str
    token: bytes
    element: int | None


@dataclass(frozen=True, slots=True)
class Plain:
    """A plain path, ready.

    Attributes:
        steps: what to do at each level.
        length: the number of elements is asked of the array at their end.
        disguises: finds escapes that could spell a key of the path.
    """

    steps: tuple[_Step, ...]
    length: bool
    disguises: re.Pattern[bytes]

    def get(self, document: bytes) -> bytes | None:
        """Return the raw value at this path, None if there is none; GiveUpError."""
        if b"\\" in document and self.disguises.search(document):
            raise GiveUpError("a key may be spelt with escapes")
        block = document
        try:
            for step in self.steps:
                inside = _level.decode(block)
                if isinstance(inside, list):
                    if step.element is None or step.element >= len(inside):
                        return None
                    block = bytes(inside[step.element])
                elif (member := inside.get(step.key)) is None:
                    return None
                else:
                    _once(block, step.token, inside)
                    block = bytes(member)
            return _length(block) if self.length else block
        except msgspec.ValidationError as error:
            if block is document:
                raise GiveUpError("no block: Go looks for one even in a text") from error
            return None  # a scalar stands where the path goes on
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise GiveUpError("the document is no good JSON, or nested deep") from error


def _length(block: bytes) -> bytes | None:
    inside = _level.decode(block)
    if isinstance(inside, list):
        return b"%d" % len(inside)
    raise GiveUpError("an object may have that key")


def _once(block: bytes, token: bytes, members: dict[str, msgspec.Raw]) -> None:
    count = block.count(token)
    # The decoder keeps one of two equal keys: then more of them stand in the text than are left.
    if count > 1 and count != 1 + sum(bytes(raw).count(token) for raw in members.values()):
        raise GiveUpError("a key stands twice")


def plain(text: str) -> Plain | None:
    """Return the path, ready, if it is plain enough for the quick way."""
    if _SPECIAL.search(text):
        return None
    parts = split(text)
    length = len(parts) > 1 and parts[-1].raw == "#"
    steps = tuple(map(_step, parts[:-1] if length else parts))
    if not all(map(_is_plain, parts[: len(steps)])):
        return None
    return Plain(steps, length, _disguises(steps))


def leading(text: str) -> tuple[Plain, str] | None:
    """Return the plain parts that a path starts with, ready, and the path below them."""
    parts = split(text)
    count = next((at for at, part in enumerate(parts) if not _leads(part)), len(parts))
    rest = text[sum(len(part.raw) + 1 for part in parts[:count]) :]
    # Below a value these would be a literal, or lines; here they are keys.
    if not count or not rest or rest.startswith(("!", ".")):
        return None
    start = plain(".".join(part.raw for part in parts[:count]))
    return None if start is None else (start, rest)


def _leads(part: Part) -> bool:
    return _is_plain(part) and not _SPECIAL.search(part.raw)


def _is_plain(part: Part) -> bool:
    raw = part.raw
    # A number so long wraps around in Go.
    long = raw.isdigit() and part.element is None
    modifier = raw.startswith("@") and raw[1:].partition(":")[0].encode() in MODIFIERS
    return not (raw == "#" or long or modifier) and bool(_COUNTABLE.fullmatch(part.name))


def _step(part: Part) -> _Step:
    return _Step(part.name, b'"%b"' % part.name.encode(), part.element)


def _disguises(steps: tuple[_Step, ...]) -> re.Pattern[bytes]:
    letters = "".join(step.key for step in steps)
    codes = "|".join(f"{ord(letter):02x}" for letter in sorted(set(letters)))
    slash = "|/" if "/" in letters else ""
    return re.compile(rf"\\(?:u00(?:{codes}){slash})".encode(), re.IGNORECASE)
