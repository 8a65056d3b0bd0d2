"""A key-value bucket: read through the stream's leader, written by compare-and-set."""

import base64
from collections.abc import AsyncGenerator
from typing import NamedTuple

from hookline.eventbus.connection import Connection
from hookline.eventbus.errors import NotFoundError
from hookline.eventbus.publisher import Publisher
from hookline.eventbus.reader import read

EXPECTED = "Nats-Expected-Last-Subject-Sequence"


class Entry(NamedTuple):
    """What stands under a key; `revision` is what the next write has to expect."""

    value: bytes
    revision: int


async def last(connection: Connection, stream: str, subject: str) -> Entry | None:
    """Return the last message of a subject, as the stream's leader has it."""
    try:
        answer = await connection.api(f"STREAM.MSG.GET.{stream}", {"last_by_subj": subject})
    except NotFoundError:
        return None
    message = answer["message"]
    return Entry(base64.b64decode(message.get("data", "")), int(message["seq"]))


class Bucket:
    """The bucket `name`; its keys are tokens joined by dots."""

    def __init__(self, connection: Connection, publisher: Publisher, name: str) -> None:
        self._connection = connection
        self._publisher = publisher
        self._stream = f"KV_{name}"
        self._prefix = f"$KV.{name}."

    async def get(self, key: str) -> Entry | None:
        """Return what stands under `key`, or None."""
        return await last(self._connection, self._stream, self._prefix + key)

    async def put(self, key: str, value: bytes, expected: int) -> int:
        """Write over revision `expected` (0: nothing there yet) and return the new one.

        Raises WrongSequenceError when something else stands there.
        """
        headers = {EXPECTED: str(expected)}
        return (await self._publisher.publish(self._prefix + key, value, headers)).sequence

    async def entries(self, keys: str) -> AsyncGenerator[Entry]:
        """Yield what stands under all keys that match `keys` (`trigger.>`)."""
        async for message in read(
            self._connection, self._stream, {"filter_subject": self._prefix + keys}
        ):
            yield Entry(message.data, message.sequence)

    async def remove(self, key: str) -> None:
        """Remove `key`; harmless when it is not there."""
        await self._connection.api(f"STREAM.PURGE.{self._stream}", {"filter": self._prefix + key})
