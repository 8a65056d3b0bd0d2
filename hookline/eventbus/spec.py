"""EventBus manifests: where nats-server is, every mistake at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from hookline import __version__
from hookline.block import Block
from hookline.eventbus.errors import BusRefusedError
from hookline.eventbus.login import Login, pair_in_yaml, tls_of
from hookline.eventbus.settings import BusSettings
from hookline.manifest import Document, Mistake, Named, Place
from hookline.secrets import SecretKey, Secrets
from hookline.tls import TlsBlock

_INSTEAD = "run nats-server with JetStream and name it in spec.jetstreamExotic.url or with --nats"
# Upstream's kinds of bus, and fields of one, that are not there yet: key to what to do instead.
_BUSES = {"nats": _INSTEAD, "kafka": _INSTEAD}


@dataclass(frozen=True, slots=True)
class EventBus:
    """One EventBus object.

    Attributes:
        namespace: empty when none is named.
        url: nats-server's; None when Argo Events' controller would have to make it.
        access, tls: who we are there and how TLS is done, as the manifest says it.
        named: the secrets that it names.
    """

    name: str
    namespace: str
    url: str | None
    access: SecretKey | None = None
    tls: TlsBlock | None = None
    named: tuple[Named, ...] = ()

    def login(self, secrets: Secrets) -> Login:
        """Return the login that the manifest asks for."""

        def reader(key: SecretKey) -> Callable[[], bytes]:
            return secrets.reader(key, self.namespace)

        basic = None if self.access is None else pair_in_yaml(reader(self.access))
        return Login(basic=basic, tls=tls_of(self.tls, reader))


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
    jetstream: dict[str, Any] | None = Field(None, description="One that Argo Events makes.")


class JetStreamExotic(Block):
    """A JetStream that somebody else runs."""

    url: str = Field(description="Of nats-server, nats://host:4222; several with commas.")
    stream_config: str | None = Field(None, description="No effect: Hookline has its own settings.")
    access_secret: SecretKey | None = Field(
        None, description="Secret with YAML in it: `username` and `password`."
    )
    tls: TlsBlock | None = Field(None, description="How TLS is done.")


def read_event_bus(document: Document, mistakes: list[Mistake]) -> EventBus | None:
    """Return the EventBus that a document holds; None with all its errors noted."""
    place = Place(document)
    outer = _Outer.read(document.body, place)
    bus = None if outer is None else _read_spec(outer.spec, document, place / "spec")
    mistakes.extend(place.mistakes)
    return None if place.failed else bus


def _read_spec(raw: dict[str, Any], document: Document, place: Place) -> EventBus | None:
    refused = _refuse(raw, _BUSES, place)
    spec = _Spec.read({key: raw[key] for key in raw if key not in _BUSES}, place)
    if spec is None:
        return None
    if spec.jetstream_exotic is not None:
        return _read_exotic(spec.jetstream_exotic, document, place / "jetstreamExotic")
    if spec.jetstream is not None:
        (place / "jetstream").warn(
            "a bus of this kind is made by Argo Events' controller; Hookline makes none",
            code="no-effect",
            suggestion="name its nats-server with --nats, or in jetstreamExotic.url",
        )
        return EventBus(document.name, document.namespace, None)
    if not refused:
        place.error("jetstreamExotic is required", code="missing-field", suggestion=_INSTEAD)
    return None


def _read_exotic(raw: dict[str, Any], document: Document, place: Place) -> EventBus | None:
    exotic = JetStreamExotic.read(raw, place)
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
    return EventBus(
        name=document.name,
        namespace=document.namespace,
        url=exotic.url,
        access=exotic.access_secret,
        tls=exotic.tls,
        named=tuple(place.named),
    )


def _refuse(raw: dict[str, Any], keys: dict[str, str], place: Place) -> bool:
    """Note each of `keys` that is used; returns whether one is."""
    found = [key for key in raw if key in keys]
    for key in found:
        message = f"{key} is not there yet in Hookline {__version__}"
        (place / key).error(message, code="not-yet", suggestion=keys[key])
    return bool(found)
