"""A Sensor that is edited while events flow: two workers run old and new, and nothing is lost."""

import os
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from crowd import Crowd, Flow
from hookline_processes import HooklineProcess, command, free_port, kubeconfig_for, wait_until
from nats_servers import NatsServer
from sandbox_kube import SandboxProcess
from stage import audit, settled, trigger

pytestmark = pytest.mark.timeout(300)

SOURCE = """\
apiVersion: argoproj.io/v1alpha1
kind: EventSource
metadata: {{name: numbers}}
spec:
  webhook:
    number: {{port: "{port}", endpoint: /number, method: POST}}
    extra: {{port: "{port}", endpoint: /extra, method: POST}}
"""
SENSOR = """\
apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {{name: counting}}
spec:
  dependencies:
    - name: number
      eventSourceName: numbers
      eventName: number
      filters: {{data: [{{path: body.number, type: string, value: ["{digits}$"]}}]}}
{more}
  triggers:
    - template:
        name: count
        conditions: {conditions}
        argoWorkflow:
          operation: submit
          source:
            resource:
              apiVersion: argoproj.io/v1alpha1
              kind: Workflow
              metadata: {{generateName: count-, namespace: default}}
              spec:
                entrypoint: main
                arguments:
                  parameters: [{{name: made, value: "{made}"}}]
                templates:
                  - {{name: main, container: {{image: busybox, command: ["true"]}}}}
"""
NUMBER = "${{ $.number.body.number | default('') }}"
EXTRA = "${{ $.extra.body.number | default('') }}"
OLD = {"digits": "[0-7]", "more": "", "conditions": "number", "made": f"n{NUMBER}x"}
FILTERED = OLD | {"digits": "[2-9]"}
ADDED = OLD | {
    "more": "    - {name: extra, eventSourceName: numbers, eventName: extra}",
    "conditions": "number || extra",
    "made": f"n{NUMBER}x{EXTRA}",
}


class Stage:
    """A source, and a worker for each version of the Sensor, the old one's from the beginning."""

    def __init__(self, hookline: Callable[..., HooklineProcess], folder: Path, *flags: str):
        self._hookline = hookline
        self._folder = folder
        self._flags = ["--host", "127.0.0.1", "--api-port", "0", *flags]
        manifest = folder / "source.yaml"
        manifest.write_text(SOURCE.format(port=free_port()))
        self.source = hookline("run", manifest, *self._flags, "--role", "source")
        self.old = self.worker("old", OLD, age=100)

    def worker(self, name: str, sensor: dict[str, str], age: float) -> HooklineProcess:
        """Start a worker whose manifest was written `age` seconds ago."""
        manifest = self._folder / f"{name}.yaml"
        manifest.write_text(SENSOR.format(**sensor))
        moment = time.time() - age
        os.utime(manifest, (moment, moment))
        return self._hookline("run", manifest, *self._flags, "--role", "sensor")


@pytest.fixture
def flags(nats_server: NatsServer, sandbox: SandboxProcess, tmp_path: Path) -> list[str]:
    config = kubeconfig_for(sandbox.url, tmp_path / "kubeconfig")
    return ["--nats", nats_server.url, "--kubeconfig", str(config)]


@pytest.fixture
def stage(hookline: Callable[..., HooklineProcess], tmp_path: Path, flags: list[str]) -> Stage:
    return Stage(hookline, tmp_path, *flags)


def made(sandbox: SandboxProcess) -> Counter[str]:
    """Return how many Workflows were made for `n7x` (number 7) and `nx7` (extra 7)."""
    workflows = sandbox.objects("workflows")
    return Counter(w["spec"]["arguments"]["parameters"][0]["value"] for w in workflows)


def edit_under_load(stage: Stage, sandbox: SandboxProcess, new: dict[str, str], *flows: Flow):
    """Bring a new version while events flow, and wait until the old one's worker rests."""
    wait_until(lambda: len(made(sandbox)) > 20, "the old version launches")
    stage.worker("new", new, age=0)
    wait_until(lambda: "sensor rests" in stage.old.said(), "the old version rests")
    before = [flow.sent.answered for flow in flows]
    wait_until(
        lambda: all(f.sent.answered > n + 200 for f, n in zip(flows, before, strict=True)),
        "events have flowed since",
        60.0,
    )


