"""Serve a sandbox inside a running event loop: `await serve(...)`, later `await running.stop()`."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from server.sandbox.api import create_app
from server.sandbox.errors import SandboxError
from server.sandbox.store import Store
from server.sandbox.visitors import is_loopback

__all__ = ["Running", "create_app", "serve"]

_BACKLOG = 512
_KEEP_ALIVE = 120  # seconds; a client that is closed on between two requests sees an error


class _Server(uvicorn.Server):
    """A server that leaves signals to its owner and says when it has started."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


class Running:
    """A sandbox that is being served.

    Attributes:
        host, port: where it listens. url: the same, for clients.
    """

    def __init__(self, host: str, port: int, server: _Server, store: Store) -> None:
        self.host = host
        self.port = port
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        self._server = server
        self._store = store
        self._task: asyncio.Task[None] | None = None

    async def start(self, listener: socket.socket) -> None:
        """Begin to serve; returns when requests are answered."""
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]))
        up = asyncio.create_task(self._server.up.wait())
        await asyncio.wait({self._task, up}, return_when=asyncio.FIRST_COMPLETED)
        up.cancel()

    async def stop(self) -> None:
        """End watches and connections, and close the file; takes well under a second."""
        self._store.history.close()
        self._server.should_exit = True
        if self._task is not None:
            await self._task
        self._store.close()


async def serve(
    path: Path | None, host: str = "127.0.0.1", port: int = 0, *, auto_namespaces: bool = True
) -> Running:
    """Serve a sandbox; signals stay with the caller, who also stops it.

    Args:
        path: the file of its objects, made when missing; None: they are in memory only.
        host: where to listen.
        port: 0 takes a free one (`Running.port` tells).
        auto_namespaces: see `create_app`.

    Raises:
        SandboxError: the port or the file is in use.
    """
    listener = _listen(host, port)
    try:
        store = Store(path)
    except SandboxError:
        listener.close()
        raise
    config = uvicorn.Config(
        create_app(store, auto_namespaces=auto_namespaces, this_machine_only=is_loopback(host)),
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=1,
    )
    running = Running(host, listener.getsockname()[1], _Server(config), store)
    await running.start(listener)
    return running


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise SandboxError(f"port {port} on {host} cannot be used: {error.strerror}") from error
    # asyncio does this only for sockets that name their protocol, which this one does not; without
    # it every answer waits 40 ms for the acknowledgement of its headers.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
