r"""Patterns with `*` (any letters), `?` (one letter) and `\` (the next letter as it is).

The time is bounded by the product of both lengths, whatever the pattern.
"""

from collections.abc import Iterator

from hookline.language.gjson.budget import Budget

_MANY = None
# Comparing a letter costs as much as passing over so many bytes.
_SIZE_OF_A_LETTER = 16


def matches(text: bytes, pattern: bytes, budget: Budget) -> bool:
    """Return whether the whole text fits the pattern, letter by letter of UTF-8."""
    wanted = _read(_letters(pattern))
    return wanted is not None and _fits(_letters(text), wanted, budget)


def _letters(text: bytes) -> str:
    """Return the text, each broken byte as one U+FFFD, as Go reads it."""
    decoded = text.decode(errors="surrogateescape")
    if decoded.isascii():
        return decoded
    return "".join("\ufffd" if "\udc80" <= letter <= "\udcff" else letter for letter in decoded)


def _read(pattern: str) -> list[str | None] | None:
    """Return the letters of a pattern: "" for any one, None for any number; None: fits nothing."""
    wanted: list[str | None] = []
    letters: Iterator[str] = iter(pattern)
    for letter in letters:
        if letter == "\\":
            escaped = next(letters, None)
            if escaped is not None:
                wanted.append(escaped)
            elif _MANY in wanted:
                # Behind a star Go compares from the end and takes the last backslash as it is.
                wanted.append(letter)
            else:
                return None
        else:
            wanted.append({"*": _MANY, "?": ""}.get(letter, letter))
    return wanted


def _fits(text: str, wanted: list[str | None], budget: Budget) -> bool:
    at = place = 0
    star, resume = -1, 0
    while place < len(text):
        if at < len(wanted) and wanted[at] is _MANY:
            star, resume = at, place
            at += 1
        elif at < len(wanted) and wanted[at] in ("", text[place]):
            at += 1
            place += 1
        elif star >= 0:
            budget.spend((at - star) * _SIZE_OF_A_LETTER)
            resume = _next(text, resume + 1, wanted, star + 1)
            if resume < 0:
                return False
            at, place = star + 1, resume
        else:
            return False
    return all(one is _MANY for one in wanted[at:])


def _next(text: str, place: int, wanted: list[str | None], at: int) -> int:
    """Return where what follows a star can begin again, -1 for nowhere."""
    letter = wanted[at] if at < len(wanted) else _MANY
    return text.find(letter, place) if letter else place
