"""A join whose worker is killed at any of its requests goes on where it was."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from bus_work import eventually
from faulty_api import FaultyApi
from holding_proxy import Hold, HoldingNats, When, hold_api
from hookline_processes import HooklineProcess, kubeconfig_for
from nats_servers import NatsServer
from sandbox_kube import SandboxProcess
from stage import audit

from hookline.event import Event
from hookline.eventbus.bus import Bus
from hookline.eventbus.settings import BusSettings

pytestmark = pytest.mark.timeout(300)

SENSOR = """\
apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {{name: {name}}}
spec:
  dependencies:
    - {{name: a, eventSourceName: {name}, eventName: a}}
    - {{name: b, eventSourceName: {name}, eventName: b}}
  triggers:
    - template:
        name: pair
        argoWorkflow:
          operation: submit
          source:
            resource:
              apiVersion: argoproj.io/v1alpha1
              kind: Workflow
              metadata: {{generateName: {name}-, namespace: default}}
              spec:
                entrypoint: main
                arguments:
                  parameters: [{{name: pair, value: "${{{{ $.a.n }}}} ${{{{ $.b.n }}}}"}}]
                templates:
                  - {{name: main, container: {{image: busybox, command: ["true"]}}}}
"""
# a1 is held, a2 takes its place, b3 makes it due. What must be asked for, whatever else is asked.
STEPS = [
    *("hand", "record", "acknowledgement"),  # a1
    *("hand", "record", "record", "acknowledgement"),  # a2, and a1 as superseded
    *("hand", "POST", "record", "record", "hand", "acknowledgement"),  # b3: firing to its end
]
AT_A_TIME = 4  # workers


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Bus]:
    bus = Bus(BusSettings(url))
    await bus.start()
    yield bus
    await bus.close()


@dataclass
class Case:
    """One Sensor, and the worker that is killed when its request `hold` is held."""

    name: str
    hold: Hold
    argv: list[str | Path]
    folder: Path
    nats_url: str

    def play(self) -> None:
        """Run the worker over the three events until it is held, or until all is done."""
        worker = HooklineProcess([str(arg) for arg in self.argv], self.folder)
        try:
            worker.start()
            self.hold.arm()
            asyncio.run(self._publish_and_wait())
        finally:
            worker.kill()
            self.hold.end()

    async def _publish_and_wait(self) -> None:
        async with connected(self.nats_url) as bus:
            for number, event in enumerate("aab", start=1):
                await bus.publish_event(self._event(event, number), made_id=True)
            await eventually(lambda: self._is_over(bus), 60.0)

    async def _is_over(self, bus: Bus) -> bool:
        if self.hold.held.is_set():
            return True
        return not (await bus.consumers.backlog())[self.name, "pair"].total

    def _event(self, event: str, number: int) -> Event:
        data = b'{"n": %d}' % number
        return Event(f"{event}{number}", self.name, event, "test", "2026-01-01T00:00:00Z", data)


@dataclass
class Workshop:
    """Makes cases; `manifests` has the Sensors of all of them."""

    nats: NatsServer
    sandbox: SandboxProcess
    faulty_api: Callable[[str], FaultyApi]
    holding_nats: Callable[[int, Hold], HoldingNats]
    folder: Path

    @property
    def manifests(self) -> Path:
        return self.folder / "sensors"

    def flags(self, nats_url: str, kubeconfig: Path) -> list[str | Path]:
        api = ["--kubeconfig", kubeconfig, "--host", "127.0.0.1", "--api-port", "0"]
        return ["--nats", nats_url, "--role", "sensor", *api]

    def case(self, number: int, when: When) -> Case:
        name = f"{when.value}-{number}"
        hold = Hold(number, when)
        api = self.faulty_api(self.sandbox.url)
        hold_api(api, hold)
        self.manifests.mkdir(exist_ok=True)
        manifest = self.manifests / f"{name}.yaml"
        manifest.write_text(SENSOR.format(name=name))
        kubeconfig = kubeconfig_for(api.url, self.folder / f"{name}.kubeconfig")
        flags = self.flags(self.holding_nats(self.nats.port, hold).url, kubeconfig)
        return Case(name, hold, ["run", manifest, *flags], self.folder / name, self.nats.url)


@pytest.fixture
def workshop(nats_server, sandbox, faulty_api, holding_nats, tmp_path) -> Workshop:
    return Workshop(nats_server, sandbox, faulty_api, holding_nats, tmp_path)


async def is_finished(bus: Bus) -> bool:
    """Whether no trigger has anything left to do."""
    return not any(waiting.total for waiting in (await bus.consumers.backlog()).values())


async def verdicts(bus: Bus, name: str) -> list[str]:
    """Return what stands on record about a1, a2 and b3, and what is still in the hand."""
    found = []
    for event_id in ("a1", "a2", "b3"):
        event = event_id[0]
        stored = await bus.decisions.last(event_id, name, event, name, "pair", event)
        found.append(stored.decision.verdict.value if stored else "none")
    hand = (await bus.joins.hand(name, "pair")).hand
    return [*found, *(member.event_id for member in hand.needed)]


def kinds_of(hold: Hold) -> list[str]:
    return [request.partition(" ")[0] for request in hold.seen]


def in_order(wanted: list[str], seen: list[str]) -> bool:
    """Whether `wanted` stands in `seen`, in its order and perhaps with more in between."""
    rest = iter(seen)
    return all(each in rest for each in wanted)


async def test_a_worker_killed_at_any_request_costs_nothing(
    workshop: Workshop, hookline: Callable[..., HooklineProcess], tmp_path: Path
):
    """The first case holds nothing and tells how many requests there are to hold."""
    free = workshop.case(0, When.BEFORE)
    await asyncio.to_thread(free.play)
    assert in_order(STEPS, kinds_of(free.hold)), free.hold.seen
    numbers = range(1, len(free.hold.seen) + 1)
    cases = [workshop.case(number, when) for number in numbers for when in When]
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(Case.play, cases))
    held = {case.hold.seen[-1].partition(" ")[0] for case in cases if case.hold.held.is_set()}
    assert held >= set(STEPS)

    cases.insert(0, free)
    nats_url = workshop.nats.url
    kubeconfig = kubeconfig_for(workshop.sandbox.url, tmp_path / "kubeconfig")
    hookline("run", workshop.manifests, *workshop.flags(nats_url, kubeconfig))
    async with connected(nats_url) as bus:
        await eventually(lambda: is_finished(bus), 90.0)
        outcomes = {case.name: await verdicts(bus, case.name) for case in cases}
    assert outcomes == {case.name: ["skipped", "launched", "launched"] for case in cases}
    assert {name: count for name, count in audit(nats_url).items() if count} == {
        "events": 3 * len(cases),
        "launched": 2 * len(cases),
        "skipped": len(cases),
    }
    made = [
        (
            workflow["metadata"]["labels"]["events.argoproj.io/sensor"],
            workflow["spec"]["arguments"]["parameters"][0]["value"],
        )
        for workflow in workshop.sandbox.objects("workflows")
    ]
    assert sorted(made) == sorted((case.name, "2 3") for case in cases)
