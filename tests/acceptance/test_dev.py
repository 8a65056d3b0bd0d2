"""`hookline dev` on a laptop: one command up, one key down, and nothing left behind."""

import json
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from hookline_processes import HooklineProcess, command, free_port, wait_until
from nats_servers import NatsServer
from stage import trigger

type Hookline = Callable[..., HooklineProcess]

ANY_PORTS = ["--api-port", "0", "--nats-port", "0", "--kube-port", "0"]


def workflows(process: HooklineProcess) -> list[dict]:
    url = process.ready["kubernetes"] + "/apis/argoproj.io/v1alpha1/workflows"
    return httpx.get(url).json()["items"]


def processes_of(folder: Path) -> list[str]:
    """Return the command lines of all processes that name a folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line and str(os.getpid()) != entry.parent.name:
            found.append(line)
    return found


@pytest.fixture
def dev(hookline: Hookline, write_manifests: Callable[..., Path], tmp_path: Path) -> Hookline:
    write_manifests()
    data = tmp_path / "data"

    def start(*more: str | Path, wait: bool = True) -> HooklineProcess:
        flags = ["--data-dir", data, *ANY_PORTS]
        return hookline("dev", tmp_path / "manifests", *flags, *more, wait=wait)

    return start


def test_a_post_becomes_a_workflow_and_explain_says_why(dev: Hookline, tmp_path: Path):
    process = dev()
    answer = httpx.post(process.url("number"), json={"number": 7})
    assert answer.status_code == 200
    event_id = answer.json()["eventId"]
    [workflow] = wait_until(lambda: workflows(process), "a Workflow")
    assert workflow["metadata"]["annotations"]["hookline.dev/event-id"] == event_id
    assert workflow["spec"]["arguments"]["parameters"] == [{"name": "number", "value": "7"}]

    found = wait_until(
        lambda: command("explain", event_id, "--data-dir", tmp_path / "data").stdout, "explained"
    )
    assert "launched" in found
    assert workflow["metadata"]["name"] in found
    ledger = command("audit", "--data-dir", tmp_path / "data", "-o", "json")
    assert json.loads(ledger.stdout)["launched"] == 1
    for word in ("received", "launched", event_id, workflow["metadata"]["name"]):
        assert word in process.said()


def test_the_senders_id_makes_a_retry_the_same_event(dev: Hookline):
    process = dev()
    headers = {"Idempotency-Key": "order-1"}
    first, second = (
        httpx.post(process.url("number"), json={"number": 1}, headers=headers) for _ in range(2)
    )
    assert first.json() == {"eventId": "order-1"}
    assert second.json() == {"eventId": "order-1", "duplicate": True}
    wait_until(lambda: workflows(process), "a Workflow")
    httpx.post(process.url("number"), json={"number": 2})
    wait_until(lambda: len(workflows(process)) >= 2, "the Workflow of another event")
    assert len(workflows(process)) == 2


def test_ctrl_c_stops_everything_within_five_seconds(dev: Hookline, tmp_path: Path):
    process = dev()
    assert len(processes_of(tmp_path / "data")) >= 2
    assert process.end(signal.SIGINT, 5.0) in (0, 130)
    assert processes_of(tmp_path / "data") == []


def test_kill_9_of_the_parent_leaves_no_process(dev: Hookline, tmp_path: Path):
    process = dev()
    process.kill()
    wait_until(lambda: not processes_of(tmp_path / "data"), "all processes are gone", 10.0)


def test_what_was_stored_survives_a_restart(dev: Hookline, tmp_path: Path):
    process = dev()
    httpx.post(process.url("number"), json={"number": 7})
    wait_until(lambda: workflows(process), "a Workflow")
    process.kill()
    wait_until(lambda: not processes_of(tmp_path / "data"), "all processes are gone", 10.0)
    again = dev()
    assert len(workflows(again)) == 1
    httpx.post(again.url("number"), json={"number": 8})
    wait_until(lambda: len(workflows(again)) == 2, "the second Workflow")
    ledger = json.loads(command("audit", "--data-dir", tmp_path / "data", "-o", "json").stdout)
    assert (ledger["lost"], ledger["unaccounted"]) == (0, 0)


def test_a_data_folder_in_use_is_one_clear_line(dev: Hookline, tmp_path: Path):
    dev()
    second = command("dev", tmp_path / "manifests", "--data-dir", tmp_path / "data", *ANY_PORTS)
    assert second.returncode == 1
    assert len(second.stderr.strip().splitlines()) == 1
    assert "in use" in second.stderr
    assert "--data-dir" in second.stderr


@pytest.mark.parametrize("flag", ["--api-port", "--nats-port", "--kube-port"])
def test_a_port_in_use_is_one_clear_line(
    write_manifests: Callable[..., Path], tmp_path: Path, flag: str
):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ports = [arg for name in ANY_PORTS[::2] for arg in (name, port if name == flag else "0")]
        result = command("dev", write_manifests(), "--data-dir", tmp_path / "data", *ports)
    assert result.returncode == 1
    assert len(result.stderr.strip().splitlines()) == 1
    assert port in result.stderr
    assert flag in result.stderr
    assert processes_of(tmp_path / "data") == []


def test_a_webhook_port_in_use_is_one_clear_line(
    write_manifests: Callable[..., Path], tmp_path: Path
):
    folder = write_manifests()
    text = (folder / "all.yaml").read_text()
    port = int(text.split('port: "')[1].split('"')[0])
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        result = command("dev", folder, "--data-dir", tmp_path / "data", *ANY_PORTS)
    assert result.returncode == 1
    assert str(port) in result.stderr
    assert "numbers" in result.stderr
    assert processes_of(tmp_path / "data") == []


def test_a_broken_manifest_at_the_start_is_a_line_per_mistake(
    write_manifests: Callable[..., Path], tmp_path: Path
):
    folder = write_manifests()
    text = (folder / "all.yaml").read_text()
    broken = text.replace("eventName: number", "eventNam: number").replace("endpoint:", "endpint:")
    (folder / "all.yaml").write_text(broken)
    result = command("dev", folder, "--data-dir", tmp_path / "data", *ANY_PORTS)
    assert result.returncode == 1
    lines = result.stderr.strip().splitlines()
    assert all("all.yaml:" in line for line in lines)
    assert any("eventNam" in line and "eventName" in line for line in lines)
    assert any("endpint" in line for line in lines)


def test_a_reload_takes_over_without_losing_an_event(
    dev: Hookline, write_manifests: Callable[..., Path], tmp_path: Path
):
    process = dev()
    first = httpx.post(process.url("number"), json={"number": 1}).json()["eventId"]
    wait_until(lambda: workflows(process), "the first Workflow")
    write_manifests(trigger("count"), trigger("second"))
    wait_until(lambda: "reloaded" in process.said(), "the reload is said")
    httpx.post(process.url("number"), json={"number": 2})
    names = wait_until(
        lambda: (
            len(workflows(process)) >= 3 and [w["metadata"]["name"] for w in workflows(process)]
        ),
        "both triggers fire",
    )
    assert sum(name.startswith("second-") for name in names) == 1
    told = command("explain", first, "--data-dir", tmp_path / "data").stdout
    assert "counting/second: began only after the event was stored" in told


def test_a_broken_manifest_at_reload_is_said_and_serving_goes_on(
    dev: Hookline, write_manifests: Callable[..., Path]
):
    process = dev()
    folder = write_manifests()
    text = (folder / "all.yaml").read_text()
    (folder / "all.yaml").write_text(text.replace("eventName: number", "eventNam: number"))
    wait_until(lambda: "eventNam" in process.said(), "the mistake is said")
    assert httpx.post(process.url("number"), json={"number": 3}).status_code == 200
    wait_until(lambda: workflows(process), "a Workflow by the old version")


def test_other_kinds_in_the_files_are_made_in_the_sandbox(
    dev: Hookline, write_manifests: Callable[..., Path]
):
    folder = write_manifests()
    (folder / "template.yaml").write_text(
        "apiVersion: argoproj.io/v1alpha1\nkind: WorkflowTemplate\n"
        "metadata: {name: shared}\nspec: {templates: []}\n"
    )
    process = dev()
    url = process.ready["kubernetes"] + "/apis/argoproj.io/v1alpha1/workflowtemplates"
    assert [item["metadata"]["name"] for item in httpx.get(url).json()["items"]] == ["shared"]


def test_readyz_is_truthful_and_metrics_have_upstreams_names(dev: Hookline):
    process = dev()
    api = process.ready["api"]
    assert httpx.get(api + "/livez").status_code == 200
    assert httpx.get(api + "/readyz").status_code == 200
    httpx.post(process.url("number"), json={"number": 1})
    wait_until(lambda: workflows(process), "a Workflow")
    wait_until(
        lambda: "hookline_decisions_total" in httpx.get(api + "/metrics").text, "a decision counted"
    )
    text = httpx.get(api + "/metrics").text
    wanted = [
        'argo_events_events_sent_total{event_name="number",eventsource_name="numbers",',
        'argo_events_action_triggered_total{namespace="default",sensor_name="counting",',
        "hookline_backlog_events{",
        "hookline_dead_letters{",
        "hookline_events_unmatched{",
        "hookline_action_seconds_bucket{",
        "hookline_event_to_decision_seconds_bucket{",
    ]
    assert [line for line in wanted if line not in text] == []


def test_no_real_cluster_is_touched_by_accident(
    dev: Hookline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A kubeconfig in its usual places is left alone unless a flag names it."""
    trap = tmp_path / "home" / ".kube" / "config"
    trap.parent.mkdir(parents=True)
    server = f"http://127.0.0.1:{free_port()}"
    trap.write_text(json.dumps({"clusters": [{"name": "x", "cluster": {"server": server}}]}))
    monkeypatch.setenv("KUBECONFIG", str(trap))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    process = dev()
    assert process.ready["kubernetes"] != server
    httpx.post(process.url("number"), json={"number": 1})
    wait_until(lambda: workflows(process), "a Workflow in the sandbox")


def test_a_password_in_the_address_of_nats_is_neither_said_nor_handed_out(
    dev: Hookline, make_nats_server: Callable[..., NatsServer], tmp_path: Path
):
    server = make_nats_server('authorization { user: "me", password: "pass-of-nats" }')
    process = dev("--nats", server.url.replace("//", "//me:pass-of-nats@"))
    httpx.post(process.url("number"), json={"number": 1})
    wait_until(lambda: workflows(process), "a Workflow")
    assert "pass-of-nats" not in process.said() + json.dumps(process.ready)
    assert command("audit", "--data-dir", tmp_path / "data").returncode == 0
