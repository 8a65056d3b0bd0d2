"""A crowd of senders: numbered POSTs with many in flight, every answer written down."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Self

import httpx

IN_FLIGHT = 32


@dataclass
class Sent:
    """What a crowd was told.

    Attributes:
        stored: event id to number, of all 2xx answers.
        statuses: how often each status came; 0 for no answer.
    """

    stored: dict[str, int] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def answered(self) -> int:
        return self.statuses.total()


class Crowd:
    """Sends numbers to a URL in the background; odd ones have an id of the sender's own."""

    def __init__(self, url: str, numbers: range, before: Callable[[int], None] | None = None):
        self.sent = Sent()
        self._url = url
        self._numbers = numbers
        self._before = before or (lambda _number: None)
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(IN_FLIGHT)
        self._limits = httpx.Limits(max_connections=IN_FLIGHT, max_keepalive_connections=IN_FLIGHT)
        self._client = httpx.Client(timeout=15, limits=self._limits, trust_env=False)
        self._jobs = [self._pool.submit(self._post, number) for number in numbers]

    def _post(self, number: int) -> None:
        self._before(number)
        headers = {"Idempotency-Key": f"sender-{number}"} if number % 2 else {}
        try:
            answer = self._client.post(self._url, json={"number": number}, headers=headers)
        except httpx.TransportError:
            self._note(0, number, {})
            return
        self._note(answer.status_code, number, answer.json() if answer.is_success else {})

    def _note(self, status: int, number: int, body: dict[str, Any]) -> None:
        with self._lock:
            self.sent.statuses[status] += 1
            if body:
                self.sent.stored[body["eventId"]] = number

    def finish(self) -> Sent:
        """Wait until all have an answer."""
        for job in self._jobs:
            job.result()
        self._pool.shutdown()
        self._client.close()
        return self.sent


def launched_by(workflows: list[dict[str, Any]]) -> Counter[str]:
    """Return how many Workflows each event id has."""
    return Counter(w["metadata"]["annotations"]["hookline.dev/event-id"] for w in workflows)


def numbers_of(workflows: list[dict[str, Any]]) -> set[int]:
    """Return the numbers that the Workflows got as their argument."""
    return {int(w["spec"]["arguments"]["parameters"][0]["value"]) for w in workflows}


class Flow:
    """Crowds of ten, one after another in the background, while its `with` block lasts."""

    def __init__(self, url: str) -> None:
        self.sent = Sent()
        self._url = url
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._enough.set()
        self._thread.join()

    def _run(self) -> None:
        for first in count(step=10):
            if self._enough.is_set():
                return
            sent = Crowd(self._url, range(first, first + 10)).finish()
            self.sent.stored |= sent.stored
            self.sent.statuses += sent.statuses
