"""`python tests/soak`: the long form. `make soak` runs it; docs/reliability.md tells about it."""

import os
import secrets
import sys
import tempfile
from pathlib import Path

_HERE = Path(__file__).parent
sys.path[:0] = [str(_HERE.parents[1]), str(_HERE.parent / "plugins"), str(_HERE)]

from soak_report import report  # noqa: E402  the paths come first
from soak_run import Settings, run, staged  # noqa: E402  same


def main() -> int:
    """Run it as the environment says, print the report, and return the exit code."""
    settings = Settings(
        events=int(os.environ.get("SOAK_EVENTS", "100000")),
        seconds=60 * float(os.environ.get("SOAK_MINUTES", "20")),
        seed=int(os.environ.get("SOAK_SEED") or secrets.randbelow(1_000_000)),
    )
    print(f"{settings}", flush=True)  # noqa: T201  a program speaks
    with tempfile.TemporaryDirectory(prefix="hookline-soak-") as folder:
        with staged(Path(folder), settings.seed) as stage:
            lines, fine = report(run(stage, settings, []))
        print("\n".join(lines), flush=True)  # noqa: T201  same
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
