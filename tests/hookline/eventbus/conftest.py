"""Connections to the test's own nats-server, and waiting for something to become true."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from time import monotonic
from typing import Any

import pytest
from nats_servers import NatsServer

from hookline.eventbus.bus import Bus
from hookline.eventbus.connection import Connection
from hookline.eventbus.settings import BusSettings

type Until = Callable[[Callable[[], object]], Awaitable[None]]
type MakeConnection = Callable[..., Awaitable[Connection]]
type MakeBus = Callable[..., Awaitable[Bus]]


@pytest.fixture
def until() -> Until:
    """`await until(lambda: ...)` returns when it is true, or fails after 30 s."""

    async def wait(condition: Callable[[], object]) -> None:
        end = monotonic() + 30
        while not condition():
            assert monotonic() < end, "it never became true"
            await asyncio.sleep(0.005)

    return wait


@pytest.fixture
async def make_connection(nats_server: NatsServer) -> AsyncIterator[MakeConnection]:
    """`await make_connection(**settings)`: a started connection, closed after the test."""
    made: list[Connection] = []

    async def make(**settings: Any) -> Connection:
        made.append(Connection(BusSettings(**{"url": nats_server.url, **settings})))
        await made[-1].start()
        return made[-1]

    yield make
    for connection in made:
        await connection.close()


@pytest.fixture
async def connection(make_connection: MakeConnection) -> Connection:
    """One started connection with the default settings."""
    return await make_connection()


@pytest.fixture
async def make_bus(nats_server: NatsServer) -> AsyncIterator[MakeBus]:
    """`await make_bus(**settings)`: a started bus, closed after the test."""
    made: list[Bus] = []

    async def make(**settings: Any) -> Bus:
        made.append(Bus(BusSettings(**{"url": nats_server.url, **settings})))
        await made[-1].start()
        return made[-1]

    yield make
    for bus in made:
        await bus.close()


@pytest.fixture
async def bus(make_bus: MakeBus) -> Bus:
    """One started bus with the default settings."""
    return await make_bus()
