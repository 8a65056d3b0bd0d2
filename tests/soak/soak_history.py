"""What became of the events of a soak, read from the bus, from Kubernetes and from the receiver."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Any, NamedTuple

import httpx
from soak_kinds import NUMBERS, TYPES
from soak_load import Sent
from soak_receiver import Call
from soak_stage import Stage
from stage import audit

from hookline.decision import Decision
from hookline.eventbus.bus import Bus
from hookline.eventbus.reader import read
from hookline.eventbus.settings import BusSettings

_PAGE = 2000


class Made(NamedTuple):
    """One object in Kubernetes; `numbers`: of the events in it; `order`: of its creation."""

    trigger: str
    name: str
    numbers: tuple[int, ...]
    order: int


class Letter(NamedTuple):
    """One dead letter."""

    trigger: str
    event_id: str
    reason: str


@dataclass
class History:
    """All that is known at the end.

    Attributes:
        calls: what the receiver was called with, by trigger; ledger: what `hookline audit` says.
        whole: nothing was cleaned from the event stream, so that the ledger counts every event.
    """

    sent: list[Sent]
    decisions: list[Decision]
    made: list[Made]
    letters: list[Letter]
    calls: dict[str, list[Call]]
    ledger: dict[str, int]
    whole: bool


def read_history(stage: Stage, sent: list[Sent]) -> History:
    """Read everything from a stage at rest."""
    decisions, letters = asyncio.run(_read_bus(stage.nats.url))
    return History(
        sent=sent,
        decisions=decisions,
        made=[made for plural in TYPES for made in _objects(stage.api.sandbox.url, plural)],
        letters=letters,
        calls=dict(stage.receiver.calls),
        ledger=audit(stage.nats.url),
        whole=stage.monitor()["default"]["state"]["first_seq"] <= 1,
    )


async def _read_bus(url: str) -> tuple[list[Decision], list[Letter]]:
    bus = Bus(BusSettings(url))
    await bus.connection.start()
    decisions = [decision async for decision, _ in bus.decisions.all()]
    letters = [
        Letter(*(message.headers[f"Hookline-{key}"] for key in ("Trigger", "Event-Id", "Reason")))
        async for message in read(bus.connection, "hookline-deadletters")
    ]
    await bus.close()
    return decisions, letters


def _objects(url: str, plural: str) -> list[Made]:
    """Return all objects of a type, page by page."""
    found: list[Made] = []
    path = f"{url}/apis/argoproj.io/v1alpha1/namespaces/default/{plural}"
    query: dict[str, Any] = {"limit": _PAGE}
    while True:
        page = httpx.get(path, params=query, timeout=60, trust_env=False).raise_for_status().json()
        found += [_made(item["metadata"]) for item in page["items"]]
        token = page["metadata"].get("continue")
        if not token:
            return found
        query["continue"] = token


def _made(metadata: dict[str, Any]) -> Made:
    return Made(
        trigger=metadata["labels"]["events.argoproj.io/trigger"],
        name=metadata["name"],
        numbers=tuple(int(number) for number in metadata["annotations"][NUMBERS].split(",")),
        order=int(metadata["resourceVersion"]),
    )


def verdicts(history: History) -> Counter[str]:
    """Return how many decisions there are of each verdict."""
    return Counter(decision.verdict for decision in history.decisions)
