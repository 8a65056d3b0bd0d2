"""One port: a listening socket with its connections, opened, exchanged and closed gently."""

import asyncio
import errno
import math
import time
from email.utils import formatdate
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from eventsource.certificate import Certificate
from eventsource.http import Application
from eventsource.protocol import HttpProtocol
from hookline.errors import HooklineError, TemporaryError

_BACKLOG = 1024
_POLL = 0.02


class ListenError(HooklineError):
    """A port cannot be listened on."""


class PortTakenError(ListenError):
    """Another program (or another Hookline) has the port."""


class HttpServer:
    """Serves one application on one port.

    Args:
        host: address or name to bind; port: its port.
        application: what is served.
        wanted_by: who wants the port, for the error message.
        certificate: what it shows; None: no TLS.
        shared: other processes of ours listen on the port as well.
    """

    def __init__(
        self,
        host: str,
        port: int,
        application: Application,
        wanted_by: str,
        certificate: Certificate | None = None,
        *,
        shared: bool = False,
    ) -> None:
        self.port = port
        self._certificate = certificate
        self.application = application
        self._host = host
        self._shared = shared or None  # uvloop takes no False
        self._wanted_by = wanted_by
        self._state = ServerState()
        self._waiting: dict[HttpProtocol, None] = {}
        self._listener: asyncio.Server | None = None
        self._sweeper: asyncio.Task[None] | None = None
        self._config = uvicorn.Config(
            application,
            http=HttpProtocol,
            ws="none",
            lifespan="off",
            interface="asgi3",
            proxy_headers=False,
            log_config=None,
            access_log=False,
            timeout_keep_alive=math.ceil(application.limits.idle_seconds),
        )
        self._config.load()

    async def open(self) -> None:
        """Begin to listen; ListenError says why that is impossible."""
        tls: dict[str, Any] = {}
        try:
            if self._certificate is not None:
                limit = self.application.limits.head_seconds
                tls = {"ssl": self._certificate.context(), "ssl_handshake_timeout": limit}
            self._listener = await asyncio.get_running_loop().create_server(
                self._connect,
                self._host,
                self.port,
                backlog=_BACKLOG,
                reuse_port=self._shared,
                **tls,
            )
        except TemporaryError as error:
            message = (
                f"port {self.port}, which {self._wanted_by} wants, has no certificate: {error}"
            )
            raise ListenError(message) from error
        except OSError as error:
            raise self._explain(error) from error
        self._sweeper = asyncio.create_task(self._sweep())

    def _connect(self) -> HttpProtocol:
        application = self.application
        limits, count = application.limits, application.count
        return HttpProtocol(self._config, self._state, limits, count, self._waiting)

    def _explain(self, error: OSError) -> ListenError:
        wanted = f"port {self.port} on {self._host}, which {self._wanted_by} wants,"
        if error.errno == errno.EADDRINUSE:
            return PortTakenError(
                f"{wanted} is taken: stop the program that has it"
                f" (`ss -ltnp 'sport = :{self.port}'` names it) or change `port` in the manifest"
            )
        if error.errno == errno.EACCES:
            return ListenError(
                f"{wanted} is not allowed for this user: choose a port over 1023 in the manifest"
            )
        return ListenError(f"{wanted} cannot be listened on: {error.strerror or error}")

    async def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            date = formatdate(time.time(), usegmt=True).encode()
            self._state.default_headers = [(b"date", date)]
            for connection in self._connections():
                connection.check(loop.time())
            if self._certificate is not None:
                self._certificate.refresh()
            await asyncio.sleep(self.application.limits.sweep_seconds)

    def _connections(self) -> list[HttpProtocol]:
        return [each for each in self._state.connections if isinstance(each, HttpProtocol)]

    def stop_listening(self) -> None:
        """Accept no connection any more; those that are idle end, others after their answer."""
        if self._listener is not None:
            self._listener.close()
        for connection in self._connections():
            connection.shutdown()

    async def drain(self, seconds: float) -> None:
        """Stop listening and wait until every request is answered; cut what lasts longer."""
        self.stop_listening()
        try:
            async with asyncio.timeout(seconds):
                while self._state.connections or self._state.tasks:  # noqa: ASYNC110  nobody tells
                    await asyncio.sleep(_POLL)
        except TimeoutError:
            for connection in self._connections():
                connection.transport.abort()
        if self._sweeper is not None:
            self._sweeper.cancel()
