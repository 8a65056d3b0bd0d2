"""Plain gjson paths, read from raw JSON text: `body.items.0.name`.

Number digits and the spacing of blocks survive. Queries, modifiers, wildcards, pipes and
multipaths come later.
"""

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from hookline.language import rawjson
from hookline.language.dotted import Part, later, split
from hookline.language.errors import LanguageError
from hookline.language.gofloat import parse_float
from hookline.language.jsontext import number_text
from hookline.language.rawjson import Step

_KINDS = {ord('"'): "string", ord("t"): "true", ord("f"): "false", ord("n"): "null"}
_KINDS |= dict.fromkeys(b"{[", "json")
_MODIFIERS = frozenset(
    ("pretty", "ugly", "reverse", "this", "flatten", "join", "valid")
) | frozenset(("keys", "values", "tostr", "fromstr", "group", "dig"))
# Keys whose plain JSON form can be counted in a text without meeting anything else.
_COUNTABLE = re.compile(r"[A-Za-z0-9_$@/-][ !#-\[\]-~]*")
_MAX_INDEX_DIGITS = 18

_level = msgspec.json.Decoder(dict[str, msgspec.Raw] | list[msgspec.Raw])
_string = msgspec.json.Decoder(str)
_value = msgspec.json.Decoder()


@dataclass(frozen=True, slots=True)
class Found:
    """A value in a document, as its exact text; the rest is read from it when asked for."""

    raw: bytes

    @property
    def kind(self) -> str:
        """One of `string`, `number`, `true`, `false`, `null`, `json` (an object or array)."""
        return _KINDS.get(self.raw[0], "number")

    @property
    def text(self) -> str:
        """What gjson's `String()` gives: raw integers and blocks, nothing for null."""
        kind = self.kind
        if kind == "string":
            return self._string()
        if kind == "number" and not self.raw.removeprefix(b"-").isdigit():
            return number_text(self.number)
        return "" if kind == "null" else self.raw.decode(errors="replace")

    @property
    def number(self) -> float:
        """What gjson's `Float()` gives: strings are parsed, what is no number is 0."""
        kind = self.kind
        if kind == "string":
            return parse_float(self._string())
        if kind == "number":
            return parse_float(self.raw.decode(errors="replace"))
        return float(kind == "true")

    @property
    def boolean(self) -> bool:
        """What gjson's `Bool()` gives: true for Go's words for it and numbers other than 0."""
        kind = self.kind
        if kind == "string":
            return self._string().lower() in ("1", "t", "true")
        return kind == "true" or (kind == "number" and self.number != 0)

    @property
    def value(self) -> Any:
        """The value as Python has it (large integers kept); LanguageError if it cannot hold it."""
        if self.kind == "string":
            return self._string()
        try:
            return _value.decode(self.raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise LanguageError(f"the value cannot be read: {error}") from error

    def _string(self) -> str:
        try:
            return _string.decode(self.raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return rawjson.unescape(self.raw[1:-1]).decode(errors="replace")


class _DoubleKeyError(Exception):
    """A key of the path may stand twice in one object."""


@dataclass(frozen=True, slots=True)
class GjsonPath:
    """A compiled path.

    Attributes:
        text: as it was written.
        steps: what to do at each level.
        disguises: finds escapes that could spell a key of the path; None if a key of the path
            is so unusual that every document is walked by hand.
    """

    text: str
    steps: tuple[Step, ...]
    disguises: re.Pattern[bytes] | None

    def get(self, document: bytes) -> Found | None:
        """Return the value at this path, None if the path does not exist (null does exist)."""
        try:
            raw = self._walk(document)
        except msgspec.ValidationError:
            return None  # a scalar stands where the path goes on
        except (_DoubleKeyError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raw = rawjson.find(document, self.steps)
        return None if raw is None else Found(raw)

    def _walk(self, document: bytes) -> bytes | None:
        if self.disguises is None or (b"\\" in document and self.disguises.search(document)):
            raise _DoubleKeyError
        block = document
        for step in self.steps:
            inside = _level.decode(block)
            if isinstance(inside, list):
                if step.length:
                    return b"%d" % len(inside)
                if step.element is None or step.element >= len(inside):
                    return None
                block = bytes(inside[step.element])
            elif (member := inside.get(step.key)) is None:
                return None
            else:
                if block.count(step.token) > 1 and not _once(block, step.token, inside):
                    raise _DoubleKeyError
                block = bytes(member)
        return block


def _once(block: bytes, token: bytes, members: dict[str, msgspec.Raw]) -> bool:
    # The decoder keeps one of two equal keys: then more of them stand in the text than are left.
    return block.count(token) == 1 + sum(bytes(raw).count(token) for raw in members.values())


def compile_path(text: str) -> GjsonPath:
    """Return the compiled path; LanguageError (`not_yet`) for what is not plain."""
    if text.startswith(".."):
        raise later(text, "JSON lines (..)")
    parts = split(text, special="*?|")
    for number, part in enumerate(parts):
        _refuse(text, part, first=number == 0, last=number == len(parts) - 1)
    steps = tuple(_step(part) for part in parts)
    return GjsonPath(text, steps, _disguises(steps))


def _refuse(text: str, part: Part, *, first: bool, last: bool) -> None:
    if part.raw.startswith(("#(", "#[")) or (part.raw == "#" and not last):
        raise later(text, "the query #")
    if part.raw.startswith("@") and part.raw[1:].partition(":")[0] in _MODIFIERS:
        raise later(text, f"the modifier {part.raw}")
    if part.raw.startswith(("[", "{")) and len(text) > 1:
        raise later(text, f"the multipath {part.raw}")
    if first and part.raw.startswith("!") and len(text) > 1:
        raise later(text, f"the literal {part.raw}")


def _step(part: Part) -> Step:
    raw_key = part.name.encode(errors="surrogatepass")
    return Step(part.name, raw_key, b'"%b"' % raw_key, index_of(part.raw), part.raw == "#")


def index_of(raw: str) -> int | None:
    """Return the array element that a step names, None if it names none."""
    number = raw.isascii() and raw.isdigit() and len(raw) <= _MAX_INDEX_DIGITS
    return int(raw) if number else None


def _disguises(steps: tuple[Step, ...]) -> re.Pattern[bytes] | None:
    if not all(_COUNTABLE.fullmatch(step.key) for step in steps):
        return None
    letters = "".join(step.key for step in steps)
    codes = "|".join(f"{ord(letter):02x}" for letter in sorted(set(letters)))
    slash = "|/" if "/" in letters else ""
    return re.compile(rf"\\(?:u00(?:{codes}){slash})".encode(), re.IGNORECASE)
