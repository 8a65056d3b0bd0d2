"""The parts of a destination."""

from typing import NamedTuple

from hookline.language.dotted import split

_SEARCHING = frozenset("|#@*?")
_GJSON_ONLY = ("!", "[", "{")


class Slot(NamedTuple):
    """One step of a destination.

    Attributes:
        key: the member of an object.
        path: the same as gjson looks for it.
        element: the index in an array of what it replaces, if that is there.
        number: where it goes in an array that is too short or not there; None: in no array.
        append: it goes to the end of an array.
    """

    key: str
    path: str
    element: int | None
    number: int | None
    append: bool

    @property
    def is_odd(self) -> bool:
        """Whether gjson looks for something else than the key, as sjson overlooks."""
        wraps = self.element is None and self.path.isdigit()
        return wraps or (len(self.path) > 1 and self.path.startswith(_GJSON_ONLY))


def slots(text: str) -> tuple[Slot, ...]:
    """Return the steps of a destination that is plain."""
    found = []
    for part in split(text):
        forced = part.raw.startswith(":")
        raw = part._replace(raw=part.raw.removeprefix(":")) if forced else part
        key = part.name.removeprefix(":") if forced else part.name
        digits = key.isascii() and key.isdigit()
        # Go's loop over the digits of an empty name finds nothing wrong with it: the number 0.
        number = _go_int(key or "0") if not forced and (digits or not key) else None
        found.append(Slot(key, raw.raw, raw.element, number, append=key == "-1" and not forced))
    return tuple(found)


def _go_int(digits: str) -> int:
    """Return the number as Go's 64 bits hold it: one too large wraps around."""
    number = int(digits) % 2**64
    return number if number < 2**63 else number - 2**64


def is_searching(text: str) -> bool:
    """Return whether sjson asks gjson where to write: an unescaped `|`, `#`, `@`, `*` or `?`."""
    letters = iter(text)
    for letter in letters:
        if letter == "\\":
            next(letters, None)
        elif letter in _SEARCHING:
            return True
    return False
