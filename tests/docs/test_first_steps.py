"""`docs/first-steps.md`, followed word by word from an empty folder."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hookline_processes import kubeconfig_for, wait_until
from pages import command_lines
from real_kube import program
from rehearsal import ROOT, Rehearsal, Step, steps
from sandbox_kube import SandboxProcess

FILE = ROOT / "docs" / "first-steps.md"
PAGE = FILE.read_text("utf-8")


def block(kind: str, number: int) -> str:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[number]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write the three files of the page."""
    mine = tmp_path / "root" / "mine"
    mine.mkdir(parents=True)
    (mine / "source.yaml").write_text(block("yaml", 0))
    (mine / "sensor.yaml").write_text(block("yaml", 1))
    (mine / "event.json").write_text(block("json", 0))
    return mine


@pytest.fixture
def rehearsal(folder: Path, tmp_path: Path) -> Iterator[Rehearsal]:
    stage = Rehearsal(tmp_path / "stage", folder.parent)
    yield stage
    stage.close()


def test_the_first_steps_lead_where_the_page_says(rehearsal: Rehearsal):
    done = [step.line.split()[1] for step in steps(PAGE) if rehearsal.run(step) is not None]
    assert done.count("explain") == 3
    assert {"lint", "render", "dev", "audit"} <= set(done)
    assert rehearsal.parameters(1) == [{"city": "Bern", "wrapping": "paper"}]


def test_the_sample_of_the_page_says_no_with_a_small_amount(rehearsal: Rehearsal, folder: Path):
    render = next(step for step in steps(PAGE) if " render " in step.line)
    assert "city" in rehearsal.run(render)
    (folder / "event.json").write_text(block("json", 0).replace("25", "5"))
    with pytest.raises(AssertionError, match="render"):
        rehearsal.run(render)


def test_the_first_order_sent_again_is_a_duplicate(rehearsal: Rehearsal):
    dev = next(step for step in steps(PAGE) if " dev " in step.line)
    order = next(step for step in steps(PAGE) if step.line.startswith("curl"))
    rehearsal.run(dev)
    assert '"duplicate"' not in rehearsal.run(order)
    assert '"duplicate":true' in rehearsal.run(order)


def test_kubectl_shows_the_workflow_in_the_sandbox(rehearsal: Rehearsal):
    dev = next(step for step in steps(PAGE) if " dev " in step.line)
    rehearsal.run(dev)
    rehearsal.run(next(step for step in steps(PAGE) if step.line.startswith("curl")))
    rehearsal.parameters(1)
    assert rehearsal.process is not None
    [line] = [each for each in command_lines(FILE) if each.program == "kubectl"]
    sandbox = rehearsal.process.ready["kubernetes"]
    assert "http://127.0.0.1:7790" in line.words
    words = [sandbox if word == "http://127.0.0.1:7790" else word for word in line.words]
    said = subprocess.run(
        [program("kubectl"), *words[1:]],
        check=True,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "HOME": str(rehearsal.folder)},
    ).stdout
    assert [each["kind"] for each in yaml.safe_load(said)["items"]] == ["Workflow"]


def test_the_same_files_make_workflows_in_a_cluster(
    sandbox: SandboxProcess, rehearsal: Rehearsal, tmp_path: Path
):
    [line] = [each.text for each in command_lines(FILE) if "--context" in each.text]
    file = kubeconfig_for(sandbox.url, tmp_path / "kubeconfig")
    context = json.loads(file.read_text())["current-context"]
    rehearsal.run(Step(line.replace("NAME", f"{context} --kubeconfig {file}"), ""))
    rehearsal.run(next(step for step in steps(PAGE) if step.line.startswith("curl")))
    wait_until(lambda: sandbox.objects("workflows"), "the Workflow is in the cluster")


def test_make_knows_the_targets_of_the_pages():
    pages = [PAGE, (ROOT / "README.md").read_text("utf-8")]
    targets = {each for page in pages for each in re.findall(r"^make (\w+)", page, re.MULTILINE)}
    assert targets == {"demo", "test"}
    for target in targets:
        subprocess.run(["make", "-n", target], cwd=ROOT, check=True, capture_output=True)
