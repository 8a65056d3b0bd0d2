"""The HTTP API of a process: /livez, /readyz and /metrics."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

import hookline
from hookline.metrics import Metrics
from server.health import Health

_FORMS: dict[str, Any] = {"content": {"text/plain": {}, "application/json": {}}}
READY: dict[int | str, dict[str, Any]] = {
    200: {"description": "It does its work.", **_FORMS},
    503: {"description": "It does not.", **_FORMS},
}
"""What `/readyz` answers, for the description of the API at `/openapi.json`."""


def create_api(health: Health, metrics: Metrics, refresh: Callable[[], Awaitable[None]]) -> FastAPI:
    """Return the API.

    Args:
        health: who tells what is wrong.
        metrics: what `/metrics` prints.
        refresh: called before `/metrics` answers, to read the gauges that live on the bus.
    """
    api = FastAPI(title="Hookline", version=hookline.__version__)

    @api.get("/livez", response_class=PlainTextResponse)
    async def livez() -> str:
        """Say that the event loop turns."""
        return "ok"

    @api.get("/readyz", responses=READY, response_class=PlainTextResponse)
    async def readyz(verbose: str | None = None) -> Response:
        """Say whether this process does its work: 200 or 503; `?verbose` says why."""
        red, degraded = health.red_reasons(), health.degraded_reasons()
        status = 503 if red else 200
        if verbose is None:
            return PlainTextResponse("not ready" if red else "ok", status)
        state = "red" if red else "degraded" if degraded else "ok"
        return JSONResponse({"status": state, "red": red, "degraded": degraded}, status)

    @api.get("/metrics", response_class=PlainTextResponse)
    async def exposition() -> Response:
        """Print all figures for Prometheus."""
        await refresh()
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return api
