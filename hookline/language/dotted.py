r"""Dotted paths as gjson and sjson share them: `a.b\.c.0`, split at dots that are not escaped."""

from typing import NamedTuple

from hookline.language.errors import LanguageError

MAX_LENGTH = 1000
MAX_PARTS = 100


class Part(NamedTuple):
    """One step of a path.

    Attributes:
        raw: as it was written; name: without its escapes.
        escaped: it contains a backslash; such a step never names an array element.
    """

    raw: str
    name: str
    escaped: bool


def split(text: str, special: str) -> list[Part]:
    """Return the parts of a path; LanguageError for an unescaped `special` character.

    The paths of Go's libraries have no syntax errors: every text is a path.
    """
    if len(text) > MAX_LENGTH:
        raise LanguageError(f"the path is longer than {MAX_LENGTH} characters")
    parts: list[Part] = []
    start = 0
    name = ""
    characters = iter(enumerate(text))
    for at, character in characters:
        if character == "\\":
            name += next(characters, (0, ""))[1]
        elif character == ".":
            parts.append(_part(text[start:at], name))
            start, name = at + 1, ""
        elif character in special:
            raise later(
                text, f"the character {character}", f"; escape a literal one: \\{character}"
            )
        else:
            name += character
    parts.append(_part(text[start:], name))
    if len(parts) > MAX_PARTS:
        raise LanguageError(f"the path has more than {MAX_PARTS} parts")
    return parts


def _part(raw: str, name: str) -> Part:
    return Part(raw, name, "\\" in raw)


def later(text: str, what: str, hint: str = "") -> LanguageError:
    """Return the error for a form that upstream knows and that comes later here."""
    return LanguageError(f"{what} in the path {text} comes later{hint}", not_yet=True)
