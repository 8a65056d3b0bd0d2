"""A join whose worker dies right before each of its steps goes on where it was."""

import time

import pytest
from crash_at import KILLED
from dying import Dying
from hookline_processes import kubeconfig_for, wait_until
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
    - {{name: a, eventSourceName: hook, eventName: a}}
    - {{name: b, eventSourceName: hook, eventName: b}}
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
# a1 is held, a2 takes its place, b1 makes it due: every step of these three deliveries.
STEPS = {
    "a1's entry": ("entry", 1),
    "a1's record": ("record", 1),
    "a1's acknowledgement": ("ack", 1),
    "a2's entry over a1": ("entry", 2),
    "a1's record as superseded": ("record", 2),
    "a2's record": ("record", 3),
    "a2's acknowledgement": ("ack", 2),
    "the firing": ("entry", 3),
    "the create": ("create", 1),
    "a2's record as launched": ("record", 4),
    "b1's record as launched": ("record", 5),
    "the end of the firing": ("entry", 4),
    "b1's acknowledgement": ("ack", 3),
}
NAMES = {step: f"s-{step[0]}-{step[1]}" for step in STEPS.values()}


@pytest.fixture
def dying(nats_server, sandbox, tmp_path):
    """Start a process for every step; yields what they have in common, and the processes."""
    folder = tmp_path / "sensors"
    folder.mkdir()
    config = kubeconfig_for(sandbox.url, tmp_path / "kubeconfig")
    common = ["--nats", nats_server.url, "--kubeconfig", config, "--role", "sensor"]
    common += ["--host", "127.0.0.1", "--api-port", "0"]
    started: list[Dying] = []
    for step, name in NAMES.items():
        manifest = folder / f"{name}.yaml"
        manifest.write_text(SENSOR.format(name=name))
        started.append(Dying(step, [manifest, *common], tmp_path, name))
        started[-1].wait_until_ready()
    yield folder, common, started
    for each in started:
        each.end()


async def publish(url: str) -> None:
    bus = Bus(BusSettings(url))
    await bus.start()
    for number, name in enumerate(("a", "a", "b"), start=1):
        data = b'{"n": %d}' % number
        event = Event(f"{name}-{number}", "hook", name, "webhook", "2026-01-01T00:00:00Z", data)
        await bus.publish_event(event, made_id=True)
    await bus.close()


async def verdicts(url: str, name: str) -> list[str]:
    bus = Bus(BusSettings(url))
    await bus.start()
    found = []
    for event_id in ("a-1", "a-2", "b-3"):
        stored = await bus.decisions.last(event_id, "hook", event_id[0], name, "pair", event_id[0])
        found.append(stored.decision.verdict.value if stored else "none")
    hand = (await bus.joins.hand(name, "pair")).hand
    await bus.close()
    return [*found, *(m.event_id for m in hand.needed)]


async def test_a_worker_that_dies_before_any_step_costs_nothing(
    nats_server, sandbox, hookline, dying
):
    folder, common, processes = dying
    await publish(nats_server.url)
    deadline = time.monotonic() + 90
    for each in processes:
        assert each.process.wait(max(1.0, deadline - time.monotonic())) == KILLED, each.log

    hookline("run", folder, *common)
    ledger = wait_until(
        lambda: found if (found := audit(nats_server.url))["launched"] == 26 else None,
        "every pair is launched",
        90.0,
    )
    for step, name in zip(STEPS, NAMES.values(), strict=True):
        outcome = await verdicts(nats_server.url, name)
        assert outcome == ["skipped", "launched", "launched"], step
    made = [
        (
            workflow["metadata"]["labels"]["events.argoproj.io/sensor"],
            workflow["spec"]["arguments"]["parameters"][0]["value"],
        )
        for workflow in sandbox.objects("workflows")
    ]
    assert sorted(made) == sorted((name, "2 3") for name in NAMES.values())
    assert {key: ledger[key] for key in ("events", "launched", "skipped")} == {
        "events": 39,
        "launched": 26,
        "skipped": 13,
    }
