"""Every example loads, renders its own sample event, and does what its README says."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hookline_processes import command
from rehearsal import ROOT, Rehearsal, Step, steps

EXAMPLES = sorted(path for path in (ROOT / "examples").iterdir() if path.is_dir())

# A private key is in no repository: its README has it made.
ALLOWED = {"secure": {"missing-secret"}}

# The parameters of the Workflows that are there when all commands of the README were run.
MADE = {
    "coinflip": [{"message": "hello", "player": "ada"}],
    "github": [
        {
            "repository": "corner-shop/bakery",
            "commit": "7d1b31e74ee336d15cbd21741bc88a537ed063a0",
            "message": 'Sell rye bread, "half" loaves too\n\nCloses #17',
            "ref": "refs/heads/main",
        }
    ],
    "join": [{"image": "shop/api:41", "approver": "ada"}],
    "nats": [{"order": "17", "city": "Bern"}],
    "retry": [{"probability": "0.5"}],
    "secure": [{"service": "api"}],
}


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda path: path.name)
def test_an_example_loads_without_any_mistake_and_has_a_readme(folder: Path):
    assert (folder / "README.md").is_file()
    mistakes = json.loads(command("lint", folder, "-o", "json").stdout)
    assert {each["code"] for each in mistakes} <= ALLOWED.get(folder.name, set())


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


def commands_of(name: str) -> list[Step]:
    return steps((ROOT / "examples" / name / "README.md").read_text("utf-8"))


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[Rehearsal]:
    stage = Rehearsal(tmp_path)
    yield stage
    stage.close()


def test_every_example_is_rehearsed():
    assert sorted(MADE) == [path.name for path in EXAMPLES]


@pytest.mark.parametrize("name", MADE)
def test_the_commands_of_a_readme_make_these_workflows(name: str, rehearsal: Rehearsal):
    for step in commands_of(name):
        rehearsal.run(step)
    assert rehearsal.parameters(len(MADE[name])) == MADE[name]
    ledger = rehearsal.ledger()
    assert (ledger["unaccounted"], ledger["lost"], ledger["deadLettered"]) == (0, 0, 0)


def test_a_push_that_github_delivers_again_builds_nothing_twice(rehearsal: Rehearsal):
    dev, push, explained, other, offline = commands_of("github")
    rehearsal.run(dev)
    rehearsal.run(push)
    again = json.loads(rehearsal.run(Step(push.line, "")))
    assert again == {"eventId": "72d3162e-cc78-11e3-81ab-4c9367dc0958", "duplicate": True}
    assert len(rehearsal.parameters(1)) == 1
    assert "launched" in rehearsal.run(explained)

    rehearsal.run(other)
    rehearsal.parameters(1)
    assert rehearsal.ledger()["filtered"] == 1
    [made] = rehearsal.objects()
    assert f"name: {made['metadata']['name']}\n" in rehearsal.run(offline)


def test_the_sample_event_of_github_is_the_push_that_the_readme_sends():
    folder = ROOT / "examples" / "github"
    event = json.loads((folder / "event.json").read_text("utf-8"))
    push = json.loads((folder / "push.json").read_text("utf-8"))
    assert event["data"]["body"] == push
    assert f"X-GitHub-Delivery: {event['id']}" in commands_of("github")[1].line
