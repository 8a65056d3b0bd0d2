"""A guarded program ends with the process that started it, however that one ends."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from guarded import Guarded

PLUGINS = Path(__file__).parents[1] / "plugins"
SLEEPER = ["sh", "-c", "echo $$; exec sleep 600"]


def _pid_in(log):
    return int(_until(lambda: log.exists() and log.read_text().endswith("\n") and log.read_text()))


def _is_gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def _until(happened):
    end = time.monotonic() + 30
    while not (result := happened()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return result


def test_a_program_is_gone_when_kill_returns(tmp_path):
    program = Guarded(SLEEPER, tmp_path / "log")
    pid = _pid_in(tmp_path / "log")

    program.kill()

    assert _is_gone(pid)


def test_a_program_ends_when_its_starter_is_killed(tmp_path):
    start = (
        "import sys, time; from pathlib import Path; from guarded import Guarded; "
        "Guarded(sys.argv[2:], Path(sys.argv[1])); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", start, tmp_path / "log", *SLEEPER], cwd=PLUGINS
    ) as starter:
        pid = _pid_in(tmp_path / "log")
        starter.kill()

    _until(lambda: _is_gone(pid))


def test_a_program_that_has_ended_says_why(tmp_path):
    program = Guarded(["sh", "-c", "echo no such flag; exit 3"], tmp_path / "log")

    with pytest.raises(RuntimeError, match=r"(?s)ended with 3.*no such flag"):
        _until(program.check)
    program.kill()
