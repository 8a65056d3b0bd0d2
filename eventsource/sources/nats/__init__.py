"""The `nats` source: what is said on a subject, or kept in a JetStream stream."""

import base64
from typing import Any

from pydantic import Field

from eventsource import body
from eventsource.filter import EventFilter
from eventsource.source import Emit, Listen, ListeningSource, Surroundings
from eventsource.sources.nats.messages import Shape
from hookline.block import Block
from hookline.eventbus import frames, own
from hookline.eventbus.errors import BusRefusedError
from hookline.eventbus.login import Login, pair, tls_of
from hookline.eventbus.settings import BusSettings
from hookline.manifest import Place
from hookline.nats_auth import Auth
from hookline.tls import TlsBlock

_NAME = r"^[^\s.*>/\\]{1,128}$"


class JetStream(Block):
    """A stream to read instead of listening to the bare subject."""

    stream: str = Field(pattern=_NAME, description="Name of the stream.")
    durable: str = Field(
        pattern=_NAME, description="Name of its pull consumer; made when it is not there."
    )


class Backoff(Block):
    """Accepted without effect: Hookline connects again for ever, within a second or two."""

    duration: Any = Field(None, description="No effect.")
    factor: Any = Field(None, description="No effect.")
    jitter: Any = Field(None, description="No effect.")
    steps: int | None = Field(None, description="No effect.")


class Nats(ListeningSource):
    """Hears messages of a subject, each by one of all equal processes; or reads a stream."""

    url: str = Field(description="nats-server, `nats://host:4222`; several with commas.")
    subject: str = Field(pattern=r"^\S+$", description="Subject, with `*` and `>` if need be.")
    queue: str | None = Field(
        None, pattern=r"^\S+$", description="Queue group; without it Hookline has one of its own."
    )
    jetstream: JetStream | None = Field(
        None, description="Read from a stream, where no message is lost (Hookline's addition)."
    )
    json_body: bool = Field(
        default=False, description="Whether payloads are JSON; else they become base64."
    )
    auth: Auth | None = Field(None, description="Who Hookline is there.")
    tls: TlsBlock | None = Field(None, description="How TLS is done.")
    metadata: dict[str, str] | None = Field(
        None, description="Copied to `metadata` in the event's data."
    )
    filter: EventFilter | None = Field(None, description="Which events are kept.")
    connection_backoff: Backoff | None = Field(None, description="Accepted, without effect.")

    def compile(self, place: Place) -> Listen | None:
        """Return what listens; None with the mistakes noted."""
        try:
            BusSettings(self.url)
        except BusRefusedError as error:
            (place / "url").error(str(error), code="bad-url")
            return None
        if self.jetstream is not None and self.queue is not None:
            (place / "queue").warn(
                "queue has no effect with jetstream: those who pull share the durable",
                code="no-effect",
            )
        if mine := own.heard_by(self.subject):
            (place / "subject").warn(
                f"{self.subject} also hears what Hookline itself says ({mine}) if url is its bus;"
                " those messages start nothing",
                code="hears-itself",
                suggestion="name the subjects that you want",
            )
        shape = self._shape()

        async def listen(emit: Emit, at: Surroundings) -> None:
            # Imported here, so that lint does without nats-py.
            from eventsource.sources.nats.core import Core  # noqa: PLC0415  see above
            from eventsource.sources.nats.stream import Stream  # noqa: PLC0415  see above

            settings = BusSettings(self.url, login=self._login(at))
            if self.jetstream is None:
                await Core(settings, self.subject, self.queue, shape, emit, at).run()
            else:
                names = self.jetstream
                await Stream(
                    names.stream, names.durable, settings, self.subject, shape, emit, at
                ).run()

        return listen

    def _shape(self) -> Shape:
        as_json = self.json_body
        metadata = b',"metadata":' + body.encode_sorted(self.metadata) if self.metadata else b""

        def shape(subject: str, payload: bytes, block: bytes | None) -> bytes:
            content = body.strict_json(payload) if as_json else _base64(payload)
            header = frames.all_headers(block)
            shown = b',"header":' + body.encode_sorted(header) if header else b""
            about = b'{"subject":' + body.encode_sorted(subject)
            return body.escape(about + b',"body":' + content + shown + metadata + b"}")

        return shape

    def _login(self, at: Surroundings) -> Login:
        tls = tls_of(self.tls, at.secret)
        auth = self.auth
        if auth is None:
            return Login(tls=tls)
        if auth.basic is not None:
            return Login(
                pair(at.secret(auth.basic.username), at.secret(auth.basic.password)), tls=tls
            )
        if auth.token is not None:
            return Login(token=at.secret(auth.token), tls=tls)
        if auth.nkey is not None:
            return Login(nkey=at.secret(auth.nkey), tls=tls)
        return Login(creds=at.secret(auth.credential) if auth.credential else None, tls=tls)


def _base64(payload: bytes) -> bytes:
    return b'"' + base64.b64encode(payload) + b'"'
