import os
import pkgutil
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from hookline import __version__
from hookline.errors import ManifestError
from server import cli, commands

NAMES = sorted(module.name for module in pkgutil.iter_modules(commands.__path__))


def run(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "server", *args],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **env},
        timeout=60,
    )


def call(monkeypatch: pytest.MonkeyPatch, callback) -> int:
    """Return how `main` exits when a command does what `callback` does."""
    command = click.Command("now", callback=callback)
    monkeypatch.setattr(cli.hookline, "get_command", lambda _ctx, _name: command)
    monkeypatch.setattr(sys, "argv", ["hookline", "now"])
    with pytest.raises(SystemExit) as exit_:
        cli.main()
    return exit_.value.code


def test_the_version_is_said():
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"hookline {__version__}\n")


def test_every_command_is_listed_with_a_summary():
    text = run("--help").stdout
    for name in NAMES:
        assert f"\n  {name} " in text
        assert name in cli._SUMMARIES


@pytest.mark.parametrize("name", NAMES)
def test_the_help_of_a_command_fits_a_screen_and_ends_with_an_example(name):
    done = CliRunner().invoke(cli.hookline, [name, "--help"], prog_name="hookline")
    lines = done.output.splitlines()
    assert done.exit_code == 0
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert f"hookline {name} " in lines[-1]
    assert any(line.strip().startswith("Example:") for line in lines)


def test_only_the_command_that_is_called_is_imported():
    code = (
        "import sys; from click.testing import CliRunner; from server import cli;"
        "CliRunner().invoke(cli.hookline, ['--help']);"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in"
        " ('pydantic', 'fastapi', 'kubernetes', 'nats', 'uvicorn', 'structlog')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_lint_loads_no_server_and_no_client():
    code = (
        "import sys; import server.commands.lint;"
        "print(sorted(m for m in sys.modules if m in"
        " ('fastapi', 'kubernetes', 'nats', 'uvicorn', 'aiohttp')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_an_unknown_command_is_wrong_usage():
    done = run("lnit")
    assert done.returncode == 2
    assert "No such command" in done.stderr


def test_a_known_error_is_its_message_and_1(monkeypatch, capsys):
    def fail() -> None:
        raise ManifestError("a.yaml:1: error: wrong")

    assert call(monkeypatch, fail) == 1
    assert capsys.readouterr().err == "a.yaml:1: error: wrong\n"


def test_a_bug_is_a_traceback(monkeypatch):
    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        call(monkeypatch, fail)


def test_an_interrupt_is_130(monkeypatch):
    def interrupt() -> None:
        os.kill(os.getpid(), signal.SIGINT)

    # A shell that runs the tests in the background has them ignore it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert call(monkeypatch, interrupt) == 130
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_commands_own_exit_code_stands(monkeypatch):
    assert call(monkeypatch, lambda: click.get_current_context().exit(3)) == 3
    assert call(monkeypatch, lambda: None) == 0


def test_environment_variables_mirror_flags(tmp_path: Path):
    (tmp_path / "a.yaml").write_text("a: [")
    done = run("lint", str(tmp_path), HOOKLINE_OUTPUT="json")
    assert done.stdout.startswith("[")


def test_a_form_in_the_environment_that_only_another_command_has_is_passed_over(tmp_path: Path):
    (tmp_path / "a.yaml").write_text("a: [")
    done = run("lint", str(tmp_path), HOOKLINE_OUTPUT="yaml")
    assert (done.returncode, done.stdout) == (1, run("lint", str(tmp_path)).stdout)
    assert run("lint", str(tmp_path), HOOKLINE_OUTPUT="xml").returncode == 2
    assert run("lint", str(tmp_path), "-o", "yaml").returncode == 2
