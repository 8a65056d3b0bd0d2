"""How commands reach the bus: by flag, or by finding a running `hookline dev`."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from hookline.errors import HooklineError
from hookline.eventbus.bus import Bus
from hookline.eventbus.errors import BusError, NotFoundError
from hookline.eventbus.message import send_one
from hookline.eventbus.settings import BusSettings
from server import logs
from server.data_folder import find_running
from server.nats_login import login_of
from server.options import NatsFlags

_CONNECT_SECONDS = 5.0


class NoBusError(HooklineError):
    """There is no bus to ask."""


def bus_settings(
    nats_url: str | None, data_dir: Path, namespace: str, flags: NatsFlags
) -> BusSettings:
    """Return where the bus is; NoBusError when neither a flag nor a running `dev` says so."""
    if nats_url is None:
        running = find_running(data_dir)
        if running is None:
            raise NoBusError(
                f"no hookline dev runs on {data_dir}: start one, name its data folder with "
                "--data-dir, or give the bus with --nats URL"
            )
        nats_url = str(running["nats"])
    return BusSettings(url=nats_url, namespace=namespace, login=login_of(flags))


@asynccontextmanager
async def open_bus(settings: BusSettings) -> AsyncIterator[Bus]:
    """Connect to read; nothing is made on the bus. NoBusError when it does not answer in 5 s."""
    bus = Bus(settings)
    try:
        try:
            await asyncio.wait_for(bus.connection.start(), _CONNECT_SECONDS)
        except TimeoutError as error:
            why = bus.connection.problem or "no answer"
            raise NoBusError(f"NATS at {settings.shown_url}: {why}") from error
        yield bus
    except NotFoundError as error:
        raise NoBusError(
            f"nothing of Hookline is on NATS at {settings.shown_url} for namespace "
            f"{settings.namespace}: {error}"
        ) from error
    finally:
        await bus.close()


def ask[T](settings: BusSettings, question: Callable[[Bus], Awaitable[T]]) -> T:
    """Open the bus, ask, close it; for commands that end after it."""
    logs.configure(level="error", people=True, stream=sys.stderr)

    async def asking() -> T:
        async with open_bus(settings) as bus:
            return await question(bus)

    return asyncio.run(asking())


def say(
    settings: BusSettings, subject: str, payload: bytes, headers: dict[str, str] | None
) -> None:
    """Publish one message; NoBusError when it does not reach nats-server, or is refused there."""
    try:
        asyncio.run(send_one(settings, subject, payload, headers))
    except BusError as error:
        raise NoBusError(f"NATS at {settings.shown_url}: {error}") from error
