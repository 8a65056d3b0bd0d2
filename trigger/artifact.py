"""Where the object of a trigger comes from: the base of the kinds in `trigger/artifacts/`."""

from abc import ABC, abstractmethod
from typing import Any

from hookline import kinds
from hookline.block import Block
from hookline.manifest import Place
from trigger.notes import nearest, not_yet

FOLDER = "trigger.artifacts"


class Artifact(Block, ABC):
    """The settings of one kind of place that an object can come from."""

    @abstractmethod
    def manifest(self, place: Place) -> dict[str, Any] | None:
        """Return the object as parsed YAML; None when mistakes were noted at `place`."""


def read_source(raw: dict[str, Any], place: Place) -> tuple[dict[str, Any], Place] | None:
    """Return the object that a `source` names and where it stands; None with mistakes noted."""
    known = kinds.known(FOLDER)
    named = [key for key in raw if key in known]
    for key in raw:
        if key in kinds.not_yet(FOLDER):
            not_yet(f"the source {key}", place / key)
        elif key not in known:
            hint = nearest(key, list(known))
            (place / key).error(f"unknown field {key}", code="unknown-field", suggestion=hint)
    if len(named) != 1:
        if named or not raw:
            what = " and ".join(named) or "nothing"
            hint = f"write one of {', '.join(sorted(known))}"
            place.error(
                f"a source is exactly one place, this one has {what}",
                code="bad-source",
                suggestion=hint,
            )
        return None
    key = named[0]
    kind = kinds.find(FOLDER, key, Artifact)
    block = kind.read(raw[key], place / key) if kind is not None else None
    tree = block.manifest(place / key) if isinstance(block, Artifact) else None
    return None if tree is None else (tree, place / key)
