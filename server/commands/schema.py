"""`hookline schema`: the JSON Schema of manifests, for editors."""

import click
import msgspec

from server import options, schemas

KINDS = ["EventSource", "Sensor", "EventBus"]


@click.command(
    "schema", epilog=options.example("hookline schema Sensor > .vscode/sensor.schema.json")
)
@click.argument("kind", required=False, type=click.Choice(KINDS, case_sensitive=False))
def command(kind: str | None) -> None:
    """Print the JSON Schema (2020-12) of a KIND: EventSource, Sensor or EventBus.

    Without KIND the schema fits files that hold any of them, and other objects.
    """
    schema = schemas.of_kind(kind) if kind else schemas.of_all(KINDS)
    click.echo(msgspec.json.format(msgspec.json.encode(schema)))
