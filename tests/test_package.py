"""The wheel: complete, and working outside the checkout."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_wheel_holds_all_rooms_and_works_outside_the_checkout(tmp_path: Path):
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    target = tmp_path / "installed"
    install = [sys.executable, "-m", "zipfile", "-e", str(wheel), str(target)]
    subprocess.run(install, check=True, capture_output=True)
    example = ROOT / "examples" / "coinflip"
    result = subprocess.run(
        [sys.executable, "-P", "-m", "server", "lint", example],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "fine: 1 EventSource, 1 Sensor" in result.stdout
    where = subprocess.run(
        [sys.executable, "-P", "-c", "import server, hookline; print(server.__file__)"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.startswith(str(target))
