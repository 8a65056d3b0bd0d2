"""A JetStream stream: what it keeps is acknowledged when it is stored as an event."""

import asyncio
from dataclasses import dataclass

from eventsource.source import Emit, Happening, RefusedError, Surroundings
from eventsource.sources.nats.messages import Shape, not_an_event, refuse_own
from hookline.errors import PermanentError, TemporaryError
from hookline.eventbus.connection import Connection
from hookline.eventbus.delivery import Delivery
from hookline.eventbus.durable import Durable
from hookline.eventbus.errors import BusError
from hookline.eventbus.pull import Puller
from hookline.eventbus.settings import BusSettings

_IN_FLIGHT = 64  # messages that are being stored at a time
_LOOK = 0.25  # seconds between two looks at how the consumer is


@dataclass
class Stream:
    """What a stream keeps: acknowledged when it is stored as an event, else it comes again."""

    name: str
    durable: str
    settings: BusSettings
    subject: str
    shape: Shape
    emit: Emit
    at: Surroundings

    async def run(self) -> None:
        """Pull until it is time to stop, then finish or put back what was pulled."""
        connection = Connection(self.settings)
        durable = Durable(connection, self.name, self.durable, self.subject)
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
        handle = self._handle
        return Puller(connection, self.name, self.durable, handle, lambda: _IN_FLIGHT, ack_wait)

    async def _handle(self, delivery: Delivery) -> None:
        # The moment of storing tells a stream from another one of its name, made later.
        moment = round(delivery.stored_at * 1e6)
        event_id = f"{self.name}:{moment}:{delivery.sequence}"
        try:
            refuse_own(delivery.subject, delivery.header_block)
            data = self.shape(delivery.subject, delivery.data, delivery.header_block)
            await self.emit(Happening(data, event_id))
        except TemporaryError as error:
            delivery.nak(max(1.0, error.delay or 0.0))
            return
        except (RefusedError, PermanentError) as error:
            not_an_event(self.at, error)
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
