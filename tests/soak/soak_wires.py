"""TCP proxies between each pair of a soak, so that their connections can be reset."""

import asyncio
import socket
import struct
import threading
from contextlib import suppress

_AT_ONCE = 65536
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with RST


class Wire:
    """A proxy to a port of this machine.

    Attributes:
        name: of the pair; port: where the proxy listens.
    """

    def __init__(self, name: str, target: int) -> None:
        self.name = name
        self.port = 0
        self._target = target
        self._open: set[asyncio.StreamWriter] = set()

    async def listen(self) -> asyncio.Server:
        """Listen on a port of its own."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def reset(self) -> None:
        """Reset all connections that are open, on both sides."""
        for writer in list(self._open):
            end = writer.get_extra_info("socket")
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            there = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            await self._end(writer)
            return
        self._open.add(there[1])
        await asyncio.gather(_pump(reader, there[1]), _pump(there[0], writer))
        await self._end(writer)
        await self._end(there[1])

    async def _end(self, writer: asyncio.StreamWriter) -> None:
        self._open.discard(writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(_AT_ONCE):
            writer.write(data)
            await writer.drain()
    with suppress(OSError, RuntimeError):
        writer.write_eof()


class Wires:
    """All proxies of a soak, on a thread of their own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._servers: list[asyncio.Server] = []
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def to(self, name: str, port: int) -> Wire:
        """Return a new proxy to a port."""
        wire = Wire(name, port)
        self._servers.append(asyncio.run_coroutine_threadsafe(wire.listen(), self._loop).result())
        return wire

    def reset(self, wire: Wire) -> None:
        """Reset what goes over one of them."""
        asyncio.run_coroutine_threadsafe(wire.reset(), self._loop).result()

    def stop(self) -> None:
        """End all."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        for server in self._servers:
            server.close()
        me = asyncio.current_task()
        rest = [task for task in asyncio.all_tasks() if task is not me]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
