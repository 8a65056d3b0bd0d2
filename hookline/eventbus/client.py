"""nats-py's client, and what it lacks.

Nothing unsent survives a disconnect, failed connects leave no sockets behind, and our listeners and
frames go past its queues. Only this file touches nats-py's private names;
tests/hookline/eventbus/test_client.py pins them.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from nats.aio.client import Client, Srv
from nats.aio.transport import TcpTransport
from nats.errors import Error, StaleConnectionError

from hookline.eventbus.login import NOBODY, Login

# What a connection meets that nats-server has closed.
CUTS = (ConnectionResetError, BrokenPipeError)

# (subject, reply, data, raw headers or None); called in the reading task: must not raise or block.
type Listener = Callable[[bytes, bytes, bytes, bytes | None], None]


class BusClient(Client):
    """One connection to nats-server that nats-py keeps up until it closes it for good.

    `on_lost` is called at each disconnect, before anything else happens. `login` is read at each
    connect. A `secure` client never goes on without TLS, which nats-py would do where a server
    offers none.
    """

    def __init__(
        self, on_lost: Callable[[], None], login: Login = NOBODY, *, secure: bool = False
    ) -> None:
        super().__init__()
        self._on_lost = on_lost
        self._login = login
        self._secure = secure
        self._listeners: dict[int, Listener] = {}
        self._ids: dict[str, int] = {}

    async def listen(self, subject: str, listener: Listener, queue: str = "") -> None:
        """Subscribe, in a queue group if one is named: messages go to `listener` at once."""
        subscription = await self.subscribe(subject, queue)
        sid: int = subscription._id  # noqa: SLF001  its id is not public
        self._listeners[sid] = listener
        self._ids[subject] = sid

    async def hush(self, subject: str) -> None:
        """Unsubscribe, but go on to hear what is already on its way."""
        sid = self._ids.get(subject, 0)
        if self._subs.pop(sid, None) is not None and self.is_connected:
            await self._send_unsubscribe(sid)

    async def unlisten(self, subject: str) -> None:
        """Undo `listen`; harmless when it is not listened to."""
        await self.hush(subject)
        self._listeners.pop(self._ids.pop(subject, 0), None)

    async def settle(self, seconds: int) -> None:
        """Return when nats-server has done what was sent so far, and has told its refusals."""
        with suppress(TimeoutError):  # nats-py's PING would overtake what is queued
            await asyncio.wait_for(self._flush_pending(force_flush=True), seconds)
        await self.flush(seconds)

    def send(self, frame: bytes) -> None:
        """Queue one whole protocol frame behind everything queued before; needs a connection."""
        self._pending.append(frame)
        self._pending_data_size += len(frame)
        if self._flush_queue is not None and self._flush_queue.empty():
            self._flush_queue.put_nowait(asyncio.get_running_loop().create_future())

    @property
    def has_unsent(self) -> bool:
        """Whether bytes wait in this process because nats-server does not read them."""
        writer = self._writer()
        return bool(self._pending) or (
            writer is not None and writer.transport.get_write_buffer_size() > 0
        )

    async def drop(self) -> None:
        """Give the connection up and make a new one; what is unsent is forgotten."""
        await self._process_op_err(StaleConnectionError())

    async def shut(self, timeout: float) -> None:  # noqa: ASYNC109  the bound is part of the deed
        """Close for good; what cannot be sent within `timeout` seconds is forgotten."""
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.close(), timeout)
        finally:  # a client that never came up counts as closed, whatever socket it has
            self._forget_connection()
            await asyncio.sleep(0)  # an aborted socket is closed in the next turn of the loop

    async def _process_msg(
        self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: Any
    ) -> None:
        listener = self._listeners.get(sid)
        if listener is None:
            await super()._process_msg(sid, subject, reply, data, headers)
        else:
            listener(subject, reply, data, headers)

    def _connect_command(self) -> bytes:
        if self._secure and not self._server_info.get("tls_required"):
            raise Error("nats: the server does not ask for TLS, and nothing goes there without")
        return super()._connect_command()

    async def _attempt_reconnect(self) -> None:
        self._on_lost()
        self._forget_connection()
        await super()._attempt_reconnect()

    async def _connect_to_server(self, s: Srv) -> None:
        self._forget_connection()
        self._read_login()
        await super()._connect_to_server(s)

    def _read_login(self) -> None:
        fresh = self._login.options()
        self.options.update({name: fresh.get(name) for name in ("user", "password", "token")})
        if "tls" in fresh:
            self.options["tls"] = fresh["tls"]
        self._nkeys_seed_str = fresh.get("nkeys_seed_str")
        self._user_credentials = fresh.get("user_credentials")
        if self._nkeys_seed_str or self._user_credentials:
            self._setup_nkeys_connect()
        self._auth_configured |= self._login.names_somebody

    def _forget_connection(self) -> None:
        """End what belongs to the last connection: its tasks, its socket and the unsent bytes.

        nats-py would wait for a peer that never reads, and send later what it has queued.
        """
        for task in (self._reading_task, self._ping_interval_task, self._flusher_task):
            if task is not None and task is not asyncio.current_task():
                task.cancel()
        self._pending.clear()
        self._pending_data_size = 0
        writer = self._writer()
        if writer is not None:
            writer.transport.abort()

    def _writer(self) -> asyncio.StreamWriter | None:
        transport = self._transport
        return transport._io_writer if isinstance(transport, TcpTransport) else None  # noqa: SLF001  nats-py offers no abort
