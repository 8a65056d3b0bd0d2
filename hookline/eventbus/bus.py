"""The event bus of a namespace: its connection and everything that is kept on it."""

import asyncio

import structlog

from hookline import names
from hookline.errors import TemporaryError
from hookline.event import Event, encode
from hookline.eventbus import streams
from hookline.eventbus.buckets import Bucket
from hookline.eventbus.connection import Connection
from hookline.eventbus.consumers import Consumers
from hookline.eventbus.dead_letters import DeadLetters
from hookline.eventbus.decisions import Decisions
from hookline.eventbus.frames import ID_HEADER, MADE
from hookline.eventbus.joins import Joins
from hookline.eventbus.publisher import Ack, Publisher
from hookline.eventbus.settings import BusSettings
from hookline.eventbus.slots import Slots
from hookline.eventbus.starts import Starts

_SENDER = "sender"  # of ID_HEADER: the id came with the event
_RETRY = 0.5  # seconds until a bus that could not be made ready is tried again

_log = structlog.get_logger(__name__)


class Bus:
    """The face of the bus.

    Attributes:
        connection: to nats-server; its `problem` says what is wrong now.
        decisions, dead_letters, starts, joins, slots, consumers: what is kept on the bus.
    """

    def __init__(self, settings: BusSettings) -> None:
        self.settings = settings
        self.connection = Connection(settings)
        self._events = Publisher(self.connection)
        # Of its own, so that a flood of events never keeps a decision from being recorded.
        self._records = records = Publisher(self.connection)
        self.decisions = Decisions(self.connection, records)
        self.dead_letters = DeadLetters(self.connection, records)
        bucket = names.bucket(settings.namespace, "starts")
        self.starts = Starts(Bucket(self.connection, records, bucket))
        bucket = names.bucket(settings.namespace, "joins")
        self.joins = Joins(self.connection, Bucket(self.connection, records, bucket))
        bucket = names.bucket(settings.namespace, "slots")
        self.slots = Slots(Bucket(self.connection, records, bucket))
        self.consumers = Consumers(self.connection, self.starts, self.joins, self.slots)
        self._degraded: list[str] = []

    @property
    def namespace(self) -> str:
        """Whose events these are."""
        return self.settings.namespace

    @property
    def problem(self) -> str | None:
        """Why events cannot be stored or decided now, in words; None while they can."""
        return self.connection.problem or self._events.problem or self._records.problem

    @property
    def degraded(self) -> list[str]:
        """What is not as it should be though everything works, a line each."""
        full = ["the dead letters are full: what is given up is put back"]
        return [*self._degraded, *(full if self.dead_letters.full else [])]

    async def start(self) -> None:
        """Connect and make the streams ready; waits for nats-server for as long as it takes.

        Raises BusRefusedError when the bus breaks a promise or belongs to another namespace.
        """
        await self.connection.start()
        while True:
            try:
                await self._ready()
                break
            except TemporaryError as error:
                _log.warning("waiting for the bus", error=str(error), every="bus-not-ready")
                await asyncio.sleep(_RETRY)
        self.connection.on_connect(self._ready)

    async def _ready(self) -> None:
        """Make what is missing; after a reconnect the server may be another or an empty one."""
        self._degraded = await streams.ensure(self.connection)
        await self.starts.claim(self.namespace)

    async def close(self) -> None:
        """Send what is queued and close the connection."""
        await self.connection.close()

    async def publish_event(self, event: Event, made_id: bool) -> Ack:  # noqa: FBT001  the contract of a source's publish
        """Return when JetStream has stored the event; `made_id`: the source made its id itself.

        Raises:
            TemporaryError: the bus did not take it, or it is unknown whether it did; an event sent
                again under the same id is stored once.
            PermanentError: it is too large (reason `TooLarge`).
        """
        headers = {
            "Nats-Msg-Id": names.identity(self.namespace, event.source, event.name, event.id),
            ID_HEADER: MADE if made_id else _SENDER,
        }
        subject = names.event_subject(self.namespace, event.source, event.name)
        return await self._events.publish(subject, encode(event), headers)

    async def publish_again(
        self, source: str, event: str, data: bytes, headers: dict[str, str]
    ) -> Ack:
        """Store bytes that were on the bus before; raises what `publish_event` raises."""
        subject = names.event_subject(self.namespace, source, event)
        return await self._events.publish(subject, data, headers)
