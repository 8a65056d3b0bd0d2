"""The stage of a soak: nats-server, Kubernetes, a source and two sensor workers, all to be hurt."""

import json
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
from faulty_api import Answer, FaultyApi
from hookline_processes import HooklineProcess, free_port, kubeconfig_for
from nats_servers import NatsServer
from sandbox_kube import SandboxProcess
from soak_bus import make_stream
from soak_kinds import FLAKY, manifests
from soak_receiver import Receiver
from soak_wires import Wire, Wires

type ApiFault = Callable[[], Answer | None]

_MAX_BYTES = 256 << 20  # of the event stream: enough for all events of the long form


class Actor:
    """A Hookline process of the soak, with proxies of its own to NATS and to Kubernetes.

    Attributes:
        down: it was killed, and not started again yet; died: how it ended by itself, if it did.
    """

    def __init__(self, name: str, folder: Path, process: HooklineProcess, wires: list[Wire]):
        self.name = name
        self.manifests = folder
        self.process = process
        self.wires = wires
        self.down = False
        self.died: list[str] = []

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self.process.process is not None
        return self.process.process.pid

    def kill(self) -> None:
        """Kill -9; it must have been alive."""
        self.look()
        self.down = True
        self.process.kill()

    def start(self) -> None:
        """Start it again, without waiting until it is ready: the bus may be away."""
        self.process.start(wait=False)
        self.down = False

    def look(self) -> None:
        """Write down when it has ended by itself."""
        assert self.process.process is not None
        code = self.process.process.poll()
        if code is not None and not self.down:
            self.died.append(f"{self.name} ended with {code}: {self.process.tail()[-800:]}")
            self.down = True

    def write(self, text: str) -> None:
        """Exchange its manifests."""
        half = self.manifests.parent / f"{self.name}.half"
        half.write_text(text)
        half.replace(self.manifests / "all.yaml")


class Api:
    """Kubernetes with its faults: three creates in ten of one type always fail, half of them after.

    Attributes:
        sandbox: the server; before, after: what a fault answers to each request, in place of the
            server or in place of its answer.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.sandbox = SandboxProcess(folder)
        self.sandbox.start()
        self.before: ApiFault = _no_fault
        self.after: ApiFault = _no_fault
        self._random = random.Random(seed)  # noqa: S311  repeatable
        self._door = FaultyApi(self.sandbox.url)
        self._door.before = lambda method, path: self._fails(method, path) or self.before()
        self._door.after = lambda method, path: self._fails(method, path) or self.after()
        self.port = int(self._door.url.rpartition(":")[2])

    def _fails(self, method: str, path: str) -> Answer | None:
        fails = method == "POST" and FLAKY in path and self._random.random() < 0.15
        return Answer(409) if fails else None

    def behave(self) -> None:
        """Answer as the server does, but for those that always fail."""
        self.before = self.after = _no_fault

    def stop(self) -> None:
        """End it."""
        self._door.stop()
        self.sandbox.kill()


def _no_fault() -> None:
    return None


class Stage:
    """Everything that a soak hurts; `stop` ends it all.

    Attributes:
        nats, api, receiver: the servers; source, workers: the Hookline processes.
        edge: the proxy before the webhooks; speech: the one before NATS for the load.
        version: of the manifests, raised by each edit.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._monitor = free_port()
        self.nats = NatsServer(
            folder / "nats", f'http: "127.0.0.1:{self._monitor}"\n', jetstream=True
        )
        self.nats.start()
        make_stream(self.nats.url)
        self.api = Api(folder, seed)
        self.receiver = Receiver()
        self.wires = Wires()
        self._port = free_port()
        self.edge = self.wires.to("load to source", self._port)
        self.speech = self.wires.to("load to nats", self.nats.port)
        self.version = 1
        self._heard = self.wires.to("source to messages", self.nats.port)
        self.source = self._actor("source", "source")
        self.workers = [self._actor(f"worker-{number}", "sensor") for number in (1, 2)]
        for actor in self.actors:
            actor.process.start()

    @property
    def actors(self) -> list[Actor]:
        """All Hookline processes."""
        return [self.source, *self.workers]

    @property
    def pairs(self) -> list[Wire]:
        """All proxies."""
        return [
            self.edge,
            self.speech,
            self._heard,
            *(wire for actor in self.actors for wire in actor.wires),
        ]

    @property
    def url(self) -> str:
        """Where the load sends its requests."""
        return f"http://127.0.0.1:{self.edge.port}"

    @property
    def nats_url(self) -> str:
        """Where the load speaks to NATS."""
        return f"nats://127.0.0.1:{self.speech.port}"

    def _actor(self, name: str, role: str) -> Actor:
        bus = self.wires.to(f"{name} to nats", self.nats.port)
        kube = self.wires.to(f"{name} to kubernetes", self.api.port)
        folder = self.folder / name / "manifests"
        folder.mkdir(parents=True)
        config = kubeconfig_for(f"http://127.0.0.1:{kube.port}", folder.parent / "kubeconfig")
        argv = ["run", folder, "--nats", f"nats://127.0.0.1:{bus.port}", "--kubeconfig", config]
        argv += ["--host", "127.0.0.1", "--api-port", "0", "--role", role]
        argv += ["--max-bytes", _MAX_BYTES, "--log-level", "warning"]
        process = HooklineProcess([str(word) for word in argv], folder.parent)
        actor = Actor(name, folder, process, [bus, kube])
        self.deliver(actor)
        return actor

    def deliver(self, actor: Actor) -> None:
        """Give a process the present version of the manifests."""
        bus = f"nats://127.0.0.1:{self._heard.port}"
        receiver = f"http://127.0.0.1:{self.receiver.port}"
        actor.write(manifests(self._port, bus, receiver, self.version))

    def monitor(self) -> dict[str, Any]:
        """Return what nats-server tells of its streams, by name: `state` and `consumer_detail`."""
        url = f"http://127.0.0.1:{self._monitor}/jsz?streams=1&consumers=1"
        told = httpx.get(url, timeout=10, trust_env=False).json()
        accounts = told.get("account_details") or []
        return {stream["name"]: stream for each in accounts for stream in each["stream_detail"]}

    def decided(self) -> int:
        """Return how many decisions were ever recorded; -1 when nats-server does not say."""
        with suppress(httpx.HTTPError, KeyError, json.JSONDecodeError):
            return int(self.monitor()["hookline-decisions"]["state"]["last_seq"])
        return -1

    def stop(self) -> None:
        """End everything."""
        for actor in self.actors:
            actor.process.kill()
        self.wires.stop()
        self.receiver.stop()
        self.api.stop()
        self.nats.kill()
