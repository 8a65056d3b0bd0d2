"""A worker that dies while it makes an object and waits for its labels makes no second one."""

import time

import httpx
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
  triggers:
    - template:
        name: make
        k8s:
          source:
            resource:
              apiVersion: v1
              kind: ConfigMap
              metadata: {{generateName: {name}-, namespace: default}}
      policy:
        k8s:
          labels: {{ready: "yes"}}
          backoff: {{duration: 200ms, steps: 1000}}
          errorOnBackoffTimeout: true
"""
# Every step from the create to the acknowledgement.
STEPS = {
    "the create": ("create", 1),
    "the record of what is made": ("record", 1),
    "the first look": ("look", 1),
    "a later look": ("look", 3),
    "the record as launched": ("record", 2),
    "the acknowledgement": ("ack", 1),
}
LATE = {("record", 2), ("ack", 1)}  # what comes after the labels
NAMES = {step: f"s-{step[0]}-{step[1]}" for step in STEPS.values()}
CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"
MERGE = {"Content-Type": "application/merge-patch+json"}


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


def label_all(sandbox) -> bool:
    """Give every object its label."""
    for tree in sandbox.objects("configmaps", "default"):
        path = f"{sandbox.url}{CONFIG_MAPS}/{tree['metadata']['name']}"
        patch = {"metadata": {"labels": {"ready": "yes"}}}
        httpx.patch(path, json=patch, headers=MERGE, trust_env=False).raise_for_status()
    return True


async def publish(url: str) -> None:
    bus = Bus(BusSettings(url))
    await bus.start()
    event = Event("a-1", "hook", "a", "webhook", "2026-01-01T00:00:00Z", b"{}")
    await bus.publish_event(event, made_id=True)
    await bus.close()


async def test_a_worker_that_dies_before_any_step_makes_no_second_object(
    nats_server, sandbox, hookline, dying
):
    folder, common, processes = dying
    await publish(nats_server.url)
    early = [p for p, s in zip(processes, STEPS.values(), strict=True) if s not in LATE]
    wait_until(lambda: all(p.process.poll() is not None for p in early), "they are dead", 90.0)
    label_all(sandbox)
    deadline = time.monotonic() + 90
    for each in processes:
        assert each.process.wait(max(1.0, deadline - time.monotonic())) == KILLED, each.log

    hookline("run", folder, *common)
    wait_until(
        lambda: label_all(sandbox) and audit(nats_server.url)["launched"] == len(NAMES),
        "every object is launched",
        90.0,
    )
    made = [tree["metadata"] for tree in sandbox.objects("configmaps", "default")]
    sensors = sorted(each["labels"]["events.argoproj.io/sensor"] for each in made)
    assert sensors == sorted(NAMES.values())
