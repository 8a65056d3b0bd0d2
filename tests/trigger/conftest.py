"""Events, servers of a few lines, and triggers from YAML."""

import json
from contextlib import asynccontextmanager
from typing import Any

import pytest
import yaml
from aiohttp import web

from hookline import names
from hookline.event import Event
from hookline.manifest import Document, Place
from hookline.secrets import Secrets
from trigger.action import Doors, Due, Setting
from trigger.artifact import find_source
from trigger.spec import Home, read_trigger


@asynccontextmanager
async def _serve(handler):
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
def serve():
    """Serve a handler of all requests on loopback: `async with serve(handler) as url`."""
    return _serve


@pytest.fixture
def at():
    return Setting(sensor="web", trigger="start", namespace="default", dependencies=("push",))


def make_event(data: Any, event_id: str = "e1", **fields: Any) -> Event:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    attributes = {
        "id": event_id,
        "source": "webhook",
        "name": "example-1",
        "type": "webhook",
        "time": "2026-11-24T08:00:00.5Z",
    }
    return Event(data=raw, **{**attributes, **fields})


def make_due(event: Event, sensor="web", trigger="start", dependency="push") -> Due:
    identity = names.identity("default", event.source, event.name, event.id)
    key = names.due(identity, sensor, trigger, dependency)
    return Due(identity, key, dependency, event)


@pytest.fixture
def event():
    return make_event


@pytest.fixture
def due():
    return make_due


@pytest.fixture
def read():
    """Read a trigger from YAML; returns it and the mistakes."""

    def _read(text: str, dependencies=("push",), namespace="default"):
        place = Place(Document("sensor.yaml", 1, {})) / "spec" / "triggers" / 0
        trigger = read_trigger(yaml.safe_load(text), place, Home("web", namespace, dependencies))
        return trigger, place.mistakes

    return _read


@pytest.fixture
def place():
    return Place(Document("sensor.yaml", 1, {}))


@pytest.fixture
def read_source():
    """Read a `source` that stands in the Sensor; returns the object and its place, or None."""

    def _read_source(raw, place):
        found = find_source(raw, place)
        if found is None:
            return None
        artifact, where = found
        tree = artifact.manifest(where)
        return None if tree is None else (tree, where)

    return _read_source


@pytest.fixture
def value():
    """Return an entry of `payload` or `parameters` that reads a key of the event's data."""

    def _value(dest, data_key, **src):
        return {"src": {"dependencyName": "push", "dataKey": data_key, **src}, "dest": dest}

    return _value


class Messenger:
    """One trigger, made anew for each call from the settings of its kind, and its doors."""

    def __init__(self, kind, read, secrets):
        self.kind, self._read = kind, read
        self.doors = Doors(kube=None, secrets=secrets)

    def lint(self, beside=None, **settings):
        """Return the trigger (None when it is refused) and the mistakes."""
        trigger = {"template": {"name": "start", self.kind: settings}, **(beside or {})}
        return self._read(yaml.safe_dump(trigger))

    def codes(self, **settings):
        return sorted(each.code for each in self.lint(**settings)[1])

    def ordered(self, data, event_id="e1", beside=None, **settings):
        trigger, mistakes = self.lint(beside, **settings)
        assert [str(each) for each in mistakes if each.level == "error"] == []
        happened = make_event(data, event_id)
        return trigger.launcher, trigger.launcher.order({"push": happened}, make_due(happened))

    def shown(self, data, **settings):
        """Return what `render` shows."""
        return self.ordered(data, **settings)[1].object

    async def fire(self, data, lease_is_live=lambda: True, **settings):
        launcher, order = self.ordered(data, **settings)
        return await launcher.launch(order, self.doors, lease_is_live, repeat=False)


@pytest.fixture
async def messenger(read):
    """Make a Messenger: `messenger("nats", {("login", "user"): b"ann"})`."""
    made = []

    def _messenger(kind, secrets=None):
        made.append(Messenger(kind, read, Secrets(secrets)))
        return made[-1]

    yield _messenger
    for each in made:
        await each.doors.close()
