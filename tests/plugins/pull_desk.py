"""A stream, a consumer and handlers that note what they get, for tests of pulling."""

import asyncio

import pytest

from hookline.eventbus.lease import now
from hookline.eventbus.publisher import Publisher
from hookline.eventbus.pull import Puller

SECOND = 1_000_000_000
MADE = {"Hookline-Id": "made"}


class Desk:
    """A stream and a consumer, and handlers that note what they get."""

    def __init__(self, connection):
        self.connection = connection
        self.publisher = Publisher(connection)
        self.pullers = []
        self.seen = []
        self.open = asyncio.Event()
        self.held = 0
        self.most = 0

    async def make(self, ack_wait=10.0, **config):
        stream = {"name": "s", "subjects": ["s.>"], "storage": "file"}
        await self.connection.api("STREAM.CREATE.s", stream)
        await self.make_consumer(ack_wait, **config)

    async def make_consumer(self, ack_wait=10.0, **config):
        consumer = {
            "durable_name": "c",
            "ack_policy": "explicit",
            "ack_wait": int(ack_wait * SECOND),
            "max_deliver": -1,
            "deliver_policy": "all",
            **config,
        }
        body = {"stream_name": "s", "config": consumer}
        await self.connection.api("CONSUMER.CREATE.s.c", body)

    async def publish(self, count=1, headers=MADE):
        for number in range(count):
            await self.publisher.publish("s.a", b"%d" % number, headers)

    async def pull(self, handle, limit=lambda: 8, connection=None, ack_wait=10.0):
        puller = Puller(connection or self.connection, "s", "c", handle, limit, ack_wait)
        await puller.start()
        self.pullers.append(puller)
        return puller

    async def ack(self, delivery):
        self.seen.append(delivery)
        delivery.ack()

    async def keep(self, delivery):
        """Hold the message until the desk is opened, then acknowledge."""
        self.seen.append(delivery)
        self.held += 1
        self.most = max(self.most, self.held)
        await self.open.wait()
        self.held -= 1
        delivery.ack()

    async def leave(self, delivery):
        """End at once without a word."""
        self.seen.append(delivery)

    async def info(self):
        return await self.connection.api("CONSUMER.INFO.s.c")

    async def until_info(self, condition):
        end = now() + 30
        while not condition(info := await self.info()):
            assert now() < end, info
            await asyncio.sleep(0.02)


@pytest.fixture
async def desk(connection):
    desk = Desk(connection)
    yield desk
    await asyncio.gather(*(puller.stop(0) for puller in desk.pullers))


@pytest.fixture
async def make_desk(desk, make_connection):
    """Another worker: the same consumer over a connection of its own."""
    others = []

    async def make():
        others.append(Desk(await make_connection()))
        return others[-1]

    yield make
    for other in others:
        await asyncio.gather(*(puller.stop(0) for puller in other.pullers))
