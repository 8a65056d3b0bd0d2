"""`maxActive`: no more Workflows at work than that, with two workers, kills and a slow cluster."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import yaml
from crowd import Crowd
from hookline_processes import HooklineProcess, command, kubeconfig_for, wait_until
from nats_servers import NatsServer
from sandbox_kube import SandboxProcess
from stage import audit, check_equation, settled, trigger

pytestmark = pytest.mark.timeout(300)

EVENTS, LIMIT = 500, 20
BOUNDED = trigger("bounded").replace(
    "    - template:", f"    - maxActive: {LIMIT}\n      template:", 1
)


class Controller:
    """Finishes Workflows, a few at a time, and writes down how many were unfinished."""

    def __init__(self, url: str) -> None:
        self.most = 0
        self._workflows = f"{url}/apis/argoproj.io/v1alpha1/namespaces/default/workflows"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def unfinished(self) -> list[str]:
        items = httpx.get(self._workflows, trust_env=False, timeout=30).json()["items"]
        names = [
            item["metadata"]["name"]
            for item in items
            if item.get("status", {}).get("phase") != "Succeeded"
        ]
        self.most = max(self.most, len(names))
        return names

    def _run(self) -> None:
        media = {"Content-Type": "application/merge-patch+json"}
        done = json.dumps({"status": {"phase": "Succeeded"}})
        with httpx.Client(trust_env=False, timeout=30) as client:
            while not self._stop.is_set():
                try:
                    for name in self.unfinished():
                        client.patch(f"{self._workflows}/{name}", content=done, headers=media)
                except (httpx.TransportError, ValueError, KeyError):
                    self._stop.wait(0.1)  # the API server is away


@pytest.fixture
def controller(sandbox: SandboxProcess) -> Iterator[Controller]:
    controller = Controller(sandbox.url)
    yield controller
    controller.stop()


@pytest.fixture
def start(
    hookline: Callable[..., HooklineProcess],
    sandbox: SandboxProcess,
    nats_server: NatsServer,
    write_manifests: Callable[..., Path],
    tmp_path: Path,
) -> Callable[[str], HooklineProcess]:
    folder = write_manifests(BOUNDED)
    config = kubeconfig_for(sandbox.url, tmp_path / "kubeconfig")

    def begin(role: str) -> HooklineProcess:
        flags = ("--nats", nats_server.url, "--kubeconfig", config, "--host", "127.0.0.1")
        return hookline("run", folder, *flags, "--api-port", "0", "--role", role)

    return begin


def test_never_more_are_at_work_and_all_are_done(
    start: Callable[[str], HooklineProcess],
    controller: Controller,
    sandbox: SandboxProcess,
    nats_server: NatsServer,
):
    source = start("source")
    workers = [start("sensor"), start("sensor")]
    sent = Crowd(source.url("number"), range(EVENTS)).finish()
    assert len(sent.stored) == EVENTS
    wait_until(lambda: len(controller.unfinished()) == LIMIT, "all places are taken")

    # What waits is in the stream, not in hand, and explain says what it waits for.
    assert audit(nats_server.url)["pending"] >= EVENTS - LIMIT - 64
    waiting = next(
        told
        for event_id in sent.stored
        if "launched" not in (told := explained(nats_server, event_id))
    )
    assert f"{LIMIT} of {LIMIT}" in waiting

    controller.start()
    wait_until(lambda: len(sandbox.objects("workflows")) > 3 * LIMIT, "work goes on", 60.0)
    workers[0].kill()
    sandbox.kill()
    sandbox.start()
    workers[0].start()
    wait_until(lambda: len(sandbox.objects("workflows")) == EVENTS, "all are launched", 200.0)
    wait_until(lambda: not controller.unfinished(), "all are finished", 60.0)
    assert controller.most == LIMIT
    ledger = settled(nats_server.url, EVENTS)
    assert (ledger["launched"], ledger["lost"], ledger["unaccounted"]) == (EVENTS, 0, 0)
    check_equation(sent, sandbox.objects("workflows"), range(EVENTS))


FROM_A_CONFIG_MAP = """\
    - maxActive: 1
      template:
        name: mapped
        argoWorkflow:
          operation: submit
          source: {configmap: {name: flows, key: flow.yaml}}
"""
CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: flows}
data:
  flow.yaml: |
    apiVersion: argoproj.io/v1alpha1
    kind: Workflow
    metadata: {generateName: mapped-}
    spec: {}
"""


def test_a_workflow_from_a_config_map_of_the_cluster_is_counted_too(
    hookline: Callable[..., HooklineProcess],
    sandbox: SandboxProcess,
    nats_server: NatsServer,
    controller: Controller,
    write_manifests: Callable[..., Path],
    tmp_path: Path,
):
    flows = yaml.safe_load(CONFIG_MAP)
    home = f"{sandbox.url}/api/v1/namespaces/default/configmaps"
    httpx.post(home, json=flows, trust_env=False).raise_for_status()
    config = kubeconfig_for(sandbox.url, tmp_path / "kubeconfig")
    flags = ("--nats", nats_server.url, "--kubeconfig", config, "--host", "127.0.0.1")
    process = hookline("run", write_manifests(FROM_A_CONFIG_MAP), *flags, "--api-port", "0")
    Crowd(process.url("number"), range(3)).finish()
    wait_until(lambda: len(controller.unfinished()) == 1, "the first one")
    controller.start()
    wait_until(lambda: len(sandbox.objects("workflows")) == 3, "all are launched", 60.0)
    assert controller.most == 1


def explained(server: NatsServer, event_id: str) -> str:
    return command("explain", event_id, "--nats", server.url).stdout


def test_what_is_at_work_already_counts_after_all_state_of_the_bus_was_lost(
    start: Callable[[str], HooklineProcess],
    controller: Controller,
    sandbox: SandboxProcess,
    nats_server: NatsServer,
):
    process = start("all")
    Crowd(process.url("number"), range(LIMIT)).finish()
    wait_until(lambda: len(controller.unfinished()) == LIMIT, "all places are taken")
    process.kill()
    nats_server.kill()
    shutil.rmtree(nats_server.folder / "store")
    nats_server.start()
    again = start("all")
    Crowd(again.url("number"), range(LIMIT, 2 * LIMIT)).finish()
    metrics = again.ready["api"] + "/metrics"
    full = f'trigger_name="bounded"}} {float(LIMIT)}'
    wait_until(lambda: full in httpx.get(metrics, timeout=30).text, "what runs is counted")
    controller.start()
    wait_until(lambda: len(sandbox.objects("workflows")) == 2 * LIMIT, "all are launched", 60.0)
    assert controller.most == LIMIT
