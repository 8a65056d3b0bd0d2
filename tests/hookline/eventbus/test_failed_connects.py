import asyncio
import socket
import struct
from contextlib import asynccontextmanager, suppress

import pytest
import structlog

from hookline.eventbus import connection as module
from hookline.eventbus.connection import Connection
from hookline.eventbus.settings import BusSettings


@pytest.fixture
def quiet():
    """No log: such tests would print hundreds of the lines that the roof thins out."""
    with structlog.testing.capture_logs():
        yield


@asynccontextmanager
async def broken_server(greeting):
    """A server that accepts, says `greeting` and nothing more; yields url and statistics."""
    seen = {"accepted": 0, "open": 0, "most": 0}

    async def serve(reader, writer):
        seen["accepted"] += 1
        seen["open"] += 1
        seen["most"] = max(seen["most"], seen["open"])
        writer.write(greeting)
        with suppress(ConnectionError):
            while await reader.read(1000):
                pass
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        seen["open"] -= 1

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    yield f"nats://{host}:{port}", seen
    server.close()


@pytest.mark.parametrize(
    "greeting",
    [
        b"INFO {}\r\n-ERR 'Authorization Violation'\r\n",
        b"HTTP/1.1 400 Bad Request\r\n",
        b"INFO nonsense\r\n",
    ],
)
async def test_failed_connects_leave_no_connections_behind(greeting, until, quiet, monkeypatch):
    monkeypatch.setattr(module, "_RECONNECT_WAIT", 0)
    async with broken_server(greeting) as (url, seen):
        connection = Connection(BusSettings(url))
        starting = asyncio.ensure_future(connection.start())
        await until(lambda: seen["accepted"] >= 1000)
        assert seen["most"] <= 3
        starting.cancel()
        await connection.close()
        await until(lambda: seen["open"] == 0)


async def test_failed_reconnects_leave_no_connections_behind(
    nats_server, until, quiet, monkeypatch
):
    monkeypatch.setattr(module, "_RECONNECT_WAIT", 0)
    connection = Connection(BusSettings(nats_server.url))
    await connection.start()
    async with broken_server(b"INFO {}\r\n-ERR 'not now'\r\n") as (url, seen):
        pool = connection._client._server_pool
        pool[0].uri = connection._client._parse_server_uri(url)
        nats_server.kill()
        await until(lambda: seen["accepted"] >= 1000)
        assert seen["most"] <= 3
        tasks = [task for task in asyncio.all_tasks() if "Client." in repr(task)]
        assert len(tasks) <= 3
        await connection.close()
        await until(lambda: seen["open"] == 0)


async def test_a_refusal_outlasts_the_connections_that_are_cut_after_it(until, quiet, monkeypatch):
    """A server that refuses may close before its refusal is read."""
    monkeypatch.setattr(module, "_RECONNECT_WAIT", 0)
    accepted = 0

    async def serve(reader, writer):
        nonlocal accepted
        accepted += 1
        if accepted == 1:
            writer.write(b"INFO {}\r\n-ERR 'Authorization Violation'\r\n")
            await reader.read()
            writer.close()
        else:
            linger = struct.pack("ii", 1, 0)  # the kernel then sends a reset
            socket_of(writer).setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    connection = Connection(BusSettings(f"nats://{host}:{port}"))
    starting = asyncio.ensure_future(connection.start())
    await until(lambda: "Authorization Violation" in connection.problem)
    await until(lambda: accepted >= 20)
    assert "Authorization Violation" in connection.problem
    starting.cancel()
    await connection.close()
    server.close()


def socket_of(writer):
    return writer.get_extra_info("socket")
