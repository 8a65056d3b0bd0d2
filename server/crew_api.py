"""The HTTP API of a crew's parent: the health of all its processes, and their figures summed."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

import httpx
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

import hookline
from server.api import READY
from server.crew_member import Member

_SECONDS = 5.0  # that a process has to answer its parent
_ADDED = ("counter", "histogram")


def create_crew_api(members: list[Member]) -> FastAPI:
    """Return the API that answers for `members` with what they say themselves.

    It is ready while at least one of them is, and degraded while one of them is not.
    """
    api = FastAPI(title="Hookline", version=hookline.__version__)

    @api.get("/livez", response_class=PlainTextResponse)
    async def livez() -> str:
        """Say that the parent's event loop turns."""
        return "ok"

    @api.get("/readyz", responses=READY, response_class=PlainTextResponse)
    async def readyz(verbose: str | None = None) -> Response:
        """Say whether the crew does its work: 200 or 503; `?verbose` says why."""
        red, degraded = _joined(await _ask_all(members, "/readyz?verbose"))
        status = 503 if red else 200
        if verbose is None:
            return PlainTextResponse("not ready" if red else "ok", status)
        state = "red" if red else "degraded" if degraded else "ok"
        return JSONResponse({"status": state, "red": red, "degraded": degraded}, status)

    @api.get("/metrics", response_class=PlainTextResponse)
    async def exposition() -> Response:
        """Print the figures of all processes as one."""
        answers = await _ask_all(members, "/metrics")
        texts = [answer.text for answer in answers.values() if answer is not None]
        registry = CollectorRegistry()
        registry.register(_Summed(texts))
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return api


async def _ask_all(members: list[Member], path: str) -> dict[int, httpx.Response | None]:
    """Return each process's answer by its number; None for one that gives none."""

    async def ask(member: Member) -> httpx.Response | None:
        try:
            return await client.get(member.api + path)
        except httpx.HTTPError:
            return None

    async with httpx.AsyncClient(timeout=_SECONDS, trust_env=False) as client:
        answers = await asyncio.gather(*(ask(member) for member in members))
    return {member.number: answer for member, answer in zip(members, answers, strict=True)}


def _joined(answers: Mapping[int, httpx.Response | None]) -> tuple[list[str], list[str]]:
    """Return what is red and what is degraded in the crew, each process named by its number."""
    red: list[str] = []
    degraded: list[str] = []
    some_ready = False
    for number, answer in answers.items():
        said: dict[str, Any] = {"red": ["it does not answer"], "degraded": []}
        if answer is not None:
            said = answer.json()
        some_ready = some_ready or not said["red"]
        red += [f"worker {number}: {reason}" for reason in said["red"]]
        degraded += [reason for reason in said["degraded"] if reason not in degraded]
    return ([], [*red, *degraded]) if some_ready else (red, degraded)


class _Summed(Collector):
    """The metrics of several processes as those of one.

    Counters and histograms are added. A gauge tells of the bus or of the manifests, which all
    processes see alike: the largest counts.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._families: dict[str, Metric] = {}
        self._values: dict[str, dict[tuple[Any, ...], float]] = {}
        for text in texts:
            for family in text_string_to_metric_families(text):
                self._take(family)

    def _take(self, family: Metric) -> None:
        self._families.setdefault(family.name, family)
        values = self._values.setdefault(family.name, {})
        for sample in family.samples:
            key = (sample.name, *sorted(sample.labels.items()))
            before = values.get(key)
            if before is None:
                values[key] = sample.value
            elif family.type in _ADDED:
                values[key] = before + sample.value
            else:
                values[key] = max(before, sample.value)

    def collect(self) -> Iterable[Metric]:
        """Yield each family with the values of all."""
        for name, family in self._families.items():
            joined = Metric(name, family.documentation, family.type)
            for (sample, *labels), value in self._values[name].items():
                joined.add_sample(sample, dict(labels), value)
            yield joined
