r"""Dotted paths as gjson and sjson share them: `a.b\.c.0`, split at dots that are not escaped."""

from typing import NamedTuple

_MAX_INDEX_DIGITS = 18


class Part(NamedTuple):
    """One step of a path.

    Attributes:
        raw: as it was written; name: without its escapes.
    """

    raw: str
    name: str

    @property
    def element(self) -> int | None:
        """The array element that it names, None if it names none."""
        number = self.raw.isascii() and self.raw.isdigit() and len(self.raw) <= _MAX_INDEX_DIGITS
        return int(self.raw) if number else None


def split(text: str) -> list[Part]:
    """Return the parts of a path; the paths of Go's libraries have no syntax errors."""
    parts: list[Part] = []
    start = 0
    name: list[str] = []
    characters = iter(enumerate(text))
    for at, character in characters:
        if character == "\\":
            name.append(next(characters, (0, ""))[1])
        elif character == ".":
            parts.append(Part(text[start:at], "".join(name)))
            start = at + 1
            name.clear()
        else:
            name.append(character)
    return [*parts, Part(text[start:], "".join(name))]
