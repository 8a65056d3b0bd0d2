"""The five commands of `docs/troubleshooting.md`, and what its tables say happens."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hookline_processes import command
from rehearsal import ROOT, Rehearsal, Step, steps

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[Rehearsal]:
    stage = Rehearsal(tmp_path)
    stage.run(Step("hookline dev examples/coinflip", ""))
    yield stage
    stage.close()


def test_the_five_commands_find_a_well_process_and_a_launched_event(rehearsal: Rehearsal):
    post, explain, lint, render, health = (step for step in steps(PAGE))
    assert json.loads(rehearsal.run(post)).keys() == {"eventId"}
    rehearsal.parameters(1)
    assert "launched" in rehearsal.run(explain)
    assert "fine: 1 EventSource, 1 Sensor" in rehearsal.run(lint)
    assert "fires" in rehearsal.run(render)
    assert json.loads(rehearsal.run(health)) == {"status": "ok", "red": [], "degraded": []}


def test_json_that_curl_sends_as_a_form_is_a_dead_letter(rehearsal: Rehearsal):
    post = steps(PAGE)[0].line.replace("-H 'Content-Type: application/json'", "")
    rehearsal.run(Step(post, ""))
    assert rehearsal.parameters(0) == []
    assert rehearsal.ledger()["deadLettered"] == 1


def test_dev_names_the_port_that_is_taken(rehearsal: Rehearsal, tmp_path: Path):
    manifest = rehearsal.folder / "manifests"
    port = rehearsal.ports["12000"]
    ports = ("--api-port", "0", "--nats-port", "0", "--kube-port", "0")
    second = command("dev", manifest, "--data-dir", tmp_path / "second", *ports)
    assert second.returncode == 1
    assert port in second.stderr
