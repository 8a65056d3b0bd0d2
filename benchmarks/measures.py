"""The measures: each runs a bare loop and Hookline one after the other, and returns both."""

import asyncio
import json
import statistics
import time
from contextlib import ExitStack
from typing import NamedTuple

import load
from stage import Stage, cpu, free_port, open_port, rss

CONNECTIONS, FAR_CONNECTIONS = 64, 256
SECONDS = 3.0
EVENTS = 4000
RATE, PACED = 50.0, 500

type Key = tuple[str, str]  # name, unit


class Found(NamedTuple):
    """One figure, and that of its bare loop in the same round."""

    value: float
    probe: float | None = None


def _hook(stage: Stage) -> str:
    return f"http://127.0.0.1:{stage.hook_port}/a"


def _rate(url: str, payload: bytes = load.BODY) -> float:
    asyncio.run(load.post(url, CONNECTIONS, 0.5, payload))
    seconds = SECONDS if len(payload) < 50_000 else SECONDS / 3  # for the disk's sake
    return asyncio.run(load.post(url, CONNECTIONS, seconds, payload))


def ingest(stage: Stage) -> dict[Key, Found]:
    """POSTs that are answered after JetStream's acknowledgement."""
    port, found = free_port(), {}
    sizes = {"1 worker": load.BODY, "10 KB": load.body(10_000), "100 KB": load.body(100_000)}
    bare: dict[str, float] = {}
    with stage.bare("ingest", stage.nats, port, ready=open_port(port)):
        for name, payload in sizes.items():
            bare[name] = _rate(f"http://127.0.0.1:{port}/a", payload)
    with stage.hookline("source"):
        for name, payload in sizes.items():
            found["ingest, " + name, "/s"] = Found(_rate(_hook(stage), payload), bare[name])
    with stage.hookline("source", workers=2):
        found["ingest, 2 workers", "/s"] = Found(_rate(_hook(stage)), bare["1 worker"])
    return found


def far_away(stage: Stage) -> dict[Key, Found]:
    """The same with 5 ms to NATS and back; its probe is Hookline on loopback."""
    with stage.hookline("source"):
        asyncio.run(load.post(_hook(stage), FAR_CONNECTIONS, 0.5))
        near = asyncio.run(load.post(_hook(stage), FAR_CONNECTIONS, SECONDS))
    port = free_port()
    proxy = stage.bare("delay", port, stage.nats_port, "2.5", ready=open_port(port))
    with proxy, stage.hookline("source", nats=f"nats://127.0.0.1:{port}"):
        asyncio.run(load.post(_hook(stage), FAR_CONNECTIONS, 0.5))
        far = asyncio.run(load.post(_hook(stage), FAR_CONNECTIONS, SECONDS))
    return {("ingest, 5 ms to NATS", "/s"): Found(far, near)}


def _fill(stage: Stage, count: int) -> None:
    with stage.hookline("source"):
        asyncio.run(load.post_count(_hook(stage), CONNECTIONS, count))


def _fill_bare(stage: Stage, count: int) -> None:
    port = free_port()
    with stage.bare("ingest", stage.nats, port, ready=open_port(port)):
        asyncio.run(load.post_count(f"http://127.0.0.1:{port}/a", CONNECTIONS, count))


def _until(stage: Stage, count: int) -> float:
    while stage.created() < count:
        time.sleep(0.005)
    return time.perf_counter()


