"""What the event path costs, stage by stage, beside bare loops over the same libraries.

Prints a table and writes `results.json` beside this file: a list of name, value, unit, probe,
ratio, goal and met. `--guard` measures only CPU per event, and fails when that slips by about two.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import measures
from measures import Found
from stage import Stage

_TRIES = 3
_GUARD = {"ingest": 2.6, "launch": 4.6}  # CPU against the bare loop's; usual are 1.3 and 2.3


@dataclass(frozen=True)
class Goal:
    """What a measure should reach: at least (or at most) so much, of itself or of its probe."""

    limit: float
    most: bool = False
    of_probe: bool = False

    def met(self, value: float, ratio: float | None) -> bool:
        seen = ratio if self.of_probe and ratio is not None else value
        return seen <= self.limit if self.most else seen >= self.limit

    def __str__(self) -> str:
        return f"{'<=' if self.most else '>='} {self.limit:g}{' of probe' * self.of_probe}"


GOALS = {
    "ingest, 1 worker": Goal(0.75, of_probe=True),
    "ingest, 5 ms to NATS": Goal(0.70, of_probe=True),
    "refused by a filter": Goal(0.25, of_probe=True),
    "event to 201": Goal(0.60, of_probe=True),
    "end to end": Goal(0.60, of_probe=True),
    "p50 at 50/s": Goal(2.5, most=True),
    "p99 at 50/s": Goal(5, most=True),
    "CPU an event, all": Goal(400, most=True),
    "RSS idle, source": Goal(70, most=True),
    "RSS idle, sensor": Goal(70, most=True),
    "500 other triggers": Goal(1.3, most=True, of_probe=True),
    "RSS growth, 10,000 events": Goal(20, most=True),
}


def row(name: str, unit: str, rounds: list[Found]) -> dict[str, object]:
    """Return one line of the results: medians over the rounds, and their least and most."""
    values = [found.value for found in rounds]
    value, ratio, probe = statistics.median(values), None, None
    if rounds[0].probe is not None:
        probe = statistics.median(found.probe for found in rounds)
        ratio = statistics.median(found.value / found.probe for found in rounds)
    goal = GOALS.get(name)
    return {
        "name": name,
        "value": round(value, 2),
        "least": round(min(values), 2),
        "most": round(max(values), 2),
        "unit": unit,
        "probe": None if probe is None else round(probe, 2),
        "ratio": None if ratio is None else round(ratio, 3),
        "goal": None if goal is None else str(goal),
        "met": None if goal is None else goal.met(value, ratio),
    }


def table(results: list[dict[str, object]]) -> str:
    """Return the results as Markdown."""
    lines = [
        "| measure | median | least to most | probe | ratio | goal | met |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in results:
        met = {True: "yes", False: "**no**", None: ""}[one["met"]]
        shown = [one[key] if one[key] is not None else "" for key in ("probe", "ratio", "goal")]
        cells = [
            one["name"],
            f"{one['value']:,} {one['unit']}",
            f"{one['least']:,} to {one['most']:,}",
            *shown,
            met,
        ]
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines)


def guard(stage: Stage) -> None:
    """Exit 1 when CPU per event is more than about twice what it usually is, in three tries."""
    for name, measure in {"ingest": measures.ingest_cpu, "launch": measures.launch_cpu}.items():
        for _ in range(_TRIES):
            one = measure(stage)
            ratio = one.value / (one.probe or 1)
            print(f"{name}: {one.value:.0f} us CPU an event, {ratio:.2f} times the bare loop")
            if ratio <= _GUARD[name]:
                break
        else:
            raise SystemExit(f"{name}: at most {_GUARD[name]} times the bare loop is allowed")


def machine() -> str:
    """Return what was measured on."""
    tag = subprocess.run(  # noqa: S603  our own repository
        ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"],  # noqa: S607  of PATH
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return f"{tag}, Python {platform.python_version()}, {os.cpu_count()} cores, {sys.platform}"


def run(stage: Stage, rounds: int) -> list[dict[str, object]]:
    """Measure everything, each round after the other."""
    found: dict[tuple[str, str], list[Found]] = {}
    parts: list[Callable[[Stage], dict[tuple[str, str], Found]]] = measures.ALL
    for number in range(rounds):
        for part in parts:
            print(f"round {number + 1} of {rounds}: {part.__name__}", file=sys.stderr)
            for key, one in part(stage).items():
                found.setdefault(key, []).append(one)
    return [row(name, unit, some) for (name, unit), some in found.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--guard", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        stage = Stage(Path(name))
        with stage.nats_server() as nats, stage.stub():
            stage.nats_pid = nats.pid
            if options.guard:
                guard(stage)
                return
            results = run(stage, options.rounds)
    (Path(__file__).parent / "results.json").write_text(json.dumps(results, indent=2) + "\n")
    print(f"{machine()}\n\n{table(results)}")


if __name__ == "__main__":
    main()
