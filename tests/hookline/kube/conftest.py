"""An HTTP server that answers what a test says, and remembers what it was asked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from aiohttp import web

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Stub:
    """Answers with `handler`; `asked` holds (method, path with query, token, body)."""

    url: str = ""
    handler: Handler | None = None
    asked: list[tuple[str, str, str | None, bytes]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        token = request.headers.get("Authorization")
        self.asked.append((request.method, request.path_qs, token, await request.read()))
        assert self.handler is not None
        return await self.handler(request)


def status_answer(code, reason="", message="", headers=None, **details):
    body = {"kind": "Status", "reason": reason, "message": message, "details": details}
    return web.json_response(body, status=code, headers=headers)


@pytest.fixture
async def stub():
    found = Stub()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", found.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield found
    await runner.cleanup()
