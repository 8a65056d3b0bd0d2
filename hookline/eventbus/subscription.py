"""A subscription on any nats-server, kept up for ever: what is said comes to one listener."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import nats.errors
import structlog

from hookline.eventbus.client import BusClient, Listener
from hookline.eventbus.settings import BusSettings

_PING_INTERVAL = 2  # seconds; two missed pings end the connection
_RECONNECT_WAIT = 1  # seconds between two tries of one server
_RETRY = 1.0  # seconds until a client that was closed for good is replaced
_CLOSE_TIMEOUT = 2.0
_SETTLE = 2  # seconds for nats-server to answer to a subscription
_LOST = "the connection to nats-server was lost"

_log = structlog.get_logger(__name__)


class Subscription:
    """One subject in one queue group.

    Args:
        settings: how nats-server is reached.
        subject, queue: what is listened to, and with whom it is shared.
        listener: gets each message; it must not raise or block.
        say: is told why nothing can be heard, in words; None when it can.
    """

    def __init__(
        self,
        settings: BusSettings,
        subject: str,
        queue: str,
        listener: Listener,
        say: Callable[[str | None], None],
    ) -> None:
        self._settings = settings
        self._subject = subject
        self._queue = queue
        self._listener = listener
        self._say = say
        self._client: BusClient | None = None
        self._moved = asyncio.Event()
        self._denied = False

    async def run(self) -> None:
        """Hear until cancelled."""
        while True:
            self._denied = False
            settings = self._settings
            client = BusClient(self._lost, settings.login, secure=settings.secure)
            try:
                await self._serve(client)
            except (nats.errors.Error, OSError, TimeoutError) as error:
                await self._noted(error)
            finally:
                self._client = None
                await client.shut(_CLOSE_TIMEOUT)
            await asyncio.sleep(_RETRY)

    async def hush(self) -> None:
        """Let nothing more be sent; returns when all that was sent has been heard."""
        if self._client is not None and self._client.is_connected:
            with suppress(nats.errors.Error, OSError, TimeoutError):
                await self._client.hush(self._subject)
                await self._client.settle(_SETTLE)

    async def _serve(self, client: BusClient) -> None:
        await client.connect(
            self._settings.servers,
            name="hookline-source",
            max_reconnect_attempts=-1,
            reconnect_time_wait=_RECONNECT_WAIT,
            ping_interval=_PING_INTERVAL,
            max_outstanding_pings=2,
            error_cb=self._noted,
            reconnected_cb=self._wake,
            closed_cb=self._wake,
        )
        self._client = client
        await client.listen(self._subject, self._listener, self._queue)
        while not client.is_closed and not self._denied:
            self._moved.clear()
            if client.is_connected:
                await client.settle(_SETTLE)  # a refusal comes before its answer
                if not self._denied:
                    self._say(None)
                    _log.info("source-connected", url=self._settings.shown_url)
            if not self._denied:
                await self._moved.wait()

    def _lost(self) -> None:
        self._say(_LOST)

    async def _wake(self) -> None:
        self._moved.set()

    async def _noted(self, error: Exception) -> None:
        text = f"nats-server at {self._settings.shown_url}: {str(error) or type(error).__name__}"
        if "permissions violation" in text.lower():
            self._denied = True
            self._moved.set()
        elif self._client is not None and self._client.is_connected:
            _log.warning("source-error", problem=text, every=f"source {self._subject}")
            return
        self._say(text)
