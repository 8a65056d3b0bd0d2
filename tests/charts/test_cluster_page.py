"""docs/cluster.md: its values, its commands and its tables."""

import re
import shlex
import subprocess
from typing import Any

import pytest
import yaml
from chart import CHART, ROOT, Release, helm, one, render
from real_kube import program

PAGE = (ROOT / "docs" / "cluster.md").read_text("utf-8")

pytestmark = pytest.mark.timeout(180)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def lines(word: str) -> list[list[str]]:
    """Return the commands of the page that begin with a word."""
    found = [line for block in blocks("sh") for line in block.splitlines()]
    return [shlex.split(line) for line in found if line.startswith(f"{word} ")]


def first_values() -> dict[str, Any]:
    return yaml.safe_load(blocks("yaml")[0])


def test_its_commands_install_the_chart_on_a_real_api_server(release: Release, tmp_path):
    (tmp_path / "values.yaml").write_text(blocks("yaml")[0])
    (tmp_path / "charts").symlink_to(CHART.parent)
    account = ["--kubeconfig", str(release.api.kubeconfig())]
    [secret] = [line for line in lines("kubectl") if "secret" in line]
    [install] = lines("helm")
    for name, line in (("kubectl", secret), ("helm", install)):
        here = [release.namespace if part == "events" else part for part in line[1:]]
        done = subprocess.run(
            [program(name), *here, *account],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    for role in ("source", "sensor"):
        made = release.get("apis/apps/v1/deployments", f"hookline-{role}")
        [container] = made["spec"]["template"]["spec"]["containers"]
        assert container["image"] == "registry.example.com/hookline:0.1.0"
        [address] = [each for each in container["env"] if each["name"] == "HOOKLINE_NATS_URL"]
        wanted = address["valueFrom"]["secretKeyRef"]
        assert wanted["key"] in release.get("api/v1/secrets", wanted["name"])["data"]


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
