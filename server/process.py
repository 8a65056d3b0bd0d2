"""The frame around a worker: signals, the ready file, reloads, and an end in good order."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import structlog

from hookline.errors import HooklineError
from server.data_folder import write_json
from server.reload import Manifests
from server.watch import changes
from server.worker import Worker

log = structlog.get_logger(__name__)


def run_loop(main: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run `main(stop)` to its end; SIGINT and SIGTERM set `stop`. Uses uvloop where it is."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_with_signals(main))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        import uvloop  # noqa: PLC0415  an optional extra
    except ImportError:
        return asyncio.new_event_loop
    return uvloop.new_event_loop


async def _with_signals(main: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await main(stop)


async def until(stop: asyncio.Event, work: Awaitable[None]) -> bool:
    """Wait for `work` or `stop`, whichever is first; return whether `work` was finished.

    What `work` raises is raised; work that `stop` overtakes is cancelled.
    """
    working = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if working.done():
        await working
        return True
    working.cancel()
    await asyncio.wait({working})
    return False


async def serve(
    worker: Worker,
    manifests: Manifests,
    stop: asyncio.Event,
    announce: Callable[[], Awaitable[None]],
) -> None:
    """Start the worker, say so, reload until `stop`, then drain.

    Raises:
        HooklineError: the worker could not be started.
    """
    try:
        if await until(stop, worker.start()):
            await announce()
            await _reloading(worker, manifests, stop)
    finally:
        await worker.drain()


async def _reloading(worker: Worker, manifests: Manifests, stop: asyncio.Event) -> None:
    async for _ in changes(manifests.paths, stop, manifests.seen):
        try:
            loaded = manifests.again()
            if not await until(stop, worker.reload(loaded)):
                return
        except HooklineError as error:
            log.warning("reload failed, what was running goes on", error=str(error))
        except Exception:
            log.exception("a bug in the reload, what was running goes on")
        else:
            log.info("reloaded", sources=len(loaded.sources), sensors=len(loaded.sensors))


def write_ready_file(path: Path | None, addresses: dict[str, Any]) -> None:
    """Write `--ready-file`: `nats`, `kubernetes`, `api` (URLs) and `webhooks`."""
    if path is not None:
        write_json(path, addresses)
