"""The Dockerfile's own commands, run without a container engine."""

import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.timeout(300)


class Step(NamedTuple):
    """One instruction of a Dockerfile and what it is told."""

    word: str
    told: str


def steps() -> list[Step]:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#"))
    whole = text.replace("\\\n", " ").splitlines()
    return [Step(*line.split(maxsplit=1)) for line in whole if line.strip()]


def stages() -> tuple[list[Step], list[Step]]:
    """Return the steps of the stage that builds and of the image."""
    all_steps = steps()
    first, second = (i for i, step in enumerate(all_steps) if step.word == "FROM")
    return all_steps[first:second], all_steps[second:]


def told(word: str) -> list[str]:
    return [step.told for step in stages()[1] if step.word == word]


class Built:
    """What the commands of the Dockerfile make, below a folder that stands for `/`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.stage = root / "stage"
        self.image = root / "image"
        base = root / "base"
        subprocess.run([sys.executable, "-m", "venv", base], check=True)
        self._environment = {
            name: value for name, value in os.environ.items() if not name.startswith("PYTHON")
        } | {"PATH": f"{base / 'bin'}:{os.environ['PATH']}"}
        self.workdir = self.stage
        for step in stages()[0]:
            getattr(self, f"_{step.word.lower()}")(step.told)

    def _from(self, image: str) -> None:
        assert image == "python:${PYTHON}-slim AS build"

    def _workdir(self, path: str) -> None:
        self.workdir = self._inside(path)
        self.workdir.mkdir(parents=True)

    def _env(self, settings: str) -> None:
        self._environment |= dict(part.split("=", 1) for part in shlex.split(settings))

    def _copy(self, names: str) -> None:
        *sources, target = names.split()
        for name in sources:
            assert in_the_context(name), f"{name} is kept out by .dockerignore"
            place = self.workdir / target
            if (ROOT / name).is_dir():
                unwanted = shutil.ignore_patterns("__pycache__")
                shutil.copytree(ROOT / name, place, ignore=unwanted)
                continue
            place.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, place)

    def _run(self, command: str) -> None:
        command = re.sub(r"(?<= )/[a-z/]+", lambda path: f"{self.stage}{path[0]}", command)
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=self.workdir,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"

    def _inside(self, path: str) -> Path:
        return self.stage / path.removeprefix("/")

    def assemble(self) -> Path:
        """Put the image's folders together as its COPY steps say; return that of its commands."""
        for step in stages()[1]:
            if step.word == "COPY":
                origin, source, target = step.told.split()
                assert origin == "--from=build"
                place = self.image / target.removeprefix("/")
                shutil.copytree(self._inside(source), place, symlinks=True, dirs_exist_ok=True)
        return self.image / "opt/hookline/bin"


def in_the_context(name: str) -> bool:
    """Whether .dockerignore lets a path in; the last pattern that matches decides."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    found = True
    for line in (line for line in lines if line and not line.startswith("#")):
        pattern = line.removeprefix("!")
        parents = [str(path) for path in (Path(name), *Path(name).parents)]
        names = [*parents, Path(name).name]
        if any(fnmatch.fnmatchcase(each, pattern.removeprefix("**/")) for each in names):
            found = line.startswith("!")
    return found


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    folder = tmp_path_factory.mktemp("image")
    yield Built(folder)
    shutil.rmtree(folder, ignore_errors=True)


def test_its_commands_build_an_image_whose_entrypoint_is_hookline(built: Built):
    commands = built.assemble()
    [entry] = [json.loads(text) for text in told("ENTRYPOINT")]
    assert entry == ["hookline"]
    # The first line names the interpreter where it is in the image; here it stands elsewhere.
    script = commands / entry[0]
    assert script.read_text().splitlines()[0] == f"#!{built.stage}/opt/hookline/bin/python"
    run = [commands / "python", script, "--version"]
    answer = subprocess.run(run, cwd="/", capture_output=True, text=True, check=True, env={})
    assert re.fullmatch(r"hookline,? .*\d+\.\d+.*", answer.stdout.strip())
    where = "import server, nkeys; print(server.__file__)"
    look = [commands / "python", "-c", where]
    found = subprocess.run(look, cwd="/", capture_output=True, text=True, check=True, env={})
    assert found.stdout.startswith(str(built.image))


def test_what_the_image_holds_is_what_is_pinned_and_no_installer(built: Built):
    packages = next((built.stage / "opt/hookline/lib").glob("python3*/site-packages"))
    held = {folder.name.split("-")[0].lower() for folder in packages.glob("*.dist-info")}
    pins = (ROOT / "requirements/runtime.txt").read_text()
    pinned = {name.replace("-", "_") for name in re.findall(r"^([\w-]+)==", pins, re.MULTILINE)}
    assert held <= pinned
    assert {"aiohttp", "nats_py", "nkeys", "kubernetes"} <= held
    app = next((built.stage / "opt/app/lib").glob("python3*/site-packages"))
    assert {path.name for path in app.iterdir() if path.suffix != ".dist-info"} == {
        *("eventsource", "hookline", "sensor", "server", "trigger")
    }


def test_everything_that_is_downloaded_has_a_hash():
    fetching = [
        step.told
        for step in stages()[0]
        if step.word == "RUN" and " -m pip " in step.told and "--no-index" not in step.told
    ]
    assert len(fetching) == 2
    assert all("--require-hashes" in command for command in fetching)
    for name in ("image.txt", "runtime.txt"):
        for pin in re.split(r"\n(?=[\w-]+==)", (ROOT / "requirements" / name).read_text()):
            assert "--hash=sha256:" in pin


def test_nothing_but_what_is_copied_reaches_the_build():
    for name in (".git", ".venv", "tests", "docs", "charts", "requirements/test.txt", "Makefile"):
        assert not in_the_context(name), name
    assert not in_the_context("server/__pycache__")
    assert in_the_context("server/cli.py")


def test_it_runs_as_a_number_that_is_not_root_and_installs_nothing_itself():
    assert told("USER") == ["65532:65532"]
    assert told("RUN") == []
    assert told("EXPOSE") == ["7788"]
    assert told("FROM") == ["python:${PYTHON}-slim"]


def test_what_it_runs_without_a_command_is_a_command_of_hookline():
    from click.testing import CliRunner  # noqa: PLC0415  only here

    from server.cli import hookline  # noqa: PLC0415  only here

    [default] = [json.loads(text) for text in told("CMD")]
    assert default == ["run", "/etc/hookline/manifests"]
    assert CliRunner().invoke(hookline, [*default, "--help"]).exit_code == 0
