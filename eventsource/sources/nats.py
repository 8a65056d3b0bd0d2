"""The `nats` source: what is said on a subject, or kept in a JetStream stream."""

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from pydantic import Field, model_validator

from eventsource import body
from eventsource.identity import MAX_LENGTH
from eventsource.source import Emit, Happening, Listen, ListeningSource, RefusedError, Surroundings
from hookline.block import Block
from hookline.errors import HooklineError, PermanentError, TemporaryError
from hookline.eventbus import frames
from hookline.eventbus.connection import Connection
from hookline.eventbus.delivery import Delivery
from hookline.eventbus.durable import Durable
from hookline.eventbus.errors import BusError, BusRefusedError
from hookline.eventbus.login import Login, pair, tls_of
from hookline.eventbus.pull import Puller
from hookline.eventbus.settings import BusSettings
from hookline.eventbus.subscription import Subscription
from hookline.manifest import Place
from hookline.secrets import SecretKey
from hookline.tls import TlsBlock

log = structlog.get_logger(__name__)

_IN_FLIGHT = 64  # messages that are being stored at a time
_WAITING = 8192  # core messages waiting behind them; more are lost, and counted
_WAITING_BYTES = 32 * 1024 * 1024
_LOOK = 0.25  # seconds between two looks at how a stream's consumer is
_LONGEST_PAUSE = 5.0  # seconds between two tries to store a message
_NAME = r"^[^\s.*>/\\]{1,128}$"

type Shape = Callable[[str, bytes, bytes | None], bytes]
"""Makes the event's data of subject, payload and header block; RefusedError when it cannot."""


class Basic(Block):
    """User and password."""

    username: SecretKey = Field(description="The user's name.")
    password: SecretKey = Field(description="The password.")


class Auth(Block):
    """Who Hookline is on that nats-server: one of these, the first that is there counts."""

    basic: Basic | None = Field(None, description="User and password.")
    token: SecretKey | None = Field(None, description="A token.")
    nkey: SecretKey | None = Field(None, description="The seed of a user's nkey, `SU…`.")
    credential: SecretKey | None = Field(None, description="A `.creds` file: JWT and seed.")

    @model_validator(mode="after")
    def _any(self) -> "Auth":
        if not (self.basic or self.token or self.nkey or self.credential):
            raise ValueError("give basic, token, nkey or credential")
        return self


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
        shape = self._shape()

        async def listen(emit: Emit, at: Surroundings) -> None:
            settings = BusSettings(self.url, login=self._login(at))
            if self.jetstream is None:
                await _Core(self, settings, shape, emit, at).run()
            else:
                await _Stream(self.jetstream, settings, self.subject, shape, emit, at).run()

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


def _sender_id(block: bytes | None) -> str | None:
    """Return the id that the sender gave a message; one that cannot be used counts as none."""
    if not block:
        return None
    found = {name.lower(): value for name, value in frames.headers(block).items()}
    text = found.get("nats-msg-id") or found.get("ce-id") or ""
    return text if 0 < len(text) <= MAX_LENGTH and text.isprintable() else None


def _not_an_event(at: Surroundings, error: HooklineError) -> None:
    at.failed()
    log.warning(
        "no-event",
        every=f"no-event:{at.source}/{at.event}",
        source=at.source,
        event_name=at.event,
        problem=str(error),
    )


class _Core:
    """What is heard on a subject: kept, within bounds, until it is stored."""

    def __init__(
        self, source: Nats, settings: BusSettings, shape: Shape, emit: Emit, at: Surroundings
    ) -> None:
        queue = source.queue or f"hookline.{at.namespace}.{at.source}.{at.event}"
        self._subscription = Subscription(settings, source.subject, queue, self._heard, at.say)
        self._shape = shape
        self._emit = emit
        self._at = at
        self._waiting: asyncio.Queue[tuple[bytes, bytes, bytes | None]] = asyncio.Queue(_WAITING)
        self._bytes = 0

    async def run(self) -> None:
        """Hear until it is time to stop, then finish what was heard."""
        hearing = asyncio.create_task(self._subscription.run())
        workers = [asyncio.create_task(self._work()) for _ in range(_IN_FLIGHT)]
        try:
            await self._at.stopping.wait()
            await self._subscription.hush()
            await self._waiting.join()
        finally:
            for task in (hearing, *workers):
                task.cancel()
            await asyncio.wait([hearing, *workers])

    def _heard(self, subject: bytes, _: bytes, payload: bytes, block: bytes | None) -> None:
        size = len(payload) + len(block or b"")
        if self._waiting.full() or self._bytes + size > _WAITING_BYTES:
            _not_an_event(self._at, TemporaryError("too many messages wait to be stored: lost"))
            return
        self._bytes += size
        self._waiting.put_nowait((subject, payload, block))

    async def _work(self) -> None:
        while True:
            subject, payload, block = await self._waiting.get()
            try:
                await self._store(subject, payload, block)
            except HooklineError as error:
                _not_an_event(self._at, error)
            finally:
                self._bytes -= len(payload) + len(block or b"")
                self._waiting.task_done()

    async def _store(self, subject: bytes, payload: bytes, block: bytes | None) -> None:
        """Return when it is stored: nobody sends it again, so it is tried for ever, as one id."""
        data = self._shape(subject.decode("utf-8", "replace"), payload, block)
        given = _sender_id(block)
        happening = Happening(data, given or self._at.new_id(), made=given is None)
        pause = 0.2
        while True:
            try:
                await self._emit(happening)
            except TemporaryError:
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                return


@dataclass
class _Stream:
    """What a stream keeps: acknowledged when it is stored as an event, else it comes again."""

    names: JetStream
    settings: BusSettings
    subject: str
    shape: Shape
    emit: Emit
    at: Surroundings

    async def run(self) -> None:
        """Pull until it is time to stop, then finish or put back what was pulled."""
        connection = Connection(self.settings)
        durable = Durable(connection, self.names.stream, self.names.durable, self.subject)
        connection.on_connect(durable.bind)
        starting = asyncio.create_task(connection.start())
        puller: Puller | None = None
        try:
            while not self.at.stopping.is_set():
                if puller is None and connection.problem is None:
                    puller = self._puller(connection, durable.ack_wait)
                    await puller.start()
                self.at.say(await _problem(connection, durable, puller))
                await self.at.pause(_LOOK)
        finally:
            starting.cancel()
            if puller is not None:
                await puller.stop(self.at.grace)
            await connection.close()

    def _puller(self, connection: Connection, ack_wait: float) -> Puller:
        stream, durable = self.names.stream, self.names.durable
        return Puller(connection, stream, durable, self._handle, lambda: _IN_FLIGHT, ack_wait)

    async def _handle(self, delivery: Delivery) -> None:
        # The moment of storing tells a stream from another one of its name, made later.
        moment = round(delivery.stored_at * 1e6)
        event_id = f"{self.names.stream}:{moment}:{delivery.sequence}"
        try:
            data = self.shape(delivery.subject, delivery.data, delivery.header_block)
            await self.emit(Happening(data, event_id))
        except TemporaryError as error:
            delivery.nak(max(1.0, error.delay or 0.0))
            return
        except (RefusedError, PermanentError) as error:
            _not_an_event(self.at, error)
        delivery.ack()


async def _problem(connection: Connection, durable: Durable, puller: Puller | None) -> str | None:
    """Return why nothing can be pulled; a durable that is gone is made again."""
    if connection.problem is not None or puller is None:
        return connection.problem
    if puller.problem is not None:
        try:
            await durable.bind()
        except BusError as error:
            return str(error)
    return puller.problem
