"""A thousand core and a thousand JetStream messages, two equal processes, one of them killed."""

import asyncio
import json
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import nats
import pytest
from bus_work import eventually
from hookline_processes import HooklineProcess, kubeconfig_for, wait_until
from nats.aio.client import Client
from nats_servers import NatsServer
from sandbox_kube import SandboxProcess
from stage import settled

from hookline.event import decode

pytestmark = pytest.mark.timeout(300)

MANIFESTS = """\
apiVersion: argoproj.io/v1alpha1
kind: EventSource
metadata: {{name: numbers}}
spec:
  nats:
    core: {{url: "{url}", subject: core.number, jsonBody: true}}
    stream: {{url: "{url}", subject: stream.number, jsonBody: true,
              jetstream: {{stream: NUMBERS, durable: hookline}}}}
---
apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {{name: counting}}
spec:
  dependencies:
    - {{name: core, eventSourceName: numbers, eventName: core}}
    - {{name: stream, eventSourceName: numbers, eventName: stream}}
  triggers:
    - template:
        name: count
        conditions: core || stream
        argoWorkflow:
          operation: submit
          source:
            resource:
              apiVersion: argoproj.io/v1alpha1
              kind: Workflow
              metadata: {{generateName: number-, namespace: default}}
              spec:
                entrypoint: main
                arguments:
                  parameters:
                    - {{name: core, value: "${{{{ $.core.body | default('') }}}}"}}
                    - {{name: stream, value: "${{{{ $.stream.body | default('') }}}}"}}
                templates:
                  - {{name: main, container: {{image: busybox, command: ["true"]}}}}
"""
KINDS = ("core", "stream")


@pytest.fixture
async def client(nats_server: NatsServer) -> AsyncIterator[Client]:
    """A plain client of the test's server, with the stream that the source reads."""
    client = await nats.connect(nats_server.url)
    await client.jetstream().add_stream(name="NUMBERS", subjects=["stream.number"])
    yield client
    await client.close()


@pytest.fixture
def workers(
    nats_server: NatsServer,
    sandbox: SandboxProcess,
    client: Client,
    hookline: Callable[..., HooklineProcess],
    tmp_path: Path,
) -> list[HooklineProcess]:
    """Two equal processes that listen and launch."""
    manifest = tmp_path / "numbers.yaml"
    manifest.write_text(MANIFESTS.format(url=nats_server.url))
    config = kubeconfig_for(sandbox.url, tmp_path / "kubeconfig")
    flags = ["--nats", nats_server.url, "--kubeconfig", config]
    flags += ["--host", "127.0.0.1", "--api-port", "0"]
    return [until_it_listens(hookline("run", manifest, *flags)) for _ in range(2)]


def until_it_listens(process: HooklineProcess) -> HooklineProcess:
    url = process.ready["api"] + "/readyz"
    wait_until(lambda: httpx.get(url).status_code == 200, "it listens")
    return process


async def say(client: Client, numbers: range) -> None:
    """Publish each number once as a core message, and once to the stream."""
    js = client.jetstream(timeout=30)
    for number in numbers:
        await client.publish("core.number", b"%d" % number)
        await js.publish("stream.number", b"%d" % number)
    await client.flush(30)


async def is_read(client: Client) -> bool:
    """Whether the source has put all of its stream on the bus."""
    info = await client.jetstream().consumer_info("NUMBERS", "hookline")
    return (info.num_pending, info.num_ack_pending) == (0, 0)


async def reached(client: Client) -> dict[str, set[int]]:
    """Return the numbers of each kind that stand in the stream of events."""
    js = client.jetstream(timeout=30)
    state = (await js.stream_info("default")).state
    found: dict[str, set[int]] = {kind: set() for kind in KINDS}
    for sequence in range(state.first_seq, state.last_seq + 1):
        event = decode((await js.get_msg("default", sequence)).data)
        found[event.name].add(json.loads(event.data)["body"])
    return found


def launched(workflows: list[dict[str, Any]]) -> dict[str, Counter[int]]:
    """Return how many Workflows each number of each kind has."""
    arguments = [workflow["spec"]["arguments"]["parameters"] for workflow in workflows]
    given = [(each["name"], each["value"]) for one in arguments for each in one if each["value"]]
    return {kind: Counter(int(value) for name, value in given if name == kind) for kind in KINDS}


async def test_a_killed_process_costs_core_messages_at_most_and_doubles_nothing(
    client: Client,
    workers: list[HooklineProcess],
    nats_server: NatsServer,
    sandbox: SandboxProcess,
):
    killed, other = workers
    saying = asyncio.create_task(say(client, range(700)))
    await eventually(lambda: asyncio.to_thread(sandbox.objects, "workflows"))
    killed.kill()
    await asyncio.to_thread(lambda: until_it_listens(killed.start()))
    await saying
    await say(client, range(700, 1000))

    await eventually(lambda: is_read(client), 90.0)
    for worker in workers:  # core messages that were heard are on the bus when their process ends
        assert await asyncio.to_thread(worker.end, signal.SIGTERM, 40.0) == 0
    await asyncio.to_thread(other.start)
    ledger = await asyncio.to_thread(settled, nats_server.url, 1300)
    there = await reached(client)
    made = launched(sandbox.objects("workflows"))
    assert there["stream"] == set(range(1000))
    assert there["core"] >= set(range(700, 1000))
    assert made == {kind: Counter(there[kind]) for kind in KINDS}
    assert (ledger["lost"], ledger["unaccounted"], ledger["deadLettered"]) == (0, 0, 0)
