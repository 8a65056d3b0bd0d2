"""`nats`: says a message on a NATS subject for each event; done when the server has taken it."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field

from hookline.errors import PermanentError, TemporaryError
from hookline.event import Event
from hookline.manifest import Place
from hookline.nats_auth import Auth
from hookline.secrets import SecretKey, Secrets
from hookline.tls import TlsBlock
from trigger.action import Doors, Due, LeaseLostError, Order, Prepared, Setting
from trigger.filled import FilledAction
from trigger.http_secrets import Credentials, secret_text
from trigger.payload import Payload, PayloadBlock, compile_payload

if TYPE_CHECKING:
    from nats.aio.client import Client

_SECONDS = 5
_ID = "Nats-Msg-Id"


class Nats(FilledAction):
    """Publishes on a subject. At least once: a repeat carries the same Nats-Msg-Id."""

    unmoved: ClassVar[tuple[str, ...]] = ("subject",)

    url: str = Field("", description="nats-server, `nats://host:4222`; several with commas.")
    subject: str = Field("", description="The subject, without wildcards.")
    payload: list[PayloadBlock] = Field(
        default_factory=list, description="Values of the event, of which the message is made."
    )
    auth: Auth | None = Field(None, description="Who Hookline is there.")
    tls: TlsBlock | None = Field(None, description="How TLS is done.")

    def ready(self, place: Place, at: Setting) -> Prepared | None:
        """Return the action of these very settings; None with mistakes noted at `place`."""
        servers = tuple(each.strip() for each in self.url.split(",") if each.strip())
        fits = _check_servers(servers, place / "url")
        fits &= _check_subject(self.subject, place / "subject")
        if not self.payload:
            (place / "payload").error("payload is required", code="missing-field")
        payload = compile_payload(self.payload, place / "payload", at)
        if payload is None or not fits or not self.payload:
            return None
        door = _Door(servers, self.auth, Credentials(at.namespace, tls=self.tls))
        return _Nats(door, self.subject, payload)


def _check_servers(servers: tuple[str, ...], place: Place) -> bool:
    if servers and all(_is_server(each) for each in servers):
        return True
    place.error(
        "this is no address of nats-server" if servers else "url is required",
        code="bad-url" if servers else "missing-field",
        suggestion="write it like nats://host:4222",
    )
    return False


def _is_server(url: str) -> bool:
    try:
        parts = urlsplit(url if "://" in url else f"nats://{url}")
        return parts.scheme in {"nats", "tls"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _check_subject(subject: str, place: Place) -> bool:
    if not subject:
        place.error("subject is required", code="missing-field")
        return False
    tokens = subject.split(".")
    if all(tokens) and not {"*", ">"} & set(tokens) and _one_word(subject):
        return True
    place.error(
        f"{subject!r} is no subject to publish on",
        code="bad-value",
        suggestion="words with dots between them, without blanks and wildcards",
    )
    return False


def _one_word(text: str) -> bool:
    return text.isprintable() and " " not in text


@dataclass(frozen=True, slots=True)
class _Message(Order):
    """A message that only has to be sent."""

    content: bytes
    key: str


@dataclass(frozen=True, slots=True)
class _Door:
    """How to get to a nats-server."""

    servers: tuple[str, ...]
    auth: Auth | None
    credentials: Credentials

    @property
    def shown(self) -> str:
        """The servers without user and password."""
        return ",".join(_without_login(each) for each in self.servers)

    def login(self, secrets: Secrets) -> tuple[tuple[str, str], ...]:
        """Return arguments of `connect`; TemporaryError when a secret is missing."""
        auth = self.auth
        if auth is None:
            return ()

        def text(key: SecretKey) -> str:
            return secret_text(secrets, key, self.credentials.namespace).strip("\r\n")

        if auth.basic is not None:
            return ("user", text(auth.basic.username)), ("password", text(auth.basic.password))
        if auth.token is not None:
            return (("token", text(auth.token)),)
        if auth.nkey is not None:
            return (("nkeys_seed_str", text(auth.nkey).strip()),)
        return (("user_credentials", text(auth.credential)),) if auth.credential else ()


def _without_login(url: str) -> str:
    scheme, separator, rest = url.rpartition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"


@dataclass(frozen=True, slots=True)
class _Nats(Prepared):
    door: _Door
    subject: str
    payload: Payload

    def order(self, events: Mapping[str, Event], due: Due) -> Order:
        body = self.payload.build(events)
        shown = {
            "url": self.door.shown,
            "subject": self.subject,
            "headers": {_ID: due.key},
            "body": None if body is None else body.shown,
        }
        return _Message(shown, b"" if body is None else body.content, due.key)

    async def act(
        self,
        order: Order,
        doors: Doors,
        lease_is_live: Callable[[], bool],
        *,
        repeat: bool,  # noqa: ARG002  of Prepared
    ) -> None:
        if not isinstance(order, _Message):
            raise TypeError("this order was made by another action")
        login = self.door.login(doors.secrets)
        tls = self.door.credentials.context(doors.secrets)

        async def connect() -> _Connection:
            return await _connect(self.door, login, tls)

        async with doors.clients.use(("nats", self.door.servers, login, tls), connect) as client:
            if not lease_is_live():
                raise LeaseLostError("the lease of the delivery ended before the message")
            await client.publish(self.subject, order.content, order.key)


async def _connect(
    door: _Door, login: tuple[tuple[str, str], ...], tls: ssl.SSLContext | None
) -> "_Connection":
    """Return a connection to the first server that takes us; TemporaryError when none does."""
    why: Exception | None = None
    for server in door.servers:
        connection = _Connection(_without_login(server))
        try:
            await connection.open(server, login, tls)
        except TemporaryError as error:
            why = error
        else:
            return connection
    raise why or _failed(door.shown, "no server")


class _Connection:
    """A connection that is used until it breaks; it never connects again by itself."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._client: Client | None = None
        self._denied: dict[str, int] = {}

    @property
    def alive(self) -> bool:
        return self._client is not None and self._client.is_connected

    async def open(
        self, server: str, login: tuple[tuple[str, str], ...], tls: ssl.SSLContext | None
    ) -> None:
        """Connect; TemporaryError (NoAnswer, Login) when that fails."""
        import nats.errors  # noqa: PLC0415  lint does without it
        import nkeys  # type: ignore[import-untyped]  # noqa: PLC0415  no types
        from nats.aio.client import Client, RawCredentials  # noqa: PLC0415  same

        options: dict[str, Any] = dict(login)
        if "user_credentials" in options:
            options["user_credentials"] = RawCredentials(options["user_credentials"] + "\n")
        if tls is not None:
            options["tls"] = tls
        client = Client()
        try:
            async with asyncio.timeout(_SECONDS):
                await client.connect(
                    [server],
                    error_cb=self._note,
                    allow_reconnect=False,
                    connect_timeout=_SECONDS,
                    name="hookline",
                    **options,
                )
        except (nats.errors.AuthorizationError, nkeys.NkeysError) as error:
            raise _failed(self._server, "it refuses the login", "Login") from error
        except (nats.errors.Error, OSError, ValueError) as error:
            why = str(error) or "no answer"
            reason = "Login" if "authorization violation" in why.lower() else "NoAnswer"
            raise _failed(self._server, why, reason) from error
        self._client = client

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def publish(self, subject: str, content: bytes, key: str) -> None:
        """Return when the server has taken the message.

        Raises:
            TemporaryError: it did not say so in time, or the user may not publish there.
            PermanentError: the message is too large.
        """
        import nats.errors  # noqa: PLC0415  lint does without it

        if self._client is None:
            raise _failed(self._server, "no connection")
        denied = self._denied.get(subject.lower(), 0)
        try:
            await self._client.publish(subject, content, headers={_ID: key})
            # A ping would overtake the message, which waits for a task that writes it.
            await self._client._flush_pending(force_flush=True)  # noqa: SLF001  flush() does not
            # The answer to this comes after everything that the server says of the message.
            await self._client.flush(_SECONDS)
        except nats.errors.MaxPayloadError as error:
            limit = self._client.max_payload
            raise PermanentError(
                f"{self._server} takes messages of {limit} bytes", reason="TooLarge"
            ) from error
        except (nats.errors.Error, OSError, asyncio.CancelledError) as error:
            await self._client.close()
            if isinstance(error, asyncio.CancelledError):
                raise
            raise _failed(self._server, str(error) or "no answer") from error
        if self._denied.get(subject.lower(), 0) > denied:
            raise _failed(self._server, f"it does not let us publish on {subject}", "Forbidden")
        if not self.alive:
            raise _failed(self._server, "the connection broke")

    async def _note(self, error: Exception) -> None:
        """Count what the server says of messages that it refuses."""
        _, found, rest = str(error).lower().partition("publish to ")
        if found:
            subject = rest.strip("\"' ")
            self._denied[subject] = self._denied.get(subject, 0) + 1


def _failed(server: str, why: str, reason: str = "NoAnswer") -> TemporaryError:
    return TemporaryError(f"nats {server}: {why}", reason=reason, whole_target=True)
