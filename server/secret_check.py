"""Names the secrets that event sources ask for and that are not there."""

from collections.abc import Iterable, Iterator

from eventsource.spec import EventSource
from hookline.block import Block
from hookline.eventbus.spec import EventBus
from hookline.manifest import Place
from hookline.secrets import MissingSecretError, SecretKey, Secrets
from server.candidate import Candidate


def check(candidates: Iterable[Candidate], secrets: Secrets) -> None:
    """Note each missing secret as a warning: it may be put there before it is needed."""
    for candidate in candidates:
        for place, key in _wanted(candidate):
            try:
                secrets.value(key.name, key.key)
            except MissingSecretError as error:
                place.warn(
                    str(error),
                    code="missing-secret",
                    suggestion="add a Secret document, or a file NAME/KEY below --secrets-dir",
                )


def _wanted(candidate: Candidate) -> Iterator[tuple[Place, SecretKey]]:
    made = candidate.made
    if isinstance(made, EventSource):
        for event in made.events:
            yield from _keys(event.source, candidate.place("spec", event.kind, event.name))
    elif isinstance(made, EventBus):
        place = candidate.place("spec", "jetstreamExotic")
        if made.access is not None:
            yield place / "accessSecret", made.access
        if made.tls is not None:
            yield from _keys(made.tls, place / "tls")


def _keys(block: Block, place: Place) -> Iterator[tuple[Place, SecretKey]]:
    """Yield the secrets that a block and those below it name, each with its place."""
    for name, field in type(block).model_fields.items():
        value = getattr(block, name)
        here = place / (field.alias or name)
        if isinstance(value, SecretKey):
            yield here, value
        elif isinstance(value, Block):
            yield from _keys(value, here)
