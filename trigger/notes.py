"""Mistakes that many parts of a trigger can hold, in one wording."""

import difflib

from hookline import __version__
from hookline.manifest import Path, Place
from trigger.action import Setting


def not_yet(what: str, place: Place, suggestion: str = "") -> None:
    """Note that upstream has `what` and Hookline does not have it yet."""
    place.error(
        f"{what} is not there yet in Hookline {__version__}",
        code="not-yet",
        suggestion=suggestion,
    )


def nearest(key: str, known: list[str]) -> str:
    """Return a suggestion for a key that is none of `known`."""
    close = difflib.get_close_matches(key, known, n=1)
    return f"did you mean {close[0]}?" if close else f"known here: {', '.join(sorted(known))}"


def known_dependency(name: str, place: Place, at: Setting) -> bool:
    """Return whether the Sensor has that dependency; note it at `place` if not."""
    if name in at.dependencies:
        return True
    place.error(
        f"{name!r} is no dependency of this Sensor",
        code="unknown-dependency",
        suggestion=nearest(name, list(at.dependencies)),
    )
    return False


def absent_dependency(name: str, place: Place, at: Setting) -> None:
    """Note a dependency that the Sensor does not have where that means: never an event."""
    if name not in at.dependencies:
        place.fails(
            f"{name!r} is no dependency of this Sensor: its event is always missing",
            code="unknown-dependency",
            suggestion=nearest(name, list(at.dependencies)),
        )


def below(place: Place, path: Path) -> Place:
    """Return the place that is several steps below another."""
    for step in path:
        place = place / step
    return place