def check_sums(ledger: dict[str, int], workflows: Counter[str]) -> None:
    assert {each: count for each, count in workflows.items() if count != 1} == {}
    assert ledger["launched"] == len(workflows)
    assert ledger["events"] == ledger["launched"] + ledger["filtered"]
    assert (ledger["lost"], ledger["unaccounted"]) == (0, 0)


def test_a_changed_filter_counts_from_the_edit_on_and_every_event_is_judged_once(
    stage: Stage, sandbox: SandboxProcess, nats_server: NatsServer
):
    url = stage.source.url("number")
    with Flow(url) as flow:
        edit_under_load(stage, sandbox, FILTERED, flow)
    late = range(1_000_000, 1_000_020)
    stored = [*flow.sent.stored.values(), *Crowd(url, late).finish().stored.values()]

    ledger = settled(nats_server.url, at_least=len(stored))
    workflows = made(sandbox)
    check_sums(ledger, workflows)
    both = {f"n{number}x" for number in stored if number % 10 in range(2, 8)}
    assert both - set(workflows) == set()
    of_late = {number for number in late if f"n{number}x" in workflows}
    assert of_late == {number for number in late if number % 10 in range(2, 10)}


def test_an_added_dependency_misses_no_event_of_either(
    stage: Stage, sandbox: SandboxProcess, nats_server: NatsServer
):
    number, extra = stage.source.url("number"), stage.source.url("extra")
    with Flow(number) as numbers, Flow(extra) as extras:
        edit_under_load(stage, sandbox, ADDED, numbers, extras)
    late = Crowd(extra, range(1_000_000, 1_000_020)).finish().stored.values()

    ledger = settled(nats_server.url, at_least=len(numbers.sent.stored) + len(late))
    workflows = made(sandbox)
    check_sums(ledger, workflows)
    wanted = {f"n{each}x" for each in numbers.sent.stored.values() if each % 10 in range(8)}
    assert wanted - set(workflows) == set()
    assert {f"nx{each}" for each in late} - set(workflows) == set()


def test_a_renamed_triggers_unfinished_events_stay_pending_until_the_old_name_is_forgotten(
    hookline: Callable[..., HooklineProcess],
    write_manifests: Callable[..., Path],
    flags: list[str],
    sandbox: SandboxProcess,
    nats_server: NatsServer,
):
    process = hookline(
        "run", write_manifests(trigger("before")), *flags, "--host", "127.0.0.1", "--api-port", "0"
    )
    sandbox.kill()
    for number in range(5):
        httpx.post(process.url("number"), json={"number": number}).raise_for_status()
    write_manifests(trigger("after"))
    wait_until(lambda: "reloaded" in process.said(), "the new name is read")
    for number in range(5, 8):
        httpx.post(process.url("number"), json={"number": number}).raise_for_status()
    sandbox.start()  # the old name's first five were tried, the later three never
    wait_until(lambda: audit(nats_server.url)["launched"] == 3, "the new name launches", 90.0)

    said = command("audit", "--nats", nats_server.url)
    assert said.returncode == 0
    assert "counting/before: 8 pending\n" in said.stdout
    (named,) = re.findall(r"hookline (forget \S+)\)", said.stdout)
    assert named == "forget counting/before"
    gone = command(*named.split(), "--nats", nats_server.url)
    assert gone.returncode == 0, gone.stderr
    httpx.post(process.url("number"), json={"number": 8}).raise_for_status()
    ledger = settled(nats_server.url, at_least=4)
    assert (ledger["events"], ledger["launched"]) == (4, 4)
    assert (ledger["lost"], ledger["unaccounted"]) == (0, 0)
    names = sorted(w["metadata"]["name"].rpartition("-")[0] for w in sandbox.objects("workflows"))
    assert names == ["after"] * 4
