"""`hookline forget`: removes what is kept for a Sensor that is gone."""

from pathlib import Path

import click

from server import options


@click.command("forget", epilog=options.example("hookline forget old-sensor"))
@click.argument("sensor", metavar="SENSOR")
@options.nats
@options.nats_login
@options.data_dir
@options.namespace
def command(
    sensor: str,
    nats_url: str | None,
    nats_flags: options.NatsFlags,
    data_dir: Path,
    namespace: str,
) -> None:
    """Remove the consumers and the state of a Sensor that is gone.

    `run` deletes none of these by itself, so that a Sensor that comes back goes
    on where it was. Decisions and dead letters stay. Refuses while a process
    still works on the Sensor; exits with 1 if there is nothing to remove.
    """
    # Imported here, so that --help does not wait for them.
    from hookline.errors import HooklineError  # noqa: PLC0415  see above
    from server.bus_access import ask, bus_settings  # noqa: PLC0415  see above

    settings = bus_settings(nats_url, data_dir, namespace, nats_flags)
    removed = ask(settings, lambda bus: bus.consumers.forget(sensor))
    if not removed:
        raise HooklineError(f"nothing is kept for a Sensor named {sensor}")
    for line in removed:
        click.echo(f"removed {line}")
