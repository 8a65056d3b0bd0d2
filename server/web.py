"""Serves an ASGI application on a port, beside everything else in the event loop."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn

from server.ports import PortTakenError


class _Quiet(uvicorn.Server):
    """A server that leaves the process's signals alone: its owner stops it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class WebServer:
    """One ASGI application on one port.

    Attributes:
        url: its address, once started.
    """

    def __init__(self, application: Any, host: str, port: int, what: str, flag: str) -> None:
        self._config = uvicorn.Config(
            application,
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        self._address = (host, port)
        self._who = (what, flag)
        self._server = _Quiet(self._config)
        self._task: asyncio.Task[None] | None = None
        self.url = ""

    async def start(self) -> None:
        """Listen; connections wait in the socket until the application turns.

        Raises:
            PortTakenError: the port cannot be had.
        """
        listener = self._listen()
        host, port = listener.getsockname()[:2]
        self.url = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104  shown, not bound
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]))

    def _listen(self) -> socket.socket:
        what, flag = self._who
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            listener.bind(self._address)
            listener.listen(128)
        except OSError as error:
            listener.close()
            raise PortTakenError(
                f"port {self._address[1]} for {what} is taken: stop what listens there, "
                f"or choose another with {flag}"
            ) from error
        return listener

    async def stop(self) -> None:
        """Stop listening and end the connections within about a second."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task
