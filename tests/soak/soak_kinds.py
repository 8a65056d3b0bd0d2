"""The kinds of events that a soak sends, and the manifests that wait for them."""

from dataclasses import dataclass
from typing import Any

import yaml

STREAM = "SOAK"  # the JetStream stream that the `nats` events of a soak are said on
NUMBERS = "soak/numbers"  # annotation of what is made: the numbers of the events in it
FLAKY = "workflowtemplates"  # of this type three creates in ten fail
_API = "argoproj.io/v1alpha1"
_CREATES = {"Workflow": "workflows", "WorkflowTemplate": FLAKY}
TYPES = tuple(_CREATES.values())


@dataclass(frozen=True)
class Kind:
    """One kind of event; its name is that of the event, of the dependency and of the subject.

    Attributes:
        share: how many of a thousand events are of it.
        triggers: names of the triggers that it fires, each unique in a soak.
        way: how it goes in, `http` or `nats`.
    """

    name: str
    share: int
    triggers: tuple[str, ...]
    way: str = "http"


KINDS = (
    Kind("single", 380, ("single",)),
    Kind("message", 150, ("message",), way="nats"),
    Kind("triple", 120, ("first", "second", "third")),
    Kind("thirds", 120, ("thirds",)),
    Kind("left", 60, ("pair",)),
    Kind("right", 60, ("pair",), way="nats"),
    Kind("flaky", 30, ("flaky",)),
    Kind("limited", 30, ("limited",)),
    Kind("called", 30, ("called",)),
    Kind("ordered", 15, ("ordered",)),
    Kind("broken", 5, ("broken",)),
)
BY_NAME = {kind.name: kind for kind in KINDS}


def is_kept(number: int) -> bool:
    """Return whether the filter of `thirds` lets a number pass."""
    return number % 3 != 0


def body(number: int) -> dict[str, Any]:
    """Return what an event says."""
    return {"number": number, "keep": "yes" if is_kept(number) else "no"}


def manifests(port: int, nats_url: str, receiver_url: str, version: int) -> str:
    """Return the manifests as YAML; another version is another manifest that does the same."""
    documents = [_source(port, nats_url), *_sensors(receiver_url, version)]
    return yaml.safe_dump_all(documents, sort_keys=False)


def _object(kind: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": _API, "kind": kind, "metadata": {"name": name}, "spec": spec}


def _source(port: int, nats_url: str) -> dict[str, Any]:
    webhook = {
        kind.name: {"port": str(port), "endpoint": f"/{kind.name}", "method": "POST"}
        for kind in KINDS
        if kind.way == "http"
    }
    nats = {
        kind.name: {
            "url": nats_url,
            "subject": f"soak.{kind.name}",
            "jsonBody": True,
            "jetstream": {"stream": STREAM, "durable": f"soak-{kind.name}"},
        }
        for kind in KINDS
        if kind.way == "nats"
    }
    return _object("EventSource", "soak", {"webhook": webhook, "nats": nats})


def _sensors(receiver_url: str, version: int) -> list[dict[str, Any]]:
    kept = {"data": [{"path": "body.keep", "type": "string", "value": ["yes"]}]}
    calls = {
        name: _trigger(name, http={"url": f"{receiver_url}/{name}", "payload": [_payload(name)]})
        for name in ("called", "broken")
    }
    return [
        *(_sensor([name], [_create(name, name, version)]) for name in ("single", "message")),
        _sensor(["triple"], [_create(t, "triple", version) for t in BY_NAME["triple"].triggers]),
        _sensor(["thirds"], [_create("thirds", "thirds", version)], filters=kept),
        _sensor(["left", "right"], [_pair(version)]),
        _sensor(["flaky"], [_create("flaky", "flaky", version, kind="WorkflowTemplate")]),
        _sensor(
            ["limited"],
            [_create("limited", "limited", version) | {"rateLimit": {"requestsPerUnit": 50}}],
        ),
        _sensor(["ordered"], [_create("ordered", "ordered", version) | {"atLeastOnce": True}]),
        *(_sensor([name], [call]) for name, call in calls.items()),
    ]


def _sensor(
    names: list[str], triggers: list[dict[str, Any]], **more: dict[str, Any]
) -> dict[str, Any]:
    dependencies = [{"name": n, "eventSourceName": "soak", "eventName": n, **more} for n in names]
    spec = {"dependencies": dependencies, "triggers": triggers}
    return _object("Sensor", f"soak-{names[0]}", spec)


def _trigger(name: str, **template: Any) -> dict[str, Any]:
    return {"template": {"name": name, **template}}


def _payload(name: str) -> dict[str, Any]:
    data = {"dependencyName": name, "dataKey": "body.number", "useRawData": True}
    return {"src": data, "dest": "number"}


def _create(trigger: str, event: str, version: int, kind: str = "Workflow") -> dict[str, Any]:
    return _trigger(trigger, k8s=_made(trigger, f"${{{{ $.{event}.body.number }}}}", version, kind))


def _pair(version: int) -> dict[str, Any]:
    both = "${{ $.left.body.number }},${{ $.right.body.number }}"
    return _trigger("pair", conditions="left && right", k8s=_made("pair", both, version))


def _made(trigger: str, numbers: str, version: int, kind: str = "Workflow") -> dict[str, Any]:
    """Return a k8s action that makes an object with the numbers of its events."""
    annotations = {NUMBERS: numbers, "soak/version": f"v{version}"}
    metadata = {"generateName": f"{trigger}-", "namespace": "default", "annotations": annotations}
    spec = {"entrypoint": "main", "templates": [{"name": "main", "suspend": {}}]}
    tree = {"apiVersion": _API, "kind": kind, "metadata": metadata, "spec": spec}
    return {"operation": "create", "source": {"resource": tree}}
