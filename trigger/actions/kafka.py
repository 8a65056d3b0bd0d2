"""`kafka`: sends a message to a Kafka topic for each event; done when the cluster confirms it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from pydantic import Field

from hookline.block import Block
from hookline.event import Event
from hookline.manifest import Place
from hookline.secrets import SecretKey, Secrets
from hookline.tls import TlsBlock
from trigger.action import Doors, Due, LeaseLostError, Order, Prepared, Setting
from trigger.extras import has_library
from trigger.filled import FilledAction
from trigger.http_secrets import SHOWN, Credentials, SecureHeader, secret_headers, secret_text
from trigger.kafka_producer import Cluster, Headers, Producer
from trigger.notes import not_yet
from trigger.payload import Payload, PayloadBlock, compile_payload

_TOPIC = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}")
_SERVER = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/@,]+):[0-9]{1,5}")
_ID = "Idempotency-Key"
_IDLE = ("partition", "flushFrequency", "version")


class Sasl(Block):
    """Who Hookline is there."""

    mechanism: Literal["", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER", "GSSAPI"] = (
        Field("", description="PLAIN (as without it), SCRAM-SHA-256 or SCRAM-SHA-512.")
    )
    user_secret: SecretKey | None = Field(None, description="Secret with the user's name.")
    password_secret: SecretKey | None = Field(None, description="Secret with the password.")


class Kafka(FilledAction):
    """Sends to a topic. At least once: a repeat has the same header Idempotency-Key."""

    url: str = Field("", description="Brokers, `host:9092`; several with commas.")
    topic: str = Field("", description="The topic.")
    payload: list[PayloadBlock] = Field(
        default_factory=list, description="Values of the event, of which the message is made."
    )
    partitioning_key: str = Field("", description="The message's key, which chooses its partition.")
    headers: dict[str, str] = Field(default_factory=dict, description="Headers, as they are.")
    secure_headers: list[SecureHeader] = Field(
        default_factory=list, description="Headers with values of secrets."
    )
    required_acks: Literal[-1, 0, 1] = Field(
        0, description="1: the leader alone confirms; otherwise all replicas in sync."
    )
    compress: bool = Field(default=False, description="Compress messages (gzip).")
    tls: TlsBlock | None = Field(None, description="How TLS is done.")
    sasl: Sasl | None = Field(None, description="Who Hookline is there.")
    partition: int | None = Field(None, description="No effect, as in Argo Events.")
    flush_frequency: int | None = Field(None, description="No effect: nothing waits for others.")
    version: str | None = Field(None, description="No effect: the broker says what it speaks.")
    schema_registry: dict[str, Any] | None = Field(None, description="Avro (not there yet).")

    def ready(self, place: Place, at: Setting) -> Prepared | None:
        """Return the action of these very settings; None with mistakes noted at `place`."""
        before = sum(each.level == "error" for each in place.mistakes)
        has_library("aiokafka", "kafka", place)
        servers = tuple(each.strip() for each in self.url.split(",") if each.strip())
        self._check(servers, place)
        payload = compile_payload(self.payload, place / "payload", at)
        secret = secret_headers(self.secure_headers, place / "secureHeaders")
        after = sum(each.level == "error" for each in place.mistakes)
        if payload is None or secret is None or after > before:
            return None
        credentials = Credentials(at.namespace, secret, tls=self.tls)
        return _Kafka(self, servers, payload, credentials)

    def _check(self, servers: tuple[str, ...], place: Place) -> None:
        for name in ("url", "topic", "payload"):
            if not getattr(self, name):
                (place / name).error(f"{name} is required", code="missing-field")
        if not all(_SERVER.fullmatch(each) for each in servers):
            (place / "url").error(
                "these are no brokers", code="bad-url", suggestion="write host:9092, with commas"
            )
        if self.topic and not _TOPIC.fullmatch(self.topic):
            (place / "topic").error(f"{self.topic!r} is no name of a topic", code="bad-value")
        for key in _IDLE:
            if key in self.model_dump(by_alias=True, exclude_unset=True):
                (place / key).warn(f"{key} has no effect here", code="no-effect")
        if self.schema_registry is not None:
            not_yet("schemaRegistry", place / "schemaRegistry")
        if self.sasl is not None:
            _check_sasl(self.sasl, place / "sasl")


def _check_sasl(sasl: Sasl, place: Place) -> None:
    if sasl.mechanism in {"OAUTHBEARER", "GSSAPI"}:
        not_yet(f"the mechanism {sasl.mechanism}", place / "mechanism")
    if sasl.user_secret is None or sasl.password_secret is None:
        place.error("userSecret and passwordSecret are required", code="missing-field")


@dataclass(frozen=True, slots=True)
class _Message(Order):
    """A message that lacks only what secrets hold."""

    content: bytes
    headers: Headers


@dataclass(frozen=True, slots=True)
class _Kafka(Prepared):
    settings: Kafka
    servers: tuple[str, ...]
    payload: Payload
    credentials: Credentials

    def order(self, events: Mapping[str, Event], due: Due) -> Order:
        body = self.payload.build(events)
        headers = {_ID: due.key} | self.settings.headers
        shown = {
            "url": ",".join(self.servers),
            "topic": self.settings.topic,
            "key": self.settings.partitioning_key or None,
            "headers": headers | dict.fromkeys(self.credentials.names(), SHOWN),
            "body": None if body is None else body.shown,
        }
        content = b"" if body is None else body.content
        return _Message(shown, content, [(name, text.encode()) for name, text in headers.items()])

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
        values = await self.credentials.values(doors)
        named = zip(self.credentials.names(), values, strict=True)
        headers = [*order.headers, *((name, value.encode()) for name, value in named)]
        key = self.settings.partitioning_key.encode() or None
        cluster = self._cluster(doors.secrets)
        async with doors.clients.use(cluster, partial(Producer.connect, cluster)) as producer:
            if not lease_is_live():
                raise LeaseLostError("the lease of the delivery ended before the message")
            await producer.send(self.settings.topic, order.content, key, headers)

    def _cluster(self, secrets: Secrets) -> Cluster:
        """Return how to talk to the cluster; TemporaryError when a secret is missing."""
        settings, login = self.settings, None
        sasl = settings.sasl
        if sasl is not None and sasl.user_secret is not None and sasl.password_secret is not None:
            user, password = (
                secret_text(secrets, key, self.credentials.namespace).strip("\r\n")
                for key in (sasl.user_secret, sasl.password_secret)
            )
            login = sasl.mechanism or "PLAIN", user, password
        return Cluster(
            self.servers,
            settings.required_acks != 1,
            settings.compress,
            self.credentials.context(secrets),
            login,
        )
