"""What a trigger makes is made once, however often it is waited for (`policy.k8s`)."""

import asyncio

import httpx
import pytest
import yaml
from bus_work import eventually

from hookline.event import Event
from hookline.kube.config import connect
from hookline.manifest import Document
from hookline.metrics import Metrics
from sensor.roster import Roster
from sensor.spec import read_sensor
from trigger.action import Doors

PATH = "/api/v1/namespaces/default/configmaps"
MERGE = {"Content-Type": "application/merge-patch+json"}
FOREVER = {"duration": "20ms", "jitter": 0, "steps": 100_000}
BRIEF = {"duration": "20ms", "jitter": 0, "steps": 2}
MADE = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "made-"}}


def policy(backoff, *, required=False):
    labels = {"ready": "yes"}
    return {"k8s": {"labels": labels, "backoff": backoff, "errorOnBackoffTimeout": required}}


def k8s(source=MADE, **fields):
    return {"k8s": {"source": {"resource": source}, **fields}}


class Play:
    """A Sensor `pairs` with the trigger `pair`, over a real bus and the sandbox."""

    def __init__(self, bus, sandbox, kube):
        self.bus, self.kube = bus, kube
        self.client = httpx.Client(base_url=sandbox.url, trust_env=False)
        self.rosters = []

    async def start(self, action=None, *, conditions="a", **trigger):
        template = {"name": "pair", "conditions": conditions, **(action or k8s())}
        dependencies = [
            {"name": name, "eventSourceName": "hook", "eventName": name} for name in ("a", "b")
        ]
        spec = {"dependencies": dependencies, "triggers": [{"template": template, **trigger}]}
        body = {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Sensor",
            "metadata": {"name": "pairs"},
            "spec": spec,
        }
        mistakes = []
        document = Document("sensor.yaml", 1, yaml.safe_load(yaml.safe_dump(body)), modified=1.0)
        sensor = read_sensor(document, mistakes)
        assert sensor is not None, mistakes
        self.rosters.append(Roster(self.bus, Doors(kube=self.kube), Metrics()))
        await self.rosters[-1].replace([sensor])
        return self.rosters[-1]

    async def publish(self, *names):
        for name in names:
            event = Event(f"{name}1", "hook", name, "webhook", "2026-01-01T00:00:00Z", b"{}")
            await self.bus.publish_event(event, made_id=True)

    async def record(self, name="a"):
        stored = await self.bus.decisions.last(f"{name}1", "hook", name, "pairs", "pair", name)
        return stored.decision if stored else None

    async def expect(self, verdict, reason="", name="a"):
        """Wait until that is on record, and return it."""
        seen = []

        async def reached():
            seen[:] = [await self.record(name)]
            return seen[0] and (seen[0].verdict, seen[0].reason) == (verdict, reason)

        try:
            await eventually(reached)
        except AssertionError:
            pytest.fail(f"not {verdict} {reason}, but {seen[0]}")
        return seen[0]

    def objects(self):
        return self.client.get(PATH).json()["items"]

    def label(self, ready="yes"):
        for tree in self.objects():
            patch = {"metadata": {"labels": {"ready": ready}}}
            path = f"{PATH}/{tree['metadata']['name']}"
            self.client.patch(path, json=patch, headers=MERGE).raise_for_status()

    def delete(self):
        self.client.delete(PATH).raise_for_status()


@pytest.fixture
async def play(make_bus, sandbox):
    kube = await connect(server_url=sandbox.url)
    play = Play(await make_bus(), sandbox, kube)
    yield play
    await asyncio.gather(*(roster.drain(0.0) for roster in play.rosters))
    play.client.close()
    await kube.close()


async def test_it_is_launched_when_the_object_has_its_labels(play):
    await play.start(policy=policy(FOREVER, required=True))
    await play.publish("a")
    waiting = await play.expect("retrying", "WaitsForLabels")
    (tree,) = play.objects()
    assert waiting.object["name"] == tree["metadata"]["name"]
    assert waiting.attempts == 0

    play.label()
    launched = await play.expect("launched")
    assert launched.object == waiting.object
    assert len(play.objects()) == 1


async def test_without_an_error_on_time_out_it_is_launched_with_a_remark(play):
    await play.start(policy=policy(BRIEF))
    await play.publish("a")
    (tree,) = await _some(play)
    name = tree["metadata"]["name"]
    launched = await play.expect(
        "launched", f"ConfigMap default/{name} lacks ready=yes after 2 looks"
    )
    assert launched.object["name"] == name


async def _some(play):
    async def there():
        return bool(play.objects())

    await eventually(there)
    return play.objects()


