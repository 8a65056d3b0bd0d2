"""The short form of the soak: three thousand events under fire, and nothing lost, nothing twice."""

import json
from pathlib import Path

import pytest
from soak_report import report
from soak_run import Settings, run, staged

SEEDS = json.loads(Path(__file__).with_name("seeds.json").read_text())
SHORT = {"events": 3000, "seconds": 34.0, "freeze": 11.0, "rest": (0.5, 2.5), "settling": 400.0}

pytestmark = pytest.mark.timeout(900)


def test_each_stored_event_ends_once_for_each_trigger_under_fire(tmp_path):
    settings = Settings(**SHORT, seed=SEEDS["short"])
    with staged(tmp_path / "stage", settings.seed) as stage:
        outcome = run(stage, settings, [])
    lines, _ = report(outcome)
    print("\n".join(lines))  # noqa: T201  pytest shows it when the test fails
    last = lines[-1].partition("stored ")[2]
    assert last.endswith(f", lost 0, twice 0, unaccounted 0, seed {settings.seed}")
    assert int(last.split(",")[0]) > 0
    assert outcome.watch.died == []
