"""Every command line of every page is run by a test, or checked here, or listed with a reason."""

import argparse
import re
import subprocess
from collections.abc import Callable

import click
import pytest
import yaml
from pages import PAGES, ROOT, Line, command_lines

from hookline import names
from server.cli import hookline

# The lines of a page that begin so, and the test that runs all of them.
RUN = {
    ("README.md", ""): "tests/docs/test_readme.py",
    ("docs/first-steps.md", ""): "tests/docs/test_first_steps.py",
    ("docs/troubleshooting.md", ""): "tests/docs/test_troubleshooting.py",
    ("docs/json.md", ""): "tests/docs/test_outputs.py",
    ("docs/lint.md", "$ "): "tests/docs/test_outputs.py",
    ("docs/explain.md", "$ "): "tests/docs/test_outputs.py",
    ("docs/explain.md", "hookline deadletters"): "tests/docs/test_readme.py",
    ("docs/coming-from-argo-events.md", "hookline"): "tests/docs/test_readme.py",
    ("docs/operations.md", ""): "tests/docs/test_readme.py",
    ("docs/render.md", ""): "tests/docs/test_readme.py",
    ("docs/eventsource/sources/webhook.md", ""): "tests/docs/test_readme.py",
    ("docs/cluster.md", "kubectl"): "tests/charts/test_cluster_page.py",
    ("docs/cluster.md", "helm"): "tests/charts/test_cluster_page.py",
    ("docs/cluster.md", "curl"): "tests/charts/test_cluster_page.py",
} | {
    (f"examples/{path.parent.name}/README.md", ""): "tests/test_examples.py"
    for path in ROOT.glob("examples/*/README.md")
}
# Lines that no test runs and that nothing here can check.
REASONS = {
    ("benchmarks/README.md", ".venv/bin/python benchmarks/kinds.py"): "measures for seconds",
    ("docs/first-steps.md", "export PATH=$PWD/.venv/bin:$PATH"): "belongs to the shell it is in",
}
LINES = [line for page in PAGES for line in command_lines(page)]


def is_run(line: Line) -> bool:
    """Return whether a test runs the line; `make` and forms with placeholders are checked here."""
    if line.program in {"make", "export"} or is_form(line):
        return False
    typed = line.prompt + line.text
    return any(line.page == page and typed.startswith(begin) for page, begin in RUN)


def is_form(line: Line) -> bool:
    """Return whether a line shows how a command is written: `hookline forget SENSOR`."""
    return line.program == "hookline" and re.search(r"\[|\.\.\.| SENSOR\b", line.text) is not None


def check_form(line: Line) -> None:
    """The command exists and takes these flags and as many words."""
    name, *rest = re.sub(r"[\[\]]|\.\.\.", "", line.text).split()[1:]
    command = hookline.get_command(click.Context(hookline), name)
    assert command is not None
    flags = {flag for option in command.params for flag in option.opts}
    assert {word for word in rest if word.startswith("-")} <= flags
    arguments = [each for each in command.params if isinstance(each, click.Argument)]
    assert len(arguments) == 1, line.text


def check_make(line: Line) -> None:
    """The target exists."""
    words = line.text.split()
    assert len(words) == 2
    subprocess.run(["make", "-n", words[1]], cwd=ROOT, check=True, capture_output=True)


def check_nats(line: Line) -> None:
    """The streams have the names that Hookline gives them. What `edit` sets is judged elsewhere."""
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("what", choices=["stream"])
    parser.add_argument("verb", choices=["view", "get", "edit"])
    namespace = "default"
    streams = [names.event_stream(namespace), names.dead_letters_stream(namespace)]
    parser.add_argument("stream", choices=streams)
    parser.add_argument("sequence", nargs="?", type=int)
    for flag in ("--discard", "--max-age", "--max-msgs", "--max-bytes"):
        parser.add_argument(flag)
    parser.parse_args(line.words)


def check_docker(line: Line) -> None:
    """It names files, images, services and variables that exist."""
    _, verb, *rest = line.words
    {"build": _check_build, "run": _check_run, "compose": _check_compose}[verb](rest, line.text)


def _check_build(words: list[str], _: str) -> None:
    flag, image, folder = words
    assert flag == "-t"
    assert (ROOT / folder / "Dockerfile").is_file()
    assert image == image_of_the_page()


def image_of_the_page() -> str:
    """Return the image that the values on the page lead to."""
    page = (ROOT / "docs" / "cluster.md").read_text("utf-8")
    values = yaml.safe_load(re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)[0])
    chart = yaml.safe_load((ROOT / "charts" / "hookline" / "Chart.yaml").read_text("utf-8"))
    return f"{values['image']['repository']}:{chart['appVersion']}"


def _check_run(words: list[str], _: str) -> None:
    """What the container is told is run without one, its folder in place of the mounted one."""
    remove, mount, volume, image, *argv = words
    assert (remove, mount) == ("--rm", "-v")
    source, inside, mode = volume.split(":")
    assert (mode, image) == ("ro", image_of_the_page())
    docker = (ROOT / "Dockerfile").read_text("utf-8")
    [entry] = re.findall(r'^ENTRYPOINT \["(\w+)"\]$', docker, re.MULTILINE)
    assert entry == "hookline"
    argv = [str(ROOT / source) if word == inside else word for word in argv]
    hookline.main(argv, standalone_mode=False)


def _check_compose(words: list[str], text: str) -> None:
    compose = (ROOT / "docker-compose.yml").read_text("utf-8")
    assert words == ["up", "--build"]
    assert any("build" in service for service in yaml.safe_load(compose)["services"].values())
    for variable in re.findall(r"\b([A-Z_]+)=", text):
        assert f"${{{variable}:-" in compose


CHECKS: dict[str, Callable[[Line], None]] = {
    "make": check_make,
    "nats": check_nats,
    "docker": check_docker,
    "hookline": check_form,
}


def is_checked(line: Line) -> bool:
    return line.program in CHECKS and (line.program != "hookline" or is_form(line))


def test_every_command_line_is_run_or_checked_or_has_a_reason():
    for line in LINES:
        ways = [is_run(line), is_checked(line), (line.page, line.text) in REASONS]
        assert ways.count(True) == 1, line


def test_nothing_is_listed_that_is_not_there():
    assert {(line.page, line.text) for line in LINES} >= set(REASONS)
    for page, begin in RUN:
        assert any(is_run(line) for line in LINES if line.page == page), (page, begin)
    assert all((ROOT / test).is_file() for test in RUN.values())
    assert len(LINES) > 60


def test_each_test_that_runs_a_page_reads_that_page():
    for (page, _), test in RUN.items():
        name = page.rpartition("/")[2]
        assert re.search(rf'["/]{name}"', (ROOT / test).read_text("utf-8")), page


@pytest.mark.parametrize(
    "line", [line for line in LINES if is_checked(line)], ids=lambda line: line.text[:60]
)
def test_a_line_that_is_not_run_names_what_exists(line: Line):
    CHECKS[line.program](line)
