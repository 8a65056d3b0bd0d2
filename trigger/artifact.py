"""Where the object of a trigger comes from: the base of the kinds in `trigger/artifacts/`."""

from abc import ABC, abstractmethod
from typing import Any

from hookline import kinds
from hookline.block import Block
from hookline.errors import TemporaryError
from hookline.manifest import Place
from hookline.yaml_reader import read_text
from trigger.action import Doors
from trigger.notes import nearest, not_yet

FOLDER = "trigger.artifacts"


class Artifact(Block, ABC):
    """The settings of one kind of place that an object can come from."""


class Standing(Artifact, ABC):
    """A place within the Sensor: what stands there changes with the Sensor only."""

    @abstractmethod
    def manifest(self, place: Place) -> dict[str, Any] | None:
        """Return the object as parsed YAML; None when mistakes were noted at `place`."""


class Remote(Artifact, ABC):
    """A place outside: what is there is looked at for each event."""

    @property
    @abstractmethod
    def label(self) -> str:
        """Which place it is, for people."""

    @abstractmethod
    def at_hand(self) -> str | None:
        """Return the text of the object if that takes no waiting, else None.

        Raises:
            TemporaryError: nothing usable is there (reason `NoSource`).
        """

    @abstractmethod
    async def fetch(self, doors: Doors, namespace: str) -> str:
        """Return the text of the object; `namespace` is the Sensor's.

        Raises:
            TemporaryError: nothing usable is there (reason `NoSource`), or nobody answers.
        """


def no_source(message: str) -> TemporaryError:
    """Return the error for a place without an object; every event of the trigger meets it."""
    return TemporaryError(message, reason="NoSource", whole_target=True)


def parse_object(text: str, name: str, place: Place) -> dict[str, Any] | None:
    """Return the one object that a text holds; None with mistakes noted at `place`.

    Lines in mistakes count within the text, which `name` stands for.
    """
    documents, mistakes = read_text(text, name)
    for mistake in mistakes:
        where = f"line {mistake.line} of the text: " if mistake.line else ""
        place.error(where + mistake.message, code=mistake.code, suggestion=mistake.suggestion)
    if mistakes:
        return None
    if len(documents) != 1:
        place.error(
            f"{name} must hold one YAML document, it has {len(documents)}", code="bad-source"
        )
        return None
    return documents[0].body


def find_source(raw: dict[str, Any], place: Place) -> tuple[Artifact, Place] | None:
    """Return the one place that a `source` names, and where it stands; None with mistakes noted."""
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
    return (block, place / key) if isinstance(block, Artifact) else None
