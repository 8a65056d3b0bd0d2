"""Every example loads, has a README, and renders its own sample event."""

import json
from pathlib import Path

import pytest
from hookline_processes import command

EXAMPLES = sorted(
    path for path in (Path(__file__).parent.parent / "examples").iterdir() if path.is_dir()
)


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda path: path.name)
def test_an_example_loads_without_any_mistake_and_has_a_readme(folder: Path):
    assert (folder / "README.md").is_file()
    result = command("lint", folder, "-o", "json")
    assert json.loads(result.stdout) == []


@pytest.mark.parametrize(
    "folder", [path for path in EXAMPLES if (path / "event.json").exists()], ids=lambda p: p.name
)
def test_an_example_fires_on_its_sample_event(folder: Path):
    manifest = folder / f"{folder.name}.yaml"
    result = command("render", manifest, "--event", folder / "event.json", "-o", "json")
    assert result.returncode == 0, result.stderr
    assert all(trigger["fired"] for trigger in json.loads(result.stdout)["triggers"])


def test_the_coin_flip_has_both_arguments_and_a_default():
    folder = next(path for path in EXAMPLES if path.name == "coinflip")
    result = command(
        "render", folder / "coinflip.yaml", "--event", folder / "event.json", "-o", "json"
    )
    [trigger] = json.loads(result.stdout)["triggers"]
    assert trigger["object"]["spec"]["arguments"]["parameters"] == [
        {"name": "message", "value": "hello from a POST"},
        {"name": "player", "value": "ada"},
    ]
