"""What is done to the stage: small faults, each with its undoing."""

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass

from faulty_api import Answer
from soak_bus import set_max_bytes
from soak_stage import Actor, Stage
from soak_wires import Wire

_LONGEST_HANG = 60.0


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes:
        name: in the report; lane: faults of one lane never happen at once.
        hold: how many seconds it lasts, from and to.
        do, undo: each returns quickly.
        stops_bus: consumption must resume after `undo`.
    """

    name: str
    lane: str
    hold: tuple[float, float]
    do: Callable[[], None]
    undo: Callable[[], None]
    stops_bus: bool = False


def faults_of(stage: Stage, freeze: float) -> list[Fault]:
    """Return the faults that need neither root nor more programs; `freeze`: seconds of SIGSTOP."""
    held = (freeze, freeze)
    return [
        *(fault for actor in stage.actors for fault in _of_process(actor, held)),
        *_of_bus(stage, held),
        *_of_api(stage, held),
        *(_reset(stage, wire) for wire in stage.pairs),
        _edit(stage),
    ]


def _of_process(actor: Actor, held: tuple[float, float]) -> list[Fault]:
    def send(number: signal.Signals) -> Callable[[], None]:
        return lambda: actor.process.send(number)

    stop, go_on = send(signal.SIGSTOP), send(signal.SIGCONT)
    return [
        Fault(f"kill {actor.name}", "processes", (0.2, 3.0), actor.kill, actor.start),
        Fault(f"freeze {actor.name}", "processes", held, stop, go_on),
    ]


def _of_bus(stage: Stage, held: tuple[float, float]) -> list[Fault]:
    nats = stage.nats
    limit: list[int] = []

    def tighten() -> None:
        limit.append(set_max_bytes(nats.url, room=16 << 10))

    def loosen() -> None:
        set_max_bytes(nats.url, limit=limit.pop())

    return [
        Fault("kill nats-server", "bus", (0.2, 5.0), nats.kill, nats.start, stops_bus=True),
        Fault("freeze nats-server", "bus", held, nats.pause, nats.resume, stops_bus=True),
        Fault("no room in the stream", "bus", (3.0, 8.0), tighten, loosen),
    ]


def _of_api(stage: Stage, held: tuple[float, float]) -> list[Fault]:
    sandbox = stage.api.sandbox

    def freeze() -> None:
        sandbox.send(signal.SIGSTOP)

    def thaw() -> None:
        sandbox.send(signal.SIGCONT)

    return [
        Fault("kill kubernetes", "api", (0.5, 5.0), sandbox.kill, sandbox.start),
        Fault("freeze kubernetes", "api", held, freeze, thaw),
        *(_answers(stage, status) for status in (429, 500, 503)),
        _hangs(stage, held),
    ]


def _answers(stage: Stage, status: int) -> Fault:
    """Kubernetes answers every second request with a status, in turn before and after the deed."""
    turns: list[int] = []
    headers = {"Retry-After": "1"} if status == 429 else {}

    def answer(place: int) -> Answer | None:
        turns.append(place)
        return Answer(status, headers) if len(turns) % 4 == place else None

    def do() -> None:
        stage.api.before, stage.api.after = (lambda: answer(0)), (lambda: answer(2))

    return Fault(f"kubernetes answers {status}", "api", (2.0, 5.0), do, stage.api.behave)


def _hangs(stage: Stage, held: tuple[float, float]) -> Fault:
    """Kubernetes lets requests hang, in turn before and after the deed, and never answers them."""
    over = threading.Event()
    turns: list[int] = []

    def hang(place: int) -> Answer | None:
        turns.append(place)
        if len(turns) % 4 != place:
            return None
        over.wait(_LONGEST_HANG)
        return Answer(0)

    def do() -> None:
        over.clear()
        stage.api.before, stage.api.after = (lambda: hang(0)), (lambda: hang(2))

    def undo() -> None:
        stage.api.behave()
        over.set()

    return Fault("kubernetes hangs", "api", held, do, undo)


def _reset(stage: Stage, wire: Wire) -> Fault:
    def reset() -> None:
        stage.wires.reset(wire)

    return Fault(f"reset {wire.name}", "network", (0.0, 1.0), reset, reset)


def _edit(stage: Stage) -> Fault:
    """One worker gets another version of the manifests; the others get it when it is undone."""
    first, *others = [stage.workers[0], stage.workers[1], stage.source]

    def one() -> None:
        stage.version += 1
        stage.deliver(first)

    def rest() -> None:
        for actor in others:
            stage.deliver(actor)

    return Fault("two versions of the manifests", "manifests", (2.0, 10.0), one, rest)
