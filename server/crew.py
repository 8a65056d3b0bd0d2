"""`hookline run --workers N`: one parent that keeps N equal processes and speaks for all of them.

The processes share the webhooks' ports, and end when their parent does, however that ends.
"""

import asyncio
import contextlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

import structlog

from hookline.errors import HooklineError
from server.crew_api import create_crew_api
from server.crew_member import Member
from server.process import until, write_ready_file
from server.web import WebServer

log = structlog.get_logger(__name__)

_AGAIN = 1.0  # seconds until a process that ended is started again


class CrewError(HooklineError):
    """The processes could not be started; their own last lines say why."""


@dataclass(frozen=True, slots=True)
class CrewSettings:
    """What the parent is told.

    Attributes:
        workers: how many processes; argv: the arguments that each of them gets.
        host, api_port: where health and the summed metrics are served.
        ready_file: written when all of them are ready.
    """

    workers: int
    argv: tuple[str, ...]
    host: str
    api_port: int
    ready_file: Path | None


async def run_crew(settings: CrewSettings, stop: asyncio.Event) -> None:
    """Keep the processes going until `stop`, then let them drain.

    Raises:
        PortTakenError: the API's port cannot be had.
        CrewError: one of them ended at its start.
    """
    with tempfile.TemporaryDirectory(prefix="hookline-") as folder:
        members = [
            Member(number, settings.argv, Path(folder)) for number in range(1, settings.workers + 1)
        ]
        api = create_crew_api(members)
        web = WebServer(api, settings.host, settings.api_port, "the API", "--api-port")
        await web.start()
        try:
            await until(stop, _keep_all(members, settings.ready_file, web.url))
        finally:
            await asyncio.gather(*(member.stop() for member in members))
            await web.stop()


async def _keep_all(members: list[Member], ready_file: Path | None, api: str) -> None:
    found = await asyncio.gather(*(_first(member) for member in members))
    write_ready_file(ready_file, {**found[0], "api": api})
    log.info("ready", workers=len(members))
    await asyncio.gather(*(_keep(member) for member in members))


async def _first(member: Member) -> dict[str, object]:
    """Start a process and return its addresses; one that ends here would end again and again."""
    await member.start()
    addresses = await member.ready()
    if addresses is None:
        raise CrewError(f"worker {member.number} ended at its start: its last lines say why")
    return addresses


async def _keep(member: Member) -> None:
    while True:
        code = await member.ended()
        log.error("worker-ended", worker=member.number, code=code, every=f"ended:{member.number}")
        await asyncio.sleep(_AGAIN)
        with contextlib.suppress(OSError):  # no process to be had now: said by the next round
            await member.start()
