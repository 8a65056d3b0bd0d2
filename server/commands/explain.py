"""`hookline explain`: what became of an event, and why."""

from pathlib import Path

import click
import msgspec

from server import options


@click.command("explain", epilog=options.example("hookline explain coinflip/flip/order-17"))
@click.argument("event", metavar="[SOURCE/EVENT/]ID")
@options.nats
@options.nats_login
@options.data_dir
@options.namespace
@options.output("text", "json")
@click.pass_context
def command(
    ctx: click.Context,
    event: str,
    nats_url: str | None,
    nats_flags: options.NatsFlags,
    data_dir: Path,
    namespace: str,
    output: str,
) -> None:
    """Say what became of an event, for every trigger, and why.

    ID is the eventId that the sender was answered. Without SOURCE/EVENT all
    events of that id are told. Exits with 1 if there is none.
    """
    # Imported here, so that --help does not wait for them.
    from server.bus_access import ask, bus_settings  # noqa: PLC0415  see above
    from server.explaining import as_text, explain  # noqa: PLC0415  see above

    source, name, event_id = split(event)
    settings = bus_settings(nats_url, data_dir, namespace, nats_flags)
    found = ask(settings, lambda bus: explain(bus, event_id, source, name))
    if output == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(found)))
    elif found:
        click.echo(as_text(found))
    else:
        click.echo(f"no event with the id {event_id} is stored or on record", err=True)
    ctx.exit(0 if found else 1)


def split(event: str) -> tuple[str | None, str | None, str]:
    """Return source, event and id; an id may have slashes of its own behind the first two."""
    parts = event.split("/", 2)
    if len(parts) == 3:  # noqa: PLR2004  source, event and id
        return parts[0], parts[1], parts[2]
    return None, None, event
