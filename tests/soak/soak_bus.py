"""What a soak does with the bus beside Hookline: its stream of messages, and the byte limit."""

import asyncio
import json
from typing import Any

import nats
from nats.aio.client import Client
from soak_kinds import STREAM

_EVENTS = "default"


def make_stream(url: str) -> None:
    """Make the stream that the `nats` events are said on."""

    async def make() -> None:
        client = await nats.connect(url)
        await client.jetstream().add_stream(
            name=STREAM, subjects=["soak.*"], duplicate_window=600.0, max_bytes=128 << 20
        )
        await client.close()

    asyncio.run(make())


def set_max_bytes(url: str, *, limit: int = 0, room: int = 0) -> int:
    """Limit the events stream to `limit` bytes, or to `room` more than it holds now.

    Returns the limit that it had before.
    """

    async def change() -> int:
        client = await nats.connect(url)
        try:
            found = await _ask(client, f"STREAM.INFO.{_EVENTS}", {})
            config = found["config"]
            before = int(config["max_bytes"])
            config["max_bytes"] = limit or found["state"]["bytes"] + room
            await _ask(client, f"STREAM.UPDATE.{_EVENTS}", config)
        finally:
            await client.close()
        return before

    return asyncio.run(change())


async def _ask(client: Client, verb: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.request(f"$JS.API.{verb}", json.dumps(body).encode(), timeout=30)
    told: dict[str, Any] = json.loads(answer.data)
    assert "error" not in told, told
    return told
