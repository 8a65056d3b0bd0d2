"""A path of a manifest, compiled, with what is wrong or odd in it said to its writer."""

import re

from hookline.language.errors import LanguageError
from hookline.language.gjson.path import GjsonPath, compile_path
from hookline.manifest import Place

_QUOTED = re.compile(r'\\.|"(?:[^"\\]|\\.)*"', re.DOTALL)
_MORE = re.compile(r"[\[({@!]")
# A query or a multipath; elsewhere a bracket is a letter.
_BRACKETED = re.compile(r"#[(\[]|(?:^|[.|])[{\[]")
_CLOSING = {"(": ")", "[": "]", "{": "}"}


def compile_here(text: str, place: Place) -> GjsonPath | None:
    """Return the path that stands at a place; None with the mistake noted, oddities as warnings."""
    try:
        path = compile_path(text)
    except LanguageError as error:
        place.error(str(error), code="bad-path")
        return None
    if odd := oddity(text):
        place.warn(odd[0], code="odd-path", suggestion=odd[1])
    return path


def oddity(text: str) -> tuple[str, str] | None:
    """Return (what is odd, what may be meant) of a path that finds hardly what it was written for.

    Go's gjson takes every text for a path, so it is no error.
    """
    bare = _QUOTED.sub("", text)
    if _BRACKETED.search(bare) and (bracket := _unclosed(bare)):
        return (
            f"{bracket} is not closed, so the path does not say what it seems to",
            f"add {_CLOSING[bracket]}",
        )
    if "," in bare and not _MORE.search(bare):
        return f"{text} is one name with a comma in it", f"[{text}] is a list of the values"
    return None


def _unclosed(text: str) -> str:
    """Return the first bracket that opens and does not close, "" if there is none."""
    opened: list[str] = []
    for letter in text:
        if letter in _CLOSING:
            opened.append(letter)
        elif opened and letter == _CLOSING[opened[-1]]:
            opened.pop()
    return opened[0] if opened else ""
