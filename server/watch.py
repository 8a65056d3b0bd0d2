"""Watches the manifests and says when they change; a swapped ConfigMap mount counts as a change."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from watchfiles import awatch

_SUFFIXES = (".yaml", ".yml", ".json")


type State = dict[str, tuple[int, int]]


def state_of(paths: list[Path]) -> State:
    """Return size and modification time of every manifest file, links followed."""
    found: dict[str, tuple[int, int]] = {}
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.suffix not in _SUFFIXES:
                continue
            try:
                status = file.stat()
            except OSError:
                continue
            found[str(file)] = (status.st_size, status.st_mtime_ns)
    return found


async def changes(paths: list[Path], stop: asyncio.Event, known: State) -> AsyncIterator[None]:
    """Yield once for each change of the manifest files below `paths`, until `stop` is set.

    `known` is how they were before they were last read: what has changed since is a change too.
    Folders are watched, so that a file that an editor or a ConfigMap mount replaces is seen.
    """
    watched = {path if path.is_dir() else path.parent for path in paths}
    async for _ in awatch(
        *watched, stop_event=stop, debounce=200, step=50, yield_on_timeout=True, rust_timeout=2000
    ):
        state = state_of(paths)
        if state != known:
            known = state
            yield
