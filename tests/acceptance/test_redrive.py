"""`hookline deadletters`: what a broken template has given up is launched once it is mended."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from crowd import Crowd, numbers_of
from hookline_processes import HooklineProcess, command, kubeconfig_for, wait_until
from nats_servers import NatsServer
from sandbox_kube import SandboxProcess
from stage import audit, settled, trigger

pytestmark = pytest.mark.timeout(180)

EVENTS = 50
BROKEN = trigger("broken").replace("$.number.body.number", "$.number.body.nmuber")


@pytest.fixture
def process(
    hookline: Callable[..., HooklineProcess],
    sandbox: SandboxProcess,
    nats_server: NatsServer,
    write_manifests: Callable[..., Path],
    tmp_path: Path,
) -> HooklineProcess:
    config = kubeconfig_for(sandbox.url, tmp_path / "kubeconfig")
    folder = write_manifests(BROKEN, trigger("sound"))
    flags = ("--nats", nats_server.url, "--kubeconfig", config, "--host", "127.0.0.1")
    return hookline("run", folder, *flags, "--api-port", "0")


def made_by(sandbox: SandboxProcess, name: str) -> list[dict[str, object]]:
    return [
        workflow
        for workflow in sandbox.objects("workflows")
        if workflow["metadata"]["name"].startswith(f"{name}-")
    ]


def deadletters(server: NatsServer, *argv: str):
    return command("deadletters", *argv, "--nats", server.url)


def listed(server: NatsServer, *argv: str) -> list[dict[str, object]]:
    return json.loads(deadletters(server, "list", *argv, "-o", "json").stdout)


def test_fifty_events_of_a_broken_template_are_launched_once_each_when_it_is_mended(
    process: HooklineProcess,
    sandbox: SandboxProcess,
    nats_server: NatsServer,
    write_manifests: Callable[..., Path],
):
    sent = Crowd(process.url("number"), range(EVENTS)).finish()
    assert len(sent.stored) == EVENTS
    assert settled(nats_server.url, 2 * EVENTS)["deadLettered"] == EVENTS
    found = listed(nats_server)
    assert {letter["eventId"] for letter in found} == set(sent.stored)
    assert {(letter["trigger"], letter["reason"]) for letter in found} == {("broken", "Parameter")}

    write_manifests(trigger("broken"), trigger("sound"))
    wait_until(lambda: '"reloaded"' in process.said(), "the mended manifest")
    dry = deadletters(nats_server, "redrive", "--all", "--dry-run")
    assert (dry.returncode, dry.stdout) == (0, "50 would be sent\n")
    assert listed(nats_server) == found

    first = deadletters(nats_server, "redrive", "--where", "trigger=broken")
    assert (first.returncode, first.stdout) == (0, "50 sent\n")
    assert "100%" in first.stderr or "redriving" in first.stderr
    wait_until(lambda: len(made_by(sandbox, "broken")) == EVENTS, "a Workflow each", 60.0)
    assert deadletters(nats_server, "list").stdout == "no dead letters\n"
    again = deadletters(nats_server, "redrive", "--all")
    assert (again.returncode, again.stdout) == (0, "no such dead letter\n")

    ledger = settled(nats_server.url, 2 * EVENTS)
    assert (ledger["launched"], ledger["deadLettered"]) == (2 * EVENTS, 0)
    assert (ledger["lost"], ledger["unaccounted"], ledger["duplicate"]) == (0, 0, EVENTS)
    for name in ("broken", "sound"):
        assert len(made_by(sandbox, name)) == EVENTS
        assert numbers_of(made_by(sandbox, name)) == set(range(EVENTS))


def test_what_fails_again_is_one_dead_letter_as_before(
    process: HooklineProcess, sandbox: SandboxProcess, nats_server: NatsServer
):
    Crowd(process.url("number"), range(3)).finish()
    settled(nats_server.url, 6)
    before = listed(nats_server)
    assert deadletters(nats_server, "redrive", str(before[0]["number"])).stdout == "1 sent\n"

    def back() -> bool:
        ids = [letter["eventId"] for letter in listed(nats_server)]
        return sorted(ids) == sorted(letter["eventId"] for letter in before)

    wait_until(back, "the letter is back under another number")
    assert before[0]["number"] not in [letter["number"] for letter in listed(nats_server)]
    assert len(made_by(sandbox, "sound")) == 3
    assert audit(nats_server.url)["deadLettered"] == 3


def test_a_letter_is_shown_with_its_event(process: HooklineProcess, nats_server: NatsServer):
    Crowd(process.url("number"), range(1, 2)).finish()
    settled(nats_server.url, 2)
    [letter] = listed(nats_server, "--where", "id=sender-*", "--where", "sensor=counting")
    assert listed(nats_server, "--where", "reason=Other") == []
    text = deadletters(nats_server, "show", str(letter["number"])).stdout
    assert "nmuber" in text
    assert '"number": 1' in text
    shown = json.loads(deadletters(nats_server, "show", str(letter["number"]), "-o", "json").stdout)
    assert shown["data"]["body"] == {"number": 1}
    assert shown["context"]["id"] == "sender-1"
    line = deadletters(nats_server, "list").stdout
    assert "counting/broken  numbers/number/sender-1  Parameter: " in line


def test_wrong_words_are_told(nats_server: NatsServer):
    assert deadletters(nats_server, "show", "7").returncode == 1
    nothing = deadletters(nats_server, "redrive")
    assert nothing.returncode == 2
    assert "--all" in nothing.stderr
    wrong = deadletters(nats_server, "list", "--where", "colour=red")
    assert wrong.returncode == 2
    assert "sensor" in wrong.stderr
