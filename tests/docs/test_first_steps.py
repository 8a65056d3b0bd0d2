"""`docs/first-steps.md`, followed word by word from an empty folder."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from rehearsal import ROOT, Rehearsal, steps

PAGE = (ROOT / "docs" / "first-steps.md").read_text("utf-8")


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


def test_make_knows_the_targets_of_the_pages():
    pages = [PAGE, (ROOT / "README.md").read_text("utf-8")]
    targets = {each for page in pages for each in re.findall(r"^make (\w+)", page, re.MULTILINE)}
    assert targets == {"demo", "test"}
    for target in targets:
        subprocess.run(["make", "-n", target], cwd=ROOT, check=True, capture_output=True)
