"""The one connection to nats-server: kept up for ever, truthful about what is wrong with it.

A client that nats-py has closed for good is replaced by a new one. Every answer comes through one
inbox, so that a lost connection fails at once whatever waits.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from secrets import token_hex
from typing import Any

import msgspec
import nats.errors
import structlog

from hookline.errors import HooklineError
from hookline.eventbus import frames
from hookline.eventbus.client import CUTS, BusClient, Listener
from hookline.eventbus.errors import (
    BusDownError,
    BusError,
    JetStreamOffError,
    NoRespondersError,
    refusal,
)
from hookline.eventbus.replies import Answer, Replies
from hookline.eventbus.settings import BusSettings

type Callback = Callable[[], Awaitable[None]]

_API = "$JS.API."
_PING_INTERVAL = 2  # seconds; two missed pings end the connection
_RECONNECT_WAIT = 1  # seconds between two tries of one server
_PROBE_INTERVAL = 2.0  # seconds between two looks whether JetStream answers
_RETRY = 0.5  # seconds until what failed after a connect is tried again
_CLOSE_TIMEOUT = 2.0
_OFF = "JetStream is off: start nats-server with -js or a jetstream block in its configuration"
_LOST = "the connection to nats-server was lost"
_DISABLED = "JetStream is disabled, restart nats-server"

_log = structlog.get_logger(__name__)
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class Connection:
    """A connection to nats-server and its JetStream.

    Attributes:
        settings: how the bus is reached.
        generation: counts the connects that were lost.
    """

    def __init__(self, settings: BusSettings) -> None:
        self.settings = settings
        self._problem: str | None = "nats-server was not reached yet"
        self.generation = 0
        self._refused = False
        self._inbox = f"_INBOX.{token_hex(11)}."
        self._inboxes = 0
        self._replies = Replies(self._inbox + "r.", self._drop_when_stuck)
        self._listeners: dict[str, Listener] = {self._replies.prefix: self._replies.arrived}
        self._callbacks: list[Callback] = []
        self._client: BusClient | None = None
        self._task: asyncio.Task[None] | None = None
        self._dropping: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._first = asyncio.Event()
        self._greeted = -1
        self._worked = False

    async def start(self) -> None:
        """Return when nats-server was reached for the first time; keeps trying for ever."""
        self._task = asyncio.create_task(self._run(), name="bus-connection")
        reached = asyncio.create_task(self._first.wait())
        await asyncio.wait({self._task, reached}, return_when=asyncio.FIRST_COMPLETED)
        reached.cancel()
        if self._task.done():
            self._task.result()

    async def close(self) -> None:
        """Send what is queued, then close for good; everything that waits fails."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._replies.close()
        self._problem = "the connection to nats-server was closed"

    @property
    def connected(self) -> bool:
        """Whether there is a connection at this moment (JetStream may still be off)."""
        return self._client is not None and bool(self._client.is_connected)

    @property
    def problem(self) -> str | None:
        """Why the bus is not usable now, in words; None while it is."""
        return self._problem or (None if self.connected else _LOST)

    @property
    def max_payload(self) -> int:
        """The largest message (headers and data, bytes) that nats-server takes."""
        return int(self._live().max_payload)

    def on_connect(self, callback: Callback) -> Callable[[], None]:
        """Run `callback` after each connect from now on; returns what takes it off again.

        While one raises a HooklineError all are run again, and `problem` says what it said.
        """

        def take_off() -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

        self._callbacks.append(callback)
        return take_off

    async def inbox(self, listener: Listener) -> str:
        """Return a new prefix of subjects, ending in a dot; its messages go to `listener`.

        Each has a subscription of its own: a stream's messages do not name the inbox they go to.
        """
        self._inboxes += 1
        prefix = f"{self._inbox}{self._inboxes}."
        self._listeners[prefix] = listener
        if self._client is not None:
            with suppress(nats.errors.Error):  # a client that takes its place subscribes anew
                await self._client.listen(f"{prefix}*", listener)
        return prefix

    async def hush_inbox(self, prefix: str) -> None:
        """Let nothing more be sent to an inbox; what is already on its way is still heard."""
        if self._client is not None:
            await self._client.hush(f"{prefix}*")

    async def close_inbox(self, prefix: str) -> None:
        """Forget an inbox; what still arrives there is dropped."""
        self._listeners.pop(prefix, None)
        if self._client is not None:
            await self._client.unlisten(f"{prefix}*")

    def publish(
        self,
        subject: str,
        payload: bytes,
        headers: Mapping[str, str] | None = None,
        reply: str = "",
    ) -> None:
        """Send without waiting for anything; BusDownError when there is no connection."""
        self._live().send(frames.publish(subject, reply, payload, headers))

    def ask(
        self,
        subject: str,
        payload: bytes,
        timeout: float,
        headers: Mapping[str, str] | None = None,
    ) -> asyncio.Future[Answer]:
        """Send and return the future of the answer; it fails with a BusError, never hangs.

        Raises BusDownError when there is no connection; then nothing was sent.
        """
        client = self._live()
        reply, future = self._replies.expect(timeout)
        client.send(frames.publish(subject, reply, payload, headers))
        return future

    async def request(
        self,
        subject: str,
        payload: bytes = b"",
        timeout: float = 5.0,  # noqa: ASYNC109  one timer for all
    ) -> bytes:
        """Send and return the bytes of the answer; BusError when none came."""
        answer = await self.ask(subject, payload, timeout)
        if frames.status(answer.headers)[0] == frames.NO_RESPONDERS:
            raise NoRespondersError(f"nobody answers on {subject}")
        return answer.data

    async def api(
        self,
        verb: str,
        body: object = None,
        timeout: float = 5.0,  # noqa: ASYNC109  same
    ) -> dict[str, Any]:
        """Return JetStream's answer to `$JS.API.<verb>`; its refusals are leaves of BusError."""
        try:
            raw = await self.request(_API + verb, b"" if body is None else _encode(body), timeout)
        except NoRespondersError as error:
            raise JetStreamOffError(_DISABLED if self._worked else _OFF) from error
        try:
            answer: dict[str, Any] = _decode(raw)
        except msgspec.DecodeError as error:
            raise BusError(f"JetStream's answer to {verb} is no JSON: {error}") from error
        if "error" in answer:
            raise refusal(answer["error"])
        return answer

    def _live(self) -> BusClient:
        client = self._client
        if client is None or not client.is_connected:
            raise BusDownError(self.problem or _LOST)
        return client

    async def _run(self) -> None:
        while True:
            client = BusClient(self._lost, self.settings.login, secure=self.settings.secure)
            try:
                await self._connect(client)
                await self._serve(client)
            except (nats.errors.Error, OSError, TimeoutError) as error:
                await self._noted(error)
            finally:
                self._client = None
                await client.shut(_CLOSE_TIMEOUT)
            self._lost()
            await asyncio.sleep(_RETRY)

    async def _connect(self, client: BusClient) -> None:
        await client.connect(
            self.settings.servers,
            name="hookline",
            max_reconnect_attempts=-1,
            reconnect_time_wait=_RECONNECT_WAIT,
            ping_interval=_PING_INTERVAL,
            max_outstanding_pings=2,
            error_cb=self._noted,
            reconnected_cb=self._moved,
            closed_cb=self._moved,
        )
        heard: set[str] = set()
        while missing := self._listeners.keys() - heard:
            for prefix in missing & self._listeners.keys():
                await client.listen(f"{prefix}*", self._listeners[prefix])
            heard |= missing
        self._client = client
        self._first.set()

    async def _serve(self, client: BusClient) -> None:
        while not client.is_closed:
            self._changed.clear()
            if client.is_connected:
                await self._greet()
            healthy = self._greeted == self.generation and self.problem is None
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), _PROBE_INTERVAL if healthy else _RETRY)

    async def _greet(self) -> None:
        """Look whether JetStream answers; after a connect run the callbacks."""
        generation = self.generation
        try:
            await self.api("INFO")
            if self._greeted != generation:
                for callback in list(self._callbacks):
                    await callback()
        except HooklineError as error:
            self._say(str(error))
            return
        if self._greeted != generation:
            _log.info("bus-connected", url=self.settings.shown_url)
        if generation == self.generation:
            self._greeted = generation
            self._worked = True
            self._problem = None

    def _lost(self) -> None:
        self.generation += 1
        self._problem = _LOST
        self._replies.fail(_LOST)
        self._changed.set()

    async def _moved(self) -> None:
        self._changed.set()

    async def _noted(self, error: Exception) -> None:
        """Say what nats-py met; while there is no connection it is the problem.

        A server that refuses may close before its refusal is read: then the last one stands.
        """
        if self._refused and isinstance(error, CUTS):
            return
        self._refused = isinstance(error, nats.errors.Error)
        text = f"nats-server at {self.settings.shown_url}: {str(error) or type(error).__name__}"
        if self.connected:
            _log.warning("bus-error", error=text, every="bus-error")
        else:
            self._say(text)

    def _say(self, problem: str) -> None:
        self._problem = problem
        _log.warning("bus-unusable", problem=problem, every="bus-unusable")

    def _drop_when_stuck(self) -> None:
        """Give up a connection on which overdue bytes are still unsent: nobody waits for them."""
        client = self._client
        if client is not None and client.is_connected and client.has_unsent:
            self._dropping = asyncio.create_task(client.drop())
