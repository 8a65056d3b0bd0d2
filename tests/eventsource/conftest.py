"""Event sources on real ports, with a bus that is a function and keeps what it gets."""

import asyncio
import itertools
import socket
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from eventsource.limits import Limits
from eventsource.runner import SourceRunner
from eventsource.spec import read_event_source
from hookline.manifest import Document
from hookline.metrics import Metrics
from hookline.secrets import Secrets


@dataclass
class Ack:
    duplicate: bool = False


@dataclass
class Bus:
    """Keeps (event, made) pairs; `error` is raised instead, `hold` is waited for before.

    `asked` counts the calls.
    """

    stored: list = field(default_factory=list)
    error: Exception | None = None
    hold: asyncio.Event | None = None
    asked: int = 0

    async def publish(self, event, made):
        self.asked += 1
        if self.hold is not None:
            await self.hold.wait()
        if self.error is not None:
            raise self.error
        known = any(event.id == other.id for other, _ in self.stored)
        self.stored.append((event, made))
        return Ack(known)

    @property
    def events(self):
        return [event for event, _ in self.stored]


@pytest.fixture
def bus():
    return Bus()


@pytest.fixture
def metrics():
    return Metrics()


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def free_ports():
    return lambda count: [free_port() for _ in range(count)]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def read(name="hooks", **spec):
    document = Document(
        "source.yaml",
        1,
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "EventSource",
            "metadata": {"name": name},
            "spec": spec,
        },
    )
    mistakes = []
    source = read_event_source(document, mistakes)
    return source, mistakes


@pytest.fixture
def read_source():
    """Return (EventSource or None, mistakes) of a spec."""
    return read


@pytest.fixture
def webhooks():
    """Return an EventSource of webhooks: event name to settings."""

    def build(port, name="hooks", **events):
        base = {"port": str(port), "method": "POST"}
        source, mistakes = read(name, webhook={key: base | own for key, own in events.items()})
        assert mistakes == []
        return source

    return build


@pytest.fixture
def running(bus, metrics):
    """Run sources until the block ends: `async with running(sources) as runner`."""

    @asynccontextmanager
    async def run(*sources, secrets=None, limits=None):
        runner = SourceRunner(
            bus.publish,
            host="127.0.0.1",
            secrets=secrets or Secrets(),
            metrics=metrics,
            limits=limits or Limits(),
        )
        await runner.start(sources)
        try:
            yield runner
        finally:
            await runner.drain(0.1)

    return run


class Wire:
    """A raw connection to a port."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer

    async def send(self, data):
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self):
        """Return (status, headers, body) of the next answer."""
        async with asyncio.timeout(20):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            status_line, *lines = head.strip().split("\r\n")
            headers = dict(line.split(": ", 1) for line in lines)
            body = await self.reader.readexactly(int(headers["content-length"]))
        return int(status_line.split()[1]), headers, body

    async def ended(self):
        """Wait until the server has closed; return what came before."""
        async with asyncio.timeout(20):
            try:
                return await self.reader.read()
            except ConnectionResetError:
                return b""


@pytest.fixture
async def wire():
    opened = []

    async def connect(port):
        line = Wire(*await asyncio.open_connection("127.0.0.1", port))
        opened.append(line)
        return line

    yield connect
    for line in opened:
        line.writer.close()


def _flood(port, start, chunk, count):
    received = b""
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        with suppress(ConnectionError):
            line.sendall(start)
            for _ in range(count):
                line.sendall(chunk)
                sent += 1
        with suppress(ConnectionError):
            while data := line.recv(65_536):
                received += data
    return sent, received


@pytest.fixture
def flood():
    """Send `start` and up to `count` times `chunk`; return (chunks sent, bytes received)."""

    async def send(port, start, chunk, count):
        return await asyncio.to_thread(_flood, port, start, chunk, count)

    return send


@pytest.fixture
def until():
    """Wait until a condition holds."""

    async def wait(condition):
        async with asyncio.timeout(20):
            for _ in itertools.count():
                if condition():
                    return
                await asyncio.sleep(0.01)

    return wait
