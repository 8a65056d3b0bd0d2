"""Which dependencies a trigger waits for: `conditions`, as far as no join is needed."""

from hookline import __version__
from hookline.manifest import Place

_JOIN = f"joins of several dependencies are not there yet in Hookline {__version__}"


def read_conditions(text: str, dependencies: tuple[str, ...], place: Place) -> tuple[str, ...]:
    """Return the dependencies any one of which makes the trigger due; () with mistakes noted.

    Empty `text` stands for all dependencies joined, as upstream; `place` is that of `conditions`.
    """
    if not text.strip():
        if len(dependencies) > 1:
            hint = f"write conditions: {' || '.join(dependencies)} to fire on each of them"
            place.error(
                f"without conditions all are joined; {_JOIN}", code="not-yet", suggestion=hint
            )
            return ()
        return dependencies
    if "&" in text or "(" in text:
        place.error(_JOIN, code="not-yet", suggestion="join names with || only")
        return ()
    named = [_resolve(word.strip(), dependencies, place) for word in text.split("||")]
    return tuple(dict.fromkeys(name for name in named if name is not None))


def _resolve(word: str, dependencies: tuple[str, ...], place: Place) -> str | None:
    """Find a dependency; `-` and `_` are the same in conditions, an exact name comes first."""
    for name in (word, *dependencies):
        if name in dependencies and name.replace("-", "_") == word.replace("-", "_"):
            return name
    known = ", ".join(dependencies) or "none"
    place.error(
        f"{word!r} is no dependency of this Sensor",
        code="unknown-dependency",
        suggestion=f"known here: {known}",
    )
    return None
