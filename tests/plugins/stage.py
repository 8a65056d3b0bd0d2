"""The stage of the acceptance tests: manifests, and the equation that must hold at the end."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from crowd import Sent, launched_by, numbers_of
from hookline_processes import command, free_port, wait_until

MANIFESTS = """\
apiVersion: argoproj.io/v1alpha1
kind: EventSource
metadata: {{name: numbers}}
spec:
  webhook:
    number: {{port: "{port}", endpoint: /number, method: POST}}
---
apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {{name: counting}}
spec:
  dependencies:
    - {{name: number, eventSourceName: numbers, eventName: number}}
  triggers:
{triggers}
"""

TRIGGER = """\
    - template:
        name: {name}
        argoWorkflow:
          operation: submit
          source:
            resource:
              apiVersion: {api_version}
              kind: Workflow
              metadata: {{generateName: {name}-, namespace: {namespace}}}
              spec:
                entrypoint: main
                arguments:
                  parameters:
                    - {{name: number, value: "${{{{ $.number.body.number }}}}"}}
                templates:
                  - {{name: main, container: {{image: busybox, command: ["true"]}}}}
"""


def trigger(name: str, namespace: str = "default") -> str:
    """Return the YAML of one trigger that makes a Workflow with the event's number."""
    return TRIGGER.format(name=name, namespace=namespace, api_version="argoproj.io/v1alpha1")


@pytest.fixture
def write_manifests(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes the manifests with some triggers and returns their folder."""
    port = free_port()

    def write(*triggers: str) -> Path:
        folder = tmp_path / "manifests"
        folder.mkdir(exist_ok=True)
        text = MANIFESTS.format(port=port, triggers="".join(triggers or (trigger("count"),)))
        half = tmp_path / "half"
        half.write_text(text)
        half.replace(folder / "all.yaml")
        return folder

    return write


def audit(nats_url: str) -> dict[str, int]:
    """Return what `hookline audit` says."""
    result = command("audit", "--nats", nats_url, "-o", "json")
    assert result.returncode in (0, 1), result.stderr
    return json.loads(result.stdout)


def settled(nats_url: str, at_least: int, seconds: float = 90.0) -> dict[str, int]:
    """Wait until nothing is pending any more and return the ledger."""

    def done() -> dict[str, int] | None:
        ledger = audit(nats_url)
        return ledger if ledger["events"] >= at_least and not ledger["pending"] else None

    return wait_until(done, "nothing pending in the ledger", seconds)


def check_equation(sent: Sent, workflows: list[dict[str, Any]], numbers: range) -> None:
    """Every stored id has exactly one Workflow; every Workflow belongs to what was sent."""
    made = launched_by(workflows)
    assert {event_id: count for event_id, count in made.items() if count != 1} == {}
    assert set(sent.stored) - set(made) == set()
    assert numbers_of(workflows) <= set(numbers)
