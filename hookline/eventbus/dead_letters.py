"""What could not be worked on: the original bytes, and in the headers why."""

from collections.abc import Mapping

from hookline import names
from hookline.decision import Decision
from hookline.eventbus.connection import Connection
from hookline.eventbus.errors import StreamFullError, TooLargeError
from hookline.eventbus.publisher import Publisher

REFERENCE = "Hookline-Reference"  # header: where the bytes are that were too large to copy
_HEADER_BYTES = 4096
_VALUE_BYTES = 300  # of each name and id


class DeadLetters:
    """The stream `hookline-deadletters` of a namespace.

    Attributes:
        full: it took no more when last tried.
    """

    def __init__(self, connection: Connection, publisher: Publisher) -> None:
        self.full = False
        self._connection = connection
        self._publisher = publisher
        self._namespace = connection.settings.namespace
        self._stream = names.dead_letters_stream(self._namespace)

    async def put(self, data: bytes, decision: Decision) -> None:
        """Store the bytes of an event that is given up, once for each time it is given up.

        Raises TemporaryError: the bus is away or the dead letters are full; put the event back.
        """
        subject = names.dead_letter_subject(self._stream, decision.sensor, decision.trigger)
        headers = _headers(decision, self._id(decision))
        try:
            try:
                await self._publisher.publish(subject, data, headers)
            except TooLargeError:
                stream = names.event_stream(self._namespace)
                headers[REFERENCE] = f"{stream}:{decision.sequence}"
                await self._publisher.publish(subject, b"", headers)
        except StreamFullError:
            self.full = True
            raise
        self.full = False

    async def count(self) -> int:
        """Return how many dead letters are kept."""
        info = await self._connection.api(f"STREAM.INFO.{self._stream}")
        return int(info["state"]["messages"])

    def _id(self, decision: Decision) -> str:
        """The same for each try to store one giving-up; another message or attempt is another."""
        identity = names.identity(
            self._namespace, decision.source, decision.event, decision.event_id
        )
        due = names.due(identity, decision.sensor, decision.trigger, decision.dependency)
        return names.fingerprint("dead", due, str(decision.sequence), str(decision.attempts))


def _headers(decision: Decision, message_id: str) -> dict[str, str]:
    headers = {
        "Nats-Msg-Id": message_id,
        "Hookline-Event-Id": decision.event_id,
        "Hookline-Source": decision.source,
        "Hookline-Event": decision.event,
        "Hookline-Sequence": str(decision.sequence),
        "Hookline-Sensor": decision.sensor,
        "Hookline-Trigger": decision.trigger,
        "Hookline-Dependency": decision.dependency,
        "Hookline-Reason": decision.reason,
        "Hookline-Attempts": str(decision.attempts),
        "Hookline-Since": decision.since,
        "Hookline-At": decision.at,
    }
    headers = {name: _cut(value, _VALUE_BYTES) for name, value in headers.items()}
    headers["Hookline-Error"] = _cut(decision.error, _HEADER_BYTES - _size(headers) - 100)
    return headers


def _size(headers: Mapping[str, str]) -> int:
    return sum(len(name) + len(value.encode()) + 4 for name, value in headers.items())


def _cut(text: str, size: int) -> str:
    """Return at most `size` bytes of a text on one line."""
    line = "".join(char if char.isprintable() else " " for char in text)
    return line.encode("utf-8", "replace")[:size].decode("utf-8", "ignore")
