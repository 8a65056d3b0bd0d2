"""The commands of README.md and of the pages that have one or two of them."""

import json
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hookline_processes import HooklineProcess, free_port, kubeconfig_for, wait_until
from nats_servers import NatsServer
from rehearsal import ROOT, Rehearsal, Step, steps
from sandbox_kube import SandboxProcess


def page(*parts: str) -> str:
    return ROOT.joinpath(*parts).read_text("utf-8")


def manifest(text: str) -> str:
    """Return the first manifest on a page."""
    return re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)[0]


@pytest.fixture
def rehearse(tmp_path: Path) -> Iterator[Callable[..., Rehearsal]]:
    """Return a function that begins a rehearsal in a folder."""
    begun: list[Rehearsal] = []

    def begin(root: Path = ROOT) -> Rehearsal:
        begun.append(Rehearsal(tmp_path / f"stage-{len(begun)}", root))
        return begun[-1]

    yield begin
    for each in begun:
        each.close()


def test_the_readme_leads_from_make_demo_to_an_audit(rehearse: Callable[..., Rehearsal]):
    said = subprocess.run(
        ["make", "-n", "demo"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    [demo] = re.findall(r"hookline dev \S+", said)
    stage = rehearse()
    stage.run(Step(demo, ""))
    done = [step for step in steps(page("README.md")) if " run " not in step.line]
    for step in done:
        stage.run(step)
    kinds = [re.sub(r"^\S*hookline ", "", step.line).split()[0] for step in done]
    assert kinds == ["curl", "explain", "render", "audit"]
    assert stage.parameters(1)[0]["message"] == "hello"


def test_the_lines_that_dev_prints_are_those_of_the_readme(rehearse: Callable[..., Rehearsal]):
    [shown] = re.findall(
        r"^```\n(\d\d:\d\d:\d\d   received.*?)^```", page("README.md"), re.MULTILINE | re.DOTALL
    )
    stage = rehearse()
    stage.run(Step("hookline dev examples/coinflip", ""))
    stage.run(steps(page("README.md"))[0])
    assert stage.process is not None
    process = stage.process
    wait_until(lambda: "launched" in process.said(), "the event is launched")
    assert [without_values(line) for line in shown.splitlines()] == [
        without_values(line)
        for line in process.said().splitlines()
        if re.search(r" (received|launched) ", line)
    ]


def without_values(line: str) -> str:
    line = re.sub(r"\b\d\d:\d\d:\d\d\b", "TIME", line)
    return re.sub(r"\b[0-9a-f]{32}\b|\b[a-z2-7]{26}\b", "HASH", line).rstrip()


@pytest.mark.parametrize("name", ["README.md", "docs/operations.md"])
def test_the_run_of_the_page_serves_its_manifests(
    name: str,
    nats_server: NatsServer,
    sandbox: SandboxProcess,
    hookline: Callable[..., HooklineProcess],
    tmp_path: Path,
):
    [line] = re.findall(r"^hookline (run .*)$", page(*name.split("/")), re.MULTILINE)
    manifests = tmp_path / "hookline"
    manifests.mkdir()
    text = page("examples", "coinflip", "coinflip.yaml").replace("12000", str(free_port()))
    (manifests / "coinflip.yaml").write_text(text)
    here = {"/etc/hookline": str(manifests), "nats://nats:4222": nats_server.url}
    words = shlex.split(line)
    assert set(here) <= set(words)
    more = ["--host", "127.0.0.1", "--api-port", "0"]
    more += ["--kubeconfig", str(kubeconfig_for(sandbox.url, tmp_path / "kubeconfig"))]
    process = hookline(*[here.get(word, word) for word in words], *more)
    assert [each["event"] for each in process.ready["webhooks"]] == ["flip"]


def test_the_page_about_coming_from_argo_events_begins_with_a_lint(
    rehearse: Callable[..., Rehearsal],
):
    [first] = steps(page("docs", "coming-from-argo-events.md"))
    assert "fine: 1 EventSource, 1 Sensor" in rehearse(ROOT / "examples" / "join").run(first)


def test_the_render_of_the_page_fires_the_sensor_of_the_page(
    rehearse: Callable[..., Rehearsal], tmp_path: Path
):
    (tmp_path / "sensor.yaml").write_text(manifest(page("docs", "sensor.md")))
    (tmp_path / "event.json").write_text(json.dumps({"body": {"ref": "refs/heads/main"}}))
    [render] = steps(page("docs", "render.md"))
    assert "fires" in rehearse(tmp_path).run(render)


def test_the_post_of_the_page_about_webhooks_has_the_answer_of_the_page(
    rehearse: Callable[..., Rehearsal], tmp_path: Path
):
    text = page("docs", "eventsource", "sources", "webhook.md")
    (tmp_path / "orders.yaml").write_text(manifest(text))
    [answer] = re.findall(r'^(\{"eventId".*)$', text, re.MULTILINE)
    stage = rehearse(tmp_path)
    stage.run(Step("hookline dev orders.yaml", ""))
    [post] = steps(text)
    assert stage.run(post) == answer


def test_a_dead_letter_of_the_page_is_listed_shown_and_sent_once_more(
    rehearse: Callable[..., Rehearsal], tmp_path: Path
):
    (tmp_path / "orders.yaml").write_text(manifest(page("docs", "json.md")))
    stage = rehearse(tmp_path)
    stage.run(Step("hookline dev orders.yaml", ""))
    posts = [step.line for step in steps(page("docs", "json.md")) if "o-19" in step.line]
    stage.run(Step(posts[0], ""))
    wait_until(lambda: stage.ledger()["deadLettered"] == 1, "it is a dead letter")
    done = {
        step.line: stage.run(step)
        for step in steps(page("docs", "explain.md"))
        if step.line.startswith("hookline deadletters")
    }
    assert [line.split()[2] for line in done] == ["list", "show", "redrive", "redrive"]
    listed, shown, dry, sent = done.values()
    assert all("o-19" in said for said in (listed, shown))
    assert (dry.splitlines()[-1], sent) == ("1 would be sent", "1 sent\n")
