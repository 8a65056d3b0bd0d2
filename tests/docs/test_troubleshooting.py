"""The five commands of `docs/troubleshooting.md`, and what its tables say happens."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hookline_processes import command
from pages import command_lines
from rehearsal import ROOT, Rehearsal, Step, steps

FILE = ROOT / "docs" / "troubleshooting.md"
PAGE = FILE.read_text("utf-8")


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


@pytest.mark.skipif(shutil.which("ss") is None, reason="there is no ss (iproute2) here")
def test_the_command_of_the_page_shows_who_has_the_port(rehearsal: Rehearsal):
    [line] = [each for each in command_lines(FILE) if each.program == "ss"]
    assert "12000" in line.text
    words = [word.replace("12000", rehearsal.ports["12000"]) for word in line.words]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert rehearsal.process is not None
    assert rehearsal.process.process is not None
    assert f"pid={rehearsal.process.process.pid}," in said


def test_dev_names_the_port_that_is_taken(rehearsal: Rehearsal, tmp_path: Path):
    manifest = rehearsal.folder / "manifests"
    port = rehearsal.ports["12000"]
    ports = ("--api-port", "0", "--nats-port", "0", "--kube-port", "0")
    second = command("dev", manifest, "--data-dir", tmp_path / "second", *ports)
    assert second.returncode == 1
    assert port in second.stderr
