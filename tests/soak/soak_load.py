"""The load of a soak: numbered events over HTTP and NATS, and every answer written down."""

import asyncio
import random
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

import aiohttp
import msgspec
import nats
from nats.aio.client import Client
from soak_kinds import BY_NAME, KINDS, body

_IN_FLIGHT = 48
_TRIES = 10
_REST = 0.5  # seconds between two tries of one event
_PATIENCE = 15.0  # seconds for one answer


class Answer(NamedTuple):
    """What came back: when (seconds since 1970), and the status or the error in words."""

    at: float
    said: str


@dataclass
class Sent:
    """One event that was sent, maybe several times under one id.

    Attributes:
        kind: name of its kind; answers: in their order.
        event_id: the id under which it was promised to be stored (for `nats`, its sequence in the
            stream it was said on); None when no try was answered well.
    """

    number: int
    kind: str
    answers: list[Answer] = field(default_factory=list)
    event_id: str | None = None

    @property
    def own_id(self) -> str:
        """The id that the sender gives, or nothing."""
        return f"soak-{self.number}" if self.number % 2 else ""

    def note(self, said: str) -> None:
        """Write an answer down."""
        self.answers.append(Answer(time.time(), said))


def choose(seed: int, count: int) -> list[Sent]:
    """Return the events of a seed, in the order in which they are sent."""
    names = [kind.name for kind in KINDS]
    shares = [kind.share for kind in KINDS]
    kinds = random.Random(seed).choices(names, shares, k=count)  # noqa: S311  repeatable
    return [Sent(number, kind) for number, kind in enumerate(kinds)]


class Load:
    """Sends events at a rate, on a thread of its own, until all have their answers."""

    def __init__(self, url: str, nats_url: str, events: list[Sent], rate: float) -> None:
        self.sent = events
        self._url = url
        self._nats_url = nats_url
        self._rate = rate
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """Whether all have their answers."""
        return not self._thread.is_alive()

    def finish(self) -> None:
        """Wait for the end; raises what broke the load itself."""
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            asyncio.run(self._send_all())
        except BaseException as error:  # noqa: BLE001  handed to the thread that waits
            self._error = error

    async def _send_all(self) -> None:
        todo = self._paced()
        limit = aiohttp.TCPConnector(limit=_IN_FLIGHT)
        timeout = aiohttp.ClientTimeout(total=_PATIENCE)
        async with aiohttp.ClientSession(connector=limit, timeout=timeout) as session:
            speaker = Speaker(self._nats_url)
            senders = [self._sender(todo, session, speaker) for _ in range(_IN_FLIGHT)]
            await asyncio.gather(*senders)
            await speaker.close()

    def _paced(self) -> Iterator[tuple[float, Sent]]:
        """Yield the events with the moment (monotonic) at which each is due."""
        start = time.monotonic()
        return ((start + place / self._rate, sent) for place, sent in enumerate(self.sent))

    async def _sender(
        self,
        todo: Iterator[tuple[float, Sent]],
        session: aiohttp.ClientSession,
        speaker: "Speaker",
    ) -> None:
        for due, sent in todo:
            await asyncio.sleep(due - time.monotonic())
            # What has no id of its sender's would be another event when it is sent again.
            repeats = bool(sent.own_id) or BY_NAME[sent.kind].way == "nats"
            for _ in range(_TRIES if repeats else 1):
                if BY_NAME[sent.kind].way == "nats":
                    await speaker.say(sent)
                else:
                    await self._post(session, sent)
                if sent.event_id is not None:
                    break
                await asyncio.sleep(_REST)

    async def _post(self, session: aiohttp.ClientSession, sent: Sent) -> None:
        headers = {"Idempotency-Key": sent.own_id} if sent.own_id else {}
        url = f"{self._url}/{sent.kind}"
        try:
            async with session.post(url, json=body(sent.number), headers=headers) as answer:
                said = await answer.json()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            sent.note(type(error).__name__)
            return
        sent.note(str(answer.status))
        if answer.ok:
            sent.event_id = said["eventId"]


class Speaker:
    """Says events on the stream that the `nats` source reads, over a connection that comes back."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: Client | None = None
        self._making = asyncio.Lock()

    async def say(self, sent: Sent) -> None:
        """Publish once and write down the answer."""
        headers = {"Nats-Msg-Id": f"soak-{sent.number}"}
        payload = msgspec.json.encode(body(sent.number))
        try:
            stream = (await self._connected()).jetstream()
            ack = await stream.publish(f"soak.{sent.kind}", payload, timeout=5, headers=headers)
        except (nats.errors.Error, TimeoutError, OSError) as error:
            sent.note(type(error).__name__)
            return
        sent.note("duplicate" if ack.duplicate else "stored")
        sent.event_id = str(ack.seq)

    async def _connected(self) -> Client:
        async with self._making:
            if self._client is None or self._client.is_closed:
                self._client = await nats.connect(
                    self._url, max_reconnect_attempts=-1, reconnect_time_wait=0.2, error_cb=_hush
                )
        return self._client

    async def close(self) -> None:
        """End the connection."""
        if self._client is not None:
            with suppress(nats.errors.Error, TimeoutError, OSError):
                await self._client.close()


async def _hush(_error: Exception) -> None:
    """Say nothing: what goes wrong is an answer."""
