"""Sources that listen by themselves: started, watched, exchanged at a reload, stopped."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from eventsource.source import Emit, Listen, Source, Surroundings
from hookline.errors import HooklineError

log = structlog.get_logger(__name__)
_FIRST_WORD = 5.0  # seconds a new listener has until others go on without it
_AGAIN = 1.0  # seconds until a listener that failed is started again
_LEAVE = 20.0  # seconds for what a listener that a reload takes away has in hand
_CUT = 5.0  # seconds for a listener to end once it is cancelled


@dataclass(eq=False)
class Listener:
    """One event that is listened for.

    Attributes:
        owner: `source/event`; kind, settings: what it listens to, the same ones need no exchange.
        problem: why nothing can be heard now; None while all is well.
    """

    owner: str
    kind: str
    settings: Source
    listen: Listen
    emit: Emit
    surroundings: Surroundings
    problem: str | None = "not connected yet"
    _spoke: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen; `problem` tells how that goes."""
        self.surroundings.say = self._say
        self._task = asyncio.create_task(self._run(), name=f"listen {self.owner}")

    def is_like(self, other: "Listener") -> bool:
        """Whether both listen to the same in the same way."""
        return (self.kind, self.settings) == (other.kind, other.settings)

    async def first_word(self) -> None:
        """Wait until it listens or tells why not, for some seconds at most."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._spoke.wait(), _FIRST_WORD)

    async def stop(self, seconds: float) -> None:
        """Hear nothing more, finish what was heard within `seconds`, cut what lasts longer."""
        task = self._task
        if task is None:
            return
        self.surroundings.grace = seconds
        self.surroundings.stopping.set()
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if not done:
            task.cancel()
            await asyncio.wait({task}, timeout=_CUT)

    async def _run(self) -> None:
        stopping = self.surroundings.stopping
        while not stopping.is_set():
            try:
                await self.listen(self.emit, self.surroundings)
            except HooklineError as error:
                self._say(str(error))
            except Exception:
                log.exception("listener-failed", source=self.owner)
                self._say("it failed; the log says why")
            await self.surroundings.pause(_AGAIN)

    def _say(self, problem: str | None) -> None:
        if problem is not None:
            log.warning(
                "not-listening", every=f"listen:{self.owner}", source=self.owner, problem=problem
            )
        elif self.problem is not None:
            log.info("listening", source=self.owner)
        self.problem = problem
        self._spoke.set()


class Listeners:
    """All listeners of a process, by owner."""

    def __init__(self) -> None:
        self._all: dict[str, Listener] = {}
        self._leaving: set[asyncio.Task[None]] = set()

    async def replace(self, wanted: Iterable[Listener]) -> None:
        """Listen to these: new ones begin before those that they replace end."""
        old, self._all = self._all, {}
        new: list[Listener] = []
        for each in wanted:
            known = old.get(each.owner)
            if known is not None and known.is_like(each):
                self._all[each.owner] = old.pop(each.owner)
            else:
                self._all[each.owner] = each
                new.append(each)
        for each in new:
            each.start()
        await asyncio.gather(*(each.first_word() for each in new))
        for each in old.values():
            task = asyncio.create_task(each.stop(_LEAVE))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def stop(self, seconds: float) -> None:
        """Stop all within `seconds`, those that are leaving too."""
        stops = [asyncio.create_task(each.stop(seconds)) for each in self._all.values()]
        if tasks := [*stops, *self._leaving]:
            _, late = await asyncio.wait(tasks, timeout=seconds + _CUT)
            for task in late:
                task.cancel()
        self._all = {}

    def problems(self) -> dict[str, str | None]:
        """Return each owner with why nothing can be heard, or None."""
        return {owner: each.problem for owner, each in self._all.items()}
