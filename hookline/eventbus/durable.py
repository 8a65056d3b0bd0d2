"""A durable pull consumer on a stream that is not ours: found as it is, or made."""

from typing import Any

from hookline.eventbus.connection import Connection
from hookline.eventbus.errors import BusError, ExistsError, NotFoundError

_ACK_WAIT = 10.0
_NANOSECOND = 1_000_000_000


class Durable:
    """One consumer; whoever made it decides what it delivers.

    Attributes:
        ack_wait: seconds after which it delivers a message again.
    """

    def __init__(self, connection: Connection, stream: str, name: str, subject: str) -> None:
        self._connection = connection
        self._stream = stream
        self._name = name
        self._subject = subject
        self.ack_wait = _ACK_WAIT

    async def bind(self) -> None:
        """Find or make it, from the stream's beginning on; BusError says what is wrong with it."""
        try:
            config = await self._find()
        except NotFoundError:
            config = await self._make()
        if config.get("deliver_subject") or config.get("ack_policy") != "explicit":
            raise BusError(
                f"consumer {self._name} of stream {self._stream} is no pull consumer with explicit "
                "acknowledgement: name another durable"
            )
        self.ack_wait = int(config.get("ack_wait") or _ACK_WAIT * _NANOSECOND) / _NANOSECOND

    async def _find(self) -> dict[str, Any]:
        verb = f"CONSUMER.INFO.{self._stream}.{self._name}"
        config: dict[str, Any] = (await self._connection.api(verb))["config"]
        return config

    async def _make(self) -> dict[str, Any]:
        config = {
            "durable_name": self._name,
            "filter_subject": self._subject,
            "deliver_policy": "all",
            "ack_policy": "explicit",
            "ack_wait": int(_ACK_WAIT * _NANOSECOND),
            "max_deliver": -1,
        }
        body = {"stream_name": self._stream, "config": config, "action": "create"}
        try:
            # The form without the subject in it: that one needs a right for every subject.
            verb = f"CONSUMER.CREATE.{self._stream}.{self._name}"
            made: dict[str, Any] = (await self._connection.api(verb, body))["config"]
        except ExistsError:
            return await self._find()
        except NotFoundError as error:
            raise BusError(f"there is no stream {self._stream} on that nats-server") from error
        return made
