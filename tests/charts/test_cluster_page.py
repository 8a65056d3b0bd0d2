"""docs/cluster.md: its values, its commands and its tables."""

import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from chart import CHART, ROOT, Pod, Release, helm, one, render
from hookline_processes import free_port, wait_until
from nats_servers import NatsServer
from pages import command_lines
from real_kube import program

JSON = {"Content-Type": "application/json"}
PAGE = (ROOT / "docs" / "cluster.md").read_text("utf-8")

pytestmark = pytest.mark.timeout(180)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def first_values() -> dict[str, Any]:
    return yaml.safe_load(blocks("yaml")[0])


def test_its_commands_lead_from_nothing_to_a_workflow(
    release: Release,
    pod: Callable[[str], Pod],
    make_nats_server: Callable[..., NatsServer],
    tmp_path: Path,
):
    """What needs a kubelet is done as it does: the pods are processes, see the plugin `chart`."""
    server = make_nats_server("authorization { user: hookline, password: PASSWORD }")
    port = str(free_port())
    here = {"nats.nats:4222": server.url.removeprefix("nats://"), "12000": port}
    typed = [line.text for line in command_lines(ROOT / "docs" / "cluster.md")]
    typed = [line for line in typed if re.match(r"(kubectl|helm|curl) ", line)]
    [first, *rest] = [replaced(line, here) for line in typed]
    kube = Kube(release, tmp_path, blocks("yaml")[0].replace("12000", port), port)
    kube.run(first.replace("events", f"{release.namespace}-page"))
    for line in rest:
        words = [release.namespace if word == "events" else word for word in shlex.split(line)]
        if words[0] == "curl":
            sent = httpx.post(
                words[-1], content=words[words.index("-d") + 1].encode(), headers=JSON
            )
            kube.event_id = sent.raise_for_status().json()["eventId"]
        elif "port-forward" in words:
            kube.pods = {role: pod(role).wait_ready() for role in ("source", "sensor")}
            kind, _, name = words[words.index("port-forward") + 1].partition("/")
            ports = release.get(f"api/v1/{kind}s", name)["spec"]["ports"]
            assert int(words[-1]) in {each["port"] for each in ports}
        elif "exec" in words:
            kube.exec(words)
        else:
            kube.run(shlex.join(words))
    path = f"/apis/argoproj.io/v1alpha1/namespaces/{release.namespace}/workflows"
    [made] = release.api.admin.get(path).raise_for_status().json()["items"]
    assert made["spec"]["arguments"]["parameters"] == [{"name": "branch", "value": "main"}]


def replaced(line: str, here: dict[str, str]) -> str:
    for written, real in here.items():
        line = line.replace(written, real)
    return line


class Kube:
    """Where the page's commands are typed: a folder with its values, and an account."""

    def __init__(self, release: Release, folder: Path, values: str, port: str) -> None:
        self.release = release
        self.pods: dict[str, Pod] = {}
        self.event_id = ""
        self._folder = folder
        (folder / "values.yaml").write_text(values)
        (folder / "charts").symlink_to(CHART.parent)
        ports = f"source.ports[0].name=webhook,source.ports[0].port={port}"
        # Nothing rolls anything out here, so it is asked once.
        self._more = {"helm": ["--set", ports], "rollout": ["--watch=false"]}

    def run(self, line: str) -> None:
        """Run a line of kubectl or helm as it is typed."""
        words = shlex.split(line)
        more = [flag for word, flags in self._more.items() if word in words for flag in flags]
        account = ["--kubeconfig", str(self.release.api.kubeconfig())]
        done = subprocess.run(
            [program(words[0]), *words[1:], *more, *account],
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{line}: {done.stderr}"

    def exec(self, words: list[str]) -> None:
        """Run what stands behind `--` in the pod, again until it knows of the Workflow."""
        role = words[words.index("exec") + 1].removeprefix("deploy/hookline-")
        hookline, *argv = words[words.index("--") + 1 :]
        assert hookline == "hookline"
        argv = [self.event_id if word == "EVENT-ID" else word for word in argv]
        run = self.pods[role].run
        wait_until(lambda: "launched" in run(*argv).stdout, f"{words} says launched", 60.0)


def test_the_objects_that_its_commands_name_are_those_of_the_chart():
    made = {f"{each['kind'].lower()}/{each['metadata']['name']}" for each in render()}
    short = {"deploy/": "deployment/", "svc/": "service/"}
    named = re.findall(r"\b(?:deploy|deployment|service)/[\w-]+", "\n".join(blocks("sh")))
    assert len(named) >= 5
    for name in named:
        kind, _, rest = name.partition("/")
        assert short.get(f"{kind}/", f"{kind}/") + rest in made


def test_the_manifests_in_its_values_are_fine(tmp_path):
    from server.manifests import load  # noqa: PLC0415  only here

    for name, text in first_values()["manifests"]["files"].items():
        (tmp_path / name).write_text(text)
    loaded = load([tmp_path])
    assert loaded.mistakes == []
    assert (len(loaded.sources), len(loaded.sensors)) == (1, 1)
    held = {
        str(port["port"])
        for port in yaml.safe_load((CHART / "values.yaml").read_text())["source"]["ports"]
    }
    assert set(re.findall(r'port: "(\d+)"', text)) == held


@pytest.mark.parametrize("block", blocks("yaml"))
def test_the_chart_takes_every_block_of_values(block: str):
    values = yaml.safe_load(block)
    if "kind" not in values:
        assert one(render(values), "Deployment", "source")


def test_every_value_is_told_of():
    """Values of both roles stand in the sentence below the table."""
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    told = set(re.findall(r"`([\w.]+)`", PAGE))
    for key, value in values.items():
        if key in told:
            continue
        assert isinstance(value, dict), key
        for inner in value:
            assert {f"{key}.{inner}", inner} & told, f"{key}.{inner}"


def test_every_variable_of_the_compose_file_is_told_of_with_its_default():
    compose = (ROOT / "docker-compose.yml").read_text()
    table = dict(re.findall(r"^\| `([A-Z_]+)` \| `([^`]+)` \|", PAGE, re.MULTILINE))
    assert table == dict(re.findall(r"\$\{(\w+):-([^}]*)\}", compose))


def test_helm_says_how_to_go_on():
    said = helm("install", "hookline", CHART, "--dry-run=client", "-n", "events")
    assert "It has nothing to do yet" in said.stdout
    assert "http://hookline.events:12000" in said.stdout
    assert "exec deploy/hookline-sensor -- hookline explain EVENT-ID" in said.stdout
