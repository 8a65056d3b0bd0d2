"""`hookline render`: what a Sensor would make of an event, with no bus and no cluster."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from hookline.errors import HooklineError, ManifestError
from hookline.manifest import refuse
from sensor.spec import Sensor
from server import options
from server.manifests import Loaded, load
from server.rendering import Firing, Judged, Rendering, render
from server.samples import Sample, read_samples
from server.yaml_text import dump
from trigger.action import Doors
from trigger.config_maps import ConfigMaps
from trigger.spec import Trigger


@click.command(
    "render",
    epilog=options.example(
        "hookline render sensor.yaml --event push=event.json",
        "hookline render sensor.yaml --event event.json -o yaml",
    ),
)
@click.argument("path", metavar="SENSOR.yaml", type=click.Path(path_type=Path))
@click.option(
    "--event",
    "events",
    metavar="[DEP=]FILE",
    multiple=True,
    required=True,
    help="JSON of the data, or a CloudEvent; repeatable.",
)
@click.option("--trigger", "only", metavar="NAME", help="This trigger only.")
@options.output("text", "json", "yaml")
@options.namespace
@options.lenient
@options.folders(secrets=False)
@click.pass_context
def command(
    ctx: click.Context,
    /,
    path: Path,
    events: tuple[str, ...],
    only: str | None,
    output: str,
    namespace: str,
    **reading: Any,
) -> None:
    """Show what a sensor would create for an event, without running it.

    Prints each clause of the filters with both sides of it, then the exact
    manifest, final name included. Exits with 1 on any error, else with 0 if a
    trigger fired, else with 3.
    """
    loaded = _load(path, namespace=namespace, **reading)
    [sensor] = loaded.sensors
    triggers = _triggers(sensor, only)
    samples = [sample for event in events for sample in _samples(event, sensor)]
    maps = ConfigMaps(local=loaded.config_maps)
    doors = Doors(kube=None, config_maps=maps, documents=tuple(loaded.others))
    rendering = asyncio.run(render(sensor, triggers, samples, namespace, doors))
    if output == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(rendering.as_json())))
    else:
        for line in _yaml(rendering) if output == "yaml" else _text(rendering):
            click.echo(line)
    ctx.exit(rendering.exit_code)


def _load(path: Path, **reading: Any) -> Loaded:
    """Return what a path holds, one Sensor; mistakes are said, errors end the command."""
    loaded = load([path], **reading)
    for mistake in loaded.mistakes:
        if mistake.level != "error":
            click.echo(str(mistake), err=True)
    refuse(loaded.mistakes)
    if len(loaded.sensors) != 1:
        found = ", ".join(sensor.name for sensor in loaded.sensors) or "none"
        raise ManifestError(f"{path}: render needs exactly one Sensor, there is {found}")
    return loaded


def _triggers(sensor: Sensor, only: str | None) -> list[Trigger]:
    found = [trigger for trigger in sensor.triggers if only in (None, trigger.name)]
    if not found:
        known = ", ".join(trigger.name for trigger in sensor.triggers)
        raise HooklineError(f"the Sensor {sensor.name} has no trigger {only} (known: {known})")
    return found


def _samples(event: str, sensor: Sensor) -> list[Sample]:
    samples = read_samples(event, sensor)
    if not samples:
        waits = ", ".join(f"{each.source}/{each.event}" for each in sensor.dependencies.values())
        click.echo(f"{event}: no dependency waits for this event (they wait for {waits})", err=True)
    return samples


def _yaml(rendering: Rendering) -> Iterator[str]:
    for firing in rendering.triggers:
        if firing.object is not None:
            yield f"---\n{dump(firing.object).rstrip()}"
        if firing.error is not None:
            click.echo(f"trigger {firing.name}: {firing.error}", err=True)
        if firing.elsewhere:
            click.echo(f"trigger {firing.name}: {_verdict(firing)}", err=True)


def _text(rendering: Rendering) -> Iterator[str]:
    for judged in rendering.dependencies:
        yield from _dependency(judged)
    for firing in rendering.triggers:
        yield f"trigger {firing.name}: {_verdict(firing)}"
        if firing.object is not None:
            yield f"---\n{dump(firing.object).rstrip()}"


def _dependency(judged: Judged) -> Iterator[str]:
    judgement = judged.judgement
    verdict = "passed" if judgement.passed else "filtered"
    yield f"dependency {judged.sample.dependency.name}: {verdict} (event {judged.sample.event.id})"
    for clause in judgement.clauses:
        actual = msgspec.json.encode(clause.actual).decode()
        sign = "yes" if clause.passed else "no "
        yield f"  {sign} {clause.clause}: expected {clause.expected}, actual {actual}"
    if judgement.error:
        yield f"  {judgement.error}"


def _verdict(firing: Firing) -> str:
    if firing.error is not None:
        return f"cannot fire for event {firing.event_id}: {firing.error}"
    if not firing.fired:
        return "does not fire"
    if firing.elsewhere:
        what = "its object" if firing.object is None else "the rest of its object"
        return f"fires for event {firing.event_id}, {what} is in {firing.elsewhere}"
    nothing = "" if firing.object is not None else ", nothing is created"
    return f"fires for event {firing.event_id}{nothing}"
