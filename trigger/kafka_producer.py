"""A kept producer of Kafka messages; the client library is imported with the first message."""

import asyncio
import random
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hookline.errors import PermanentError, TemporaryError

type Headers = list[tuple[str, bytes]]

_SECONDS = 10
_LARGEST = 16 * 1024 * 1024
_PERMANENT = frozenset({"InvalidTopicError", "MessageSizeTooLargeError", "RecordListTooLargeError"})
_FNV_START, _FNV_PRIME = 2166136261, 16777619


@dataclass(frozen=True, slots=True)
class Cluster:
    """How a producer talks to a cluster; equal ones share a producer.

    Attributes:
        servers: `host:port` each.
        everybody: whether all replicas in sync confirm a message, or the leader alone.
        compress: whether messages travel and are kept compressed.
        login: mechanism, user and password of SASL.
    """

    servers: tuple[str, ...]
    everybody: bool
    compress: bool
    tls: ssl.SSLContext | None = None
    login: tuple[str, str, str] | None = None

    def options(self) -> dict[str, Any]:
        """Return the arguments of the library."""
        options: dict[str, Any] = {
            "bootstrap_servers": list(self.servers),
            "acks": "all" if self.everybody else 1,
            "compression_type": "gzip" if self.compress else None,
            "request_timeout_ms": _SECONDS * 1000,
            # The broker's own limit is what counts.
            "max_request_size": _LARGEST,
            "partitioner": partition,
            "client_id": "hookline",
            "ssl_context": self.tls,
            "security_protocol": ("SASL_" if self.login else "") + ("SSL" if self.tls else ""),
        }
        if self.tls is None:
            options["security_protocol"] += "PLAINTEXT"
        if self.login is not None:
            mechanism, user, password = self.login
            options["sasl_mechanism"] = mechanism
            options["sasl_plain_username"], options["sasl_plain_password"] = user, password
        return options


class Producer:
    """Sends messages until it fails in a way that it does not mend by itself."""

    def __init__(self, cluster: Cluster, producer: Any) -> None:
        self.alive = True
        self._where = ",".join(cluster.servers)
        self._producer = producer

    @classmethod
    async def connect(cls, cluster: Cluster) -> "Producer":
        """Return a producer that knows the cluster; TemporaryError when nobody answers."""
        import aiokafka  # noqa: PLC0415  an extra
        from aiokafka.errors import KafkaError  # noqa: PLC0415  same

        make: Any = aiokafka.AIOKafkaProducer
        producer = make(**cluster.options())
        opened = cls(cluster, producer)
        try:
            async with asyncio.timeout(3 * _SECONDS):
                await producer.start()
        except (KafkaError, OSError) as error:
            await producer.stop()
            raise opened.failed(error) from error
        except asyncio.CancelledError:
            await producer.stop()
            raise
        return opened

    async def send(self, topic: str, content: bytes, key: bytes | None, headers: Headers) -> None:
        """Return when the cluster has confirmed the message.

        Raises:
            TemporaryError: it did not.
            PermanentError: it never will: the message is too large, or the topic is no name.
        """
        from aiokafka.errors import KafkaError  # noqa: PLC0415  an extra

        try:
            async with asyncio.timeout(3 * _SECONDS):
                await self._producer.send_and_wait(topic, content, key=key, headers=headers)
        except (KafkaError, OSError) as error:
            raise self.failed(error) from error

    async def close(self) -> None:
        """Close the connections."""
        await self._producer.stop()

    def failed(self, error: Exception) -> TemporaryError | PermanentError:
        """Return what an error of the library means."""
        from aiokafka.errors import BrokerResponseError  # noqa: PLC0415  an extra

        name = type(error).__name__
        message = f"kafka {self._where}: {name} {error}".rstrip()
        if name in _PERMANENT:
            return PermanentError(message, reason=name.removesuffix("Error"))
        if not isinstance(error, BrokerResponseError):
            self.alive = False
        return TemporaryError(message, reason=name.removesuffix("Error"), whole_target=True)


def partition(key: bytes | None, every: Sequence[int], available: Sequence[int]) -> int:
    """Return the partition of a key, the same one as Argo Events' client (FNV-1a) chooses.

    Without a key it is any.
    """
    if key is None:
        return random.choice(available or every)  # noqa: S311  no secret
    digest = _FNV_START
    for byte in key:
        digest = (digest ^ byte) * _FNV_PRIME & 0xFFFFFFFF
    signed = digest - (1 << 32) if digest >= 1 << 31 else digest
    return every[abs(signed) % len(every)]
