"""What a path found, as the forms that Go's gjson has for it."""

import json
from dataclasses import dataclass
from typing import Any

import msgspec

from hookline.language.errors import LanguageError
from hookline.language.gjson.budget import Budget
from hookline.language.gjson.native import native
from hookline.language.gjson.value import kind_of, made
from hookline.language.gofloat import parse_float
from hookline.language.jsontext import number_text
from hookline.language.wellformed import is_json

_string = msgspec.json.Decoder(str)
_value = msgspec.json.Decoder()


@dataclass(frozen=True, slots=True)
class Found:
    """A value in a document, as its exact text; the rest is read from it when asked for."""

    raw: bytes

    @property
    def kind(self) -> str:
        """One of `string`, `number`, `true`, `false`, `null`, `json` (an object or array)."""
        return kind_of(self.raw, 0, len(self.raw))

    @property
    def text(self) -> str:
        """What gjson's `String()` gives: raw integers and blocks, nothing for null."""
        kind = self.kind
        if kind == "string":
            return self._string()
        digits = self.raw.removeprefix(b"-")
        if kind == "number" and digits and not digits.isdigit():
            return number_text(self.number)
        if kind in ("true", "false"):
            return kind
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
        return made(self.raw).truth is True

    @property
    def value(self) -> Any:
        """The value as Python has it (large integers kept); LanguageError if it cannot hold it."""
        if self.kind == "string":
            return self._string()
        try:
            return _value.decode(self.raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise LanguageError(f"the value cannot be read: {error}") from error

    @property
    def native(self) -> Any:
        """What gjson's `Value()` gives: all numbers floats, the first of equal keys.

        Raises:
            LanguageError: it is nested too deep.
        """
        if self.kind == "json" and b"\\u" not in self.raw and is_json(self.raw):
            try:
                return json.loads(
                    self.raw.decode(errors="replace"),
                    parse_int=float,
                    object_pairs_hook=_first_wins,
                )
            except RecursionError as error:
                raise LanguageError("a value is nested too deep") from error
        if self.kind == "number":
            return self.number
        return native(made(self.raw), Budget())

    def _string(self) -> str:
        try:
            return _string.decode(self.raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return made(self.raw).text.decode(errors="replace")


def _first_wins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return dict(reversed(pairs))