def _drained(stage: Stage, before: int, count: int) -> float:
    """Return the creates per second, the first tenth left out."""
    begin = _until(stage, before + count // 10)
    seen = stage.created()
    return (before + count - seen) / (_until(stage, before + count) - begin)


def launch(stage: Stage) -> dict[Key, Found]:
    """A backlog that becomes Workflows on the stub, decisions on record."""
    _fill_bare(stage, EVENTS)
    before = stage.created()
    with stage.bare("forward", stage.nats, stage.api, EVENTS, ready=stage.said_ready()):
        bare = _drained(stage, before, EVENTS)
    _fill(stage, EVENTS)
    before = stage.created()
    with stage.hookline("sensor"):
        ours = _drained(stage, before, EVENTS)
    return {("event to 201", "/s"): Found(ours, bare)}


def burst(stage: Stage) -> dict[Key, Found]:
    """How much a sensor grows over 10,000 events, from its start on."""
    with stage.hookline("sensor") as process:
        idle = rss(process.pid)
    _fill(stage, 10_000)
    before = stage.created()
    with stage.hookline("sensor") as process:
        most = 0.0
        while stage.created() < before + 10_000:
            most = max(most, rss(process.pid))
            time.sleep(0.01)
    return {("RSS growth, 10,000 events", "MB"): Found(most - idle)}


def _refused(stage: Stage) -> float:
    name = "hookline_decisions_total{"
    lines = [line for line in stage.figures("sensor").splitlines() if line.startswith(name)]
    return sum(float(line.split()[-1]) for line in lines if 'verdict="filtered"' in line)


def refused(stage: Stage) -> dict[Key, Found]:
    """A backlog that a filter refuses, each decision on record."""
    _fill_bare(stage, 2 * EVENTS)
    done = stage.folder / "log"
    before = done.read_bytes().count(b"done\n")
    with stage.bare("pull", stage.nats, 2 * EVENTS, ready=stage.said_ready()):
        begin = time.perf_counter()
        while done.read_bytes().count(b"done\n") == before:
            time.sleep(0.005)
        bare = 2 * EVENTS / (time.perf_counter() - begin)
    stage.write(refuse=True)
    try:
        _fill(stage, 2 * EVENTS)
        with stage.hookline("sensor"):
            first, begin = _refused(stage), time.perf_counter()
            while (now := _refused(stage)) < 2 * EVENTS:
                time.sleep(0.02)
            ours = (now - first) / (time.perf_counter() - begin)
    finally:
        stage.write()
    return {("refused by a filter", "/s"): Found(ours, bare)}


def end_to_end(stage: Stage) -> dict[Key, Found]:
    """POSTs at full speed that become Workflows, all on this machine; and CPU an event."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/a"
    with ExitStack() as stack:
        stack.enter_context(stage.bare("ingest", stage.nats, port, ready=open_port(port)))
        asyncio.run(load.post_count(url, CONNECTIONS, 1))
        ready = stage.said_ready()
        stack.enter_context(stage.bare("forward", stage.nats, stage.api, 10**9, ready=ready))
        bare = _through(stage, url)
    with stage.hookline("sensor") as sensor, stage.hookline("source") as source:
        pids = (sensor.pid, source.pid, stage.nats_pid)
        idle = {"sensor": rss(sensor.pid), "source": rss(source.pid)}
        stage.settled()
        used = sum(map(cpu, pids))
        ours = _through(stage, _hook(stage))
        used = (sum(map(cpu, pids)) - used) / EVENTS * 1e6
    return {
        ("end to end", "/s"): Found(ours, bare),
        ("CPU an event, all", "us"): Found(used),
        ("RSS idle, source", "MB"): Found(idle["source"]),
        ("RSS idle, sensor", "MB"): Found(idle["sensor"]),
    }


def _through(stage: Stage, url: str) -> float:
    stage.settled()
    first, begin = stage.created(), time.perf_counter()
    asyncio.run(load.post_count(url, CONNECTIONS, EVENTS))
    return EVENTS / (_until(stage, first + EVENTS) - begin)


def latency(stage: Stage) -> dict[Key, Found]:
    """From sending a POST to the create at the stub, at an even rate."""
    with stage.hookline("sensor"), stage.hookline("source"):
        stage.settled()
        stage.ask("/times")
        first = stage.created()
        sent = asyncio.run(load.paced(_hook(stage), RATE, PACED))
        _until(stage, first + PACED)
        came = dict(json.loads(stage.ask("/times")))
    took = sorted((came[number] - moment) * 1000 for number, moment in enumerate(sent))
    return {
        ("p50 at 50/s", "ms"): Found(statistics.median(took)),
        ("p99 at 50/s", "ms"): Found(took[int(len(took) * 0.99)]),
    }


def crowded(stage: Stage) -> dict[Key, Found]:
    """CPU of the sensor an event, with 500 triggers for other events and with none."""
    alone = _sensor_cpu(stage)
    stage.write(unrelated=500)
    try:
        crowd = _sensor_cpu(stage)
    finally:
        stage.write()
    return {("500 other triggers", "us"): Found(crowd, alone)}


def _sensor_cpu(stage: Stage) -> float:
    with stage.hookline("sensor") as process, stage.hookline("source"):
        stage.settled()
        used = cpu(process.pid)
        _through(stage, _hook(stage))
        return (cpu(process.pid) - used) / EVENTS * 1e6


def ingest_cpu(stage: Stage) -> Found:
    """CPU microseconds a POST."""
    port = free_port()
    with stage.bare("ingest", stage.nats, port, ready=open_port(port)) as process:
        bare = _posting(f"http://127.0.0.1:{port}/a", process.pid)
    with stage.hookline("source") as process:
        return Found(_posting(_hook(stage), process.pid), bare)


def _posting(url: str, pid: int) -> float:
    asyncio.run(load.post(url, CONNECTIONS, 0.5))
    used = cpu(pid)
    rate = asyncio.run(load.post(url, CONNECTIONS, SECONDS))
    return (cpu(pid) - used) / (rate * SECONDS) * 1e6


def launch_cpu(stage: Stage) -> Found:
    """CPU microseconds from an event to its Workflow, beside a loop that also stores a record."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/a"
    with stage.bare("ingest", stage.nats, port, ready=open_port(port)):
        asyncio.run(load.post_count(url, CONNECTIONS, 1))
        ready = stage.said_ready()
        with stage.bare("drain", stage.nats, stage.api, 10**9, ready=ready) as process:
            stage.settled()
            used = cpu(process.pid)
            _through(stage, url)
            bare = (cpu(process.pid) - used) / EVENTS * 1e6
    return Found(_sensor_cpu(stage), bare)


ALL = [ingest, far_away, refused, launch, end_to_end, latency, crowded, burst]