async def test_a_time_out_is_tried_again_and_nothing_is_made_twice(play):
    retry = {"duration": "20ms", "jitter": 0, "steps": 1000}
    await play.start(policy=policy(BRIEF, required=True), retryStrategy=retry)
    await play.publish("a")
    failed = await play.expect("retrying", "LabelsMissing")
    assert failed.object["kind"] == "ConfigMap"
    assert "lacks ready=yes after 2 looks" in failed.error

    async def failed_again():
        return (await play.record()).attempts >= 3

    await eventually(failed_again)
    play.label()
    assert (await play.expect("launched")).object == failed.object
    assert len(play.objects()) == 1


async def test_attempts_that_are_used_up_are_a_dead_letter(play):
    retry = {"duration": "20ms", "jitter": 0, "steps": 2}
    await play.start(policy=policy(BRIEF, required=True), retryStrategy=retry)
    await play.publish("a")
    given_up = await play.expect("deadLettered", "LabelsMissing")
    assert given_up.attempts == 2
    (tree,) = play.objects()
    assert f"default/{tree['metadata']['name']} lacks ready=yes" in given_up.error


@pytest.mark.parametrize("required", [False, True])
async def test_an_object_that_is_gone_is_not_made_again(play, required):
    await play.start(policy=policy(FOREVER, required=required))
    await play.publish("a")
    waiting = await play.expect("retrying", "WaitsForLabels")
    name = waiting.object["name"]
    play.delete()
    if required:
        await play.expect("deadLettered", "ObjectGone")
    else:
        await play.expect("launched", f"ConfigMap default/{name} is gone")
    assert play.objects() == []


@pytest.mark.parametrize("gone", [False, True])
async def test_another_process_goes_on_waiting_and_makes_nothing(play, gone):
    first = await play.start(policy=policy(FOREVER))
    await play.publish("a")
    waiting = await play.expect("retrying", "WaitsForLabels")
    await first.drain(0.0)
    play.delete() if gone else play.label()
    await play.start(policy=policy(FOREVER))
    name = waiting.object["name"]
    launched = await play.expect("launched", f"ConfigMap default/{name} is gone" if gone else "")
    assert launched.object == waiting.object
    assert len(play.objects()) == (0 if gone else 1)


async def test_a_change_is_made_once_when_its_labels_are_waited_for_again(play):
    source = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "list"},
        "patch": [{"op": "add", "path": "/metadata/finalizers/-", "value": "example.com/b"}],
    }
    tree = {"metadata": {"name": "list", "finalizers": ["example.com/a"]}}
    play.client.post(PATH, json=tree).raise_for_status()
    retry = {"duration": "20ms", "jitter": 0, "steps": 1000}
    action = k8s(source, operation="patch", patchStrategy="application/json-patch+json")
    await play.start(action, policy=policy(BRIEF, required=True), retryStrategy=retry)
    await play.publish("a")

    async def failed_twice():
        return ((await play.record()) or failed).attempts >= 2

    failed = await play.expect("retrying", "LabelsMissing")
    await eventually(failed_twice)
    play.label()
    await play.expect("launched")
    (tree,) = play.objects()
    assert tree["metadata"]["finalizers"] == ["example.com/a", "example.com/b"]


async def test_a_join_is_launched_as_a_whole_when_the_labels_are_there(play):
    await play.start(conditions="a && b", policy=policy(BRIEF))
    await play.publish("a", "b")
    (tree,) = await _some(play)
    remark = f"ConfigMap default/{tree['metadata']['name']} lacks ready=yes after 2 looks"
    for name in ("a", "b"):
        assert (await play.expect("launched", remark, name)).object["uid"]


async def test_a_dlq_trigger_waits_for_its_own_object(play):
    rescue = {**MADE, "metadata": {"generateName": "rescue-"}}
    dlq = {"template": {"name": "rescue", **k8s(rescue)}, "policy": policy(FOREVER)}
    retry = {"steps": 1}
    await play.start(policy=policy(BRIEF, required=True), retryStrategy=retry, dlqTrigger=dlq)
    await play.publish("a")

    async def both():
        return len(play.objects()) == 2

    await eventually(both)
    waiting = await play.expect("retrying", "WaitsForLabels")
    assert waiting.object["name"].startswith("rescue-")
    assert waiting.given_up.startswith("LabelsMissing: ")
    play.label()
    rescued = await play.expect("deadLettered", "LabelsMissing")
    assert rescued.object == waiting.object
    assert len(play.objects()) == 2


async def test_many_wait_beside_each_other(play):
    await play.start(policy=policy(FOREVER))
    await play.start(policy=policy(FOREVER))
    for number in range(20):
        event = Event(f"a{number}", "hook", "a", "webhook", "2026-01-01T00:00:00Z", b"{}")
        await play.bus.publish_event(event, made_id=True)

    async def all_made():
        return len(play.objects()) == 20

    await eventually(all_made)
    play.label()

    async def all_launched():
        found = [
            await play.bus.decisions.last(f"a{number}", "hook", "a", "pairs", "pair", "a")
            for number in range(20)
        ]
        return all(each and each.decision.verdict == "launched" for each in found)

    await eventually(all_launched)
    assert len(play.objects()) == 20
