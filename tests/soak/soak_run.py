"""One soak from its beginning to its end: load and faults together, then rest, then the history."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from hookline_processes import wait_until
from soak_faults import Fault, faults_of
from soak_history import History, read_history
from soak_kinds import STREAM
from soak_load import Load, choose
from soak_plan import Span, Step, plan
from soak_stage import Stage
from soak_watch import Watch
from stage import settled


@dataclass(frozen=True)
class Settings:
    """What is run.

    Attributes:
        events: how many; seconds: how long the load takes, at least; seed: of everything random.
        freeze: seconds of a SIGSTOP; rest: between two faults of a lane.
        settling: seconds within which all must be decided after the last answer.
    """

    events: int
    seconds: float
    seed: int
    freeze: float = 20.0
    rest: Span = (3.0, 15.0)
    settling: float = 1200.0


@dataclass
class Outcome:
    """What came out: the history, the faults that were done, and what was measured meanwhile."""

    settings: Settings
    history: History
    watch: Watch
    faults: list[str] = field(default_factory=list)


@contextmanager
def staged(folder: Path, seed: int) -> Iterator[Stage]:
    """A running stage that is ended whatever happens."""
    stage = Stage(folder, seed)
    try:
        yield stage
    finally:
        stage.stop()


def run(stage: Stage, settings: Settings, more: list[Fault]) -> Outcome:
    """Hurt a stage while it works; return when it has come to rest."""
    faults = [*faults_of(stage, settings.freeze), *more]
    steps = plan(settings.seed, settings.seconds, faults, settings.rest)
    watch = Watch(stage)
    load = Load(
        stage.url,
        stage.nats_url,
        choose(settings.seed, settings.events),
        settings.events / settings.seconds,
    )
    done = _hurt(steps, watch)
    load.finish()
    _rest(stage, settings.settling)
    watch.stop()
    return Outcome(settings, read_history(stage, load.sent), watch, done)


def _hurt(steps: list[Step], watch: Watch) -> list[str]:
    """Do each fault at its moment and undo it; nothing is left undone."""
    deeds = [(step.begin, True, step.fault) for step in steps]
    deeds += [(step.end, False, step.fault) for step in steps]
    deeds.sort(key=lambda deed: deed[0])
    start = time.monotonic()
    done: list[str] = []
    for moment, begins, fault in deeds:
        time.sleep(max(0.0, start + moment - time.monotonic()))
        done.append(f"{time.time():.3f} {'do' if begins else 'undo'} {fault.name}")
        if begins:
            watch.begins(fault)
            fault.do()
        else:
            fault.undo()
            watch.ended(fault)
    return done


def _rest(stage: Stage, seconds: float) -> None:
    """Wait until every message was taken up and every event is decided."""

    def taken_up() -> bool:
        with suppress(httpx.HTTPError, KeyError):
            consumers = stage.monitor()[STREAM]["consumer_detail"]
            return all(not c["num_pending"] and not c["num_ack_pending"] for c in consumers)
        return False

    wait_until(taken_up, "all messages are taken up", seconds)
    settled(stage.nats.url, at_least=1, seconds=seconds)
