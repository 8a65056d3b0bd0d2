"""What each kind of filter, transform and parameter costs per event, in microseconds.

Run: .venv/bin/python benchmarks/kinds.py
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).parent.parent))

from hookline.event import JSON_TYPE, Event
from sensor.spec import Sensor
from server.manifests import load
from trigger.action import Due

SECONDS = 0.3
ROUNDS = 5
FILTERS = {
    "no filter": "{}",
    "data string": '{data: [{path: body.ref, type: string, value: ["^refs/heads/"]}]}',
    "data number": '{data: [{path: body.size, type: number, comparator: ">", value: ["3"]}]}',
    "data bool": '{data: [{path: body.draft, type: bool, value: ["false"]}]}',
    "data template": "{data: [{path: body.ref, type: string, template: '{{ .Input | upper }}', "
    'value: ["REFS"]}]}',
    "data gjson query": "{data: [{path: 'body.commits.#(n==2).id', type: string, value: ['c2']}]}",
    "exprs": "{exprs: [{expr: size > 3 && ref =~ 'main', fields: [{path: body.size, name: size},"
    " {path: body.ref, name: ref}]}]}",
    "context": "{context: {type: webhook}}",
    "time": '{time: {start: "00:00:00", stop: "23:59:59", timezone: Europe/Berlin}}',
    "script (Lua)": "{script: 'return event.body.size > 3'}",
}
TRANSFORMS = {
    "transform jq": "{jq: '.body.size += 1'}",
    "transform script": "{script: 'event.body.size = event.body.size + 1 return event'}",
}
SOURCES = {
    "no parameter": "",
    "dataKey": "dataKey: body.ref",
    "dataKey, useRawData": "dataKey: body.size, useRawData: true",
    "dataKey, gjson query": 'dataKey: "body.commits.#(n==2).id"',
    "contextKey": "contextKey: id",
    "dataTemplate": "dataTemplate: '{{ .Input.body.ref | upper }}'",
    "contextTemplate": "contextTemplate: '{{ .Input.id | upper }}'",
    "value": "value: fixed",
    "whole event": "useRawData: false",
    "JSONPath ${{ }}": "",
}
DATA = msgspec.json.encode(
    {
        "header": {"Content-Type": ["application/json"]},
        "body": {
            "ref": "refs/heads/main",
            "size": 4,
            "draft": False,
            "commits": [{"n": n, "id": f"c{n}"} for n in range(20)],
        },
    }
)
EVENT = Event(
    id="one",
    source="hooks",
    name="push",
    type="webhook",
    time="2026-11-24T08:00:00Z",
    data=DATA,
    content_type=JSON_TYPE,
)


def sensor(dependency: str = "filters: {}", source: str = "", value: str = "x") -> Sensor:
    """Return a Sensor of one dependency and one Workflow of one parameter."""
    dest = "spec.arguments.parameters.0.value"
    src = f"{{src: {{dependencyName: push, {source}}}, dest: {dest}}}" if source else ""
    text = f"""
apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {{name: s}}
spec:
  dependencies:
    - name: push
      eventSourceName: hooks
      eventName: push
      {dependency}
  triggers:
    - template:
        name: t
        argoWorkflow:
          operation: submit
          parameters: [{src}]
          source:
            resource:
              apiVersion: argoproj.io/v1alpha1
              kind: Workflow
              metadata: {{generateName: t-}}
              spec: {{arguments: {{parameters: [{{name: a, value: "{value}"}}]}}}}
"""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "s.yaml").write_text(text)
        loaded = load([Path(folder)])
    if not loaded.sensors:
        raise SystemExit("\n".join(map(str, loaded.mistakes)))
    return loaded.sensors[0]


def cost(work: Callable[[], object]) -> float:
    """Return the microseconds of one call: the best of some rounds."""
    work()
    best = float("inf")
    for _ in range(ROUNDS):
        calls, begun = 0, time.perf_counter()
        while (spent := time.perf_counter() - begun) < SECONDS / ROUNDS:
            work()
            calls += 1
        best = min(best, spent / calls)
    return best * 1e6


def examining(dependency: str) -> Callable[[], object]:
    """Return the work of one dependency on one event."""
    ready = sensor(dependency).dependencies["push"]

    def work() -> None:
        if not ready.examine(EVENT).judgement.passed:
            raise SystemExit(f"{dependency} says no")

    return work


def ordering(source: str, value: str = "x") -> Callable[[], object]:
    """Return the work of one order."""
    launcher = sensor(source=source, value=value).triggers[0].launcher
    due = Due("i" * 26, "k" * 26, "push", EVENT)
    return lambda: launcher.order({"push": EVENT}, due)


def main() -> None:
    """Print the table."""
    print(f"microseconds per event of {len(DATA)} bytes")
    for name, filters in FILTERS.items():
        print(f"{name:24}{cost(examining(f'filters: {filters}')):10.1f}")
    for name, transform in TRANSFORMS.items():
        print(f"{name:24}{cost(examining(f'transform: {transform}')):10.1f}")
    print("order of a Workflow, with one parameter")
    for name, source in SOURCES.items():
        value = "${{ $.push.body.ref }}" if name.startswith("JSONPath") else "x"
        print(f"{name:24}{cost(ordering(source, value)):10.1f}")


if __name__ == "__main__":
    main()
