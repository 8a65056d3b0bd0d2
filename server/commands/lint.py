"""`hookline lint`: every mistake of some manifests at once."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import msgspec

from hookline import yaml_reader
from hookline.manifest import Mistake
from server import options
from server.differences import Found, differences
from server.folders import Folders
from server.manifests import Loaded, in_order, load
from server.missing import missing
from trigger.sensitive import SENSITIVE


@click.command(
    "lint",
    epilog=options.example(
        "hookline lint manifests/", "hookline lint sensor.yaml -o json --compat"
    ),
)
@options.paths(required=True)
@options.output("text", "json")
@options.lenient
@click.option(
    "--strict", envvar="HOOKLINE_STRICT", is_flag=True, help="Sensitive fields are errors."
)
@click.option(
    "--compat",
    envvar="HOOKLINE_COMPAT",
    is_flag=True,
    help="Tell where Argo Events does otherwise.",
)
@options.folders()
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[Path, ...],
    output: str,
    folders: Folders,
    *,
    lenient: bool,
    strict: bool,
    compat: bool,
) -> None:
    """Check manifests and print every mistake with file, line and advice.

    PATH is a file, or a folder that is read with all folders in it. Exits with 1
    if there is an error; warnings alone exit with 0.
    """
    loaded = load(paths, lenient=lenient, folders=folders)
    mistakes = in_order([*loaded.mistakes, *missing(loaded)])
    mistakes = [_judged(mistake, strict=strict) for mistake in mistakes]
    found = _differences(paths) if compat else None
    if output == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(_as_json(mistakes, found))))
    else:
        for line in (*mistakes, *(found or ()), summary(loaded, mistakes)):
            click.echo(str(line))
    ctx.exit(int(bool(_of(mistakes, "error"))))


def _differences(paths: tuple[Path, ...]) -> list[Found]:
    """Return where Argo Events does otherwise, also in objects with errors."""
    documents, _ = yaml_reader.read_paths(paths)
    return [found for document in documents for found in differences(document)]


def _as_json(mistakes: list[Mistake], found: list[Found] | None) -> Any:
    """Return the documented form: the mistakes, with `--compat` the differences beside them."""
    if found is None:
        return mistakes
    return {"mistakes": mistakes, "differences": [each.as_json() for each in found]}


def summary(loaded: Loaded, mistakes: list[Mistake]) -> str:
    """Return the last line: what is fine and how much is not."""
    errors, warnings = (len(_of(mistakes, level)) for level in ("error", "warning"))
    fine = [
        _number(len(loaded.sources), "EventSource"),
        _number(len(loaded.sensors), "Sensor"),
        _number(len(loaded.buses), "EventBus", "EventBuses"),
        _number(len(loaded.others), "other object"),
    ]
    found = ", ".join(part for part in fine if part) or "nothing"
    wrong = [_number(errors, "error"), _number(warnings, "warning")]
    return "; ".join([f"fine: {found}", *(part for part in wrong if part)])


def _judged(mistake: Mistake, *, strict: bool) -> Mistake:
    """Return the mistake; as an error if it fails for every event, or is sensitive and strict."""
    wrong = mistake.level == "fails" or (strict and mistake.code == SENSITIVE)
    return replace(mistake, level="error") if wrong else mistake


def _of(mistakes: list[Mistake], level: str) -> list[Mistake]:
    return [mistake for mistake in mistakes if mistake.level == level]


def _number(count: int, one: str, many: str = "") -> str:
    """Return `2 Sensors`; nothing for none."""
    return f"{count} {one if count == 1 else many or f'{one}s'}" if count else ""
