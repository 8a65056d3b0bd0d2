"""EventBus manifests: where nats-server is, every mistake at once."""

from dataclasses import dataclass
from typing import Any

from pydantic import Field

from hookline import __version__
from hookline.block import Block
from hookline.eventbus.errors import BusRefusedError
from hookline.eventbus.settings import BusSettings
from hookline.manifest import Document, Mistake, Place

_INSTEAD = "run nats-server with JetStream and name it in spec.jetstreamExotic.url or with --nats"
# Upstream's kinds of bus, and fields of one, that are not there yet: key to what to do instead.
_BUSES = {"jetstream": _INSTEAD, "nats": _INSTEAD, "kafka": _INSTEAD}
_FIELDS = {
    "accessSecret": "put user and password into the URL given with --nats",
    "tls": "a tls:// URL checks the server's certificate against the system's authorities",
}


@dataclass(frozen=True, slots=True)
class EventBus:
    """One EventBus object; `url` is nats-server's, `namespace` empty when none is named."""

    name: str
    namespace: str
    url: str


class _Outer(Block):
    """The object around `spec`."""

    api_version: str
    kind: str
    metadata: dict[str, Any]
    spec: dict[str, Any]
    status: dict[str, Any] | None = None


class _Spec(Block):
    """What is left of `spec` when the buses that are not there yet are taken out."""

    jetstream_exotic: dict[str, Any] | None = Field(None, description="A JetStream that runs.")


class JetStreamExotic(Block):
    """A JetStream that somebody else runs."""

    url: str = Field(description="Of nats-server, nats://host:4222; several with commas.")
    stream_config: str | None = Field(None, description="No effect: Hookline has its own settings.")


def read_event_bus(document: Document, mistakes: list[Mistake]) -> EventBus | None:
    """Return the EventBus that a document holds; None with all its errors noted."""
    place = Place(document)
    outer = _Outer.read(document.body, place)
    url = None if outer is None else _read_spec(outer.spec, place / "spec")
    mistakes.extend(place.mistakes)
    if place.failed or url is None:
        return None
    return EventBus(document.name, document.namespace, url)


def _read_spec(raw: dict[str, Any], place: Place) -> str | None:
    refused = _refuse(raw, _BUSES, place)
    spec = _Spec.read({key: raw[key] for key in raw if key not in _BUSES}, place)
    if spec is None:
        return None
    if spec.jetstream_exotic is not None:
        return _read_exotic(spec.jetstream_exotic, place / "jetstreamExotic")
    if not refused:
        place.error("jetstreamExotic is required", code="missing-field", suggestion=_INSTEAD)
    return None


def _read_exotic(raw: dict[str, Any], place: Place) -> str | None:
    _refuse(raw, _FIELDS, place)
    exotic = JetStreamExotic.read({key: raw[key] for key in raw if key not in _FIELDS}, place)
    if exotic is None:
        return None
    if exotic.stream_config is not None:
        (place / "streamConfig").warn(
            "streamConfig has no effect: the stream is made so that a full one refuses events "
            "and nothing unprocessed is dropped",
            code="no-effect",
        )
    try:
        BusSettings(exotic.url)
    except BusRefusedError as error:
        (place / "url").error(str(error), code="bad-url")
        return None
    return exotic.url


def _refuse(raw: dict[str, Any], keys: dict[str, str], place: Place) -> bool:
    """Note each of `keys` that is used; returns whether one is."""
    found = [key for key in raw if key in keys]
    for key in found:
        message = f"{key} is not there yet in Hookline {__version__}"
        (place / key).error(message, code="not-yet", suggestion=keys[key])
    return bool(found)
