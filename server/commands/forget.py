"""`hookline forget`: removes what is kept for a Sensor or a trigger that is gone."""

from pathlib import Path

import click

from server import options


@click.command("forget", epilog=options.example("hookline forget old-sensor"))
@click.argument("who", metavar="SENSOR[/TRIGGER]")
@options.nats
@options.nats_login
@options.data_dir
@options.namespace
def command(
    who: str,
    nats_url: str | None,
    nats_flags: options.NatsFlags,
    data_dir: Path,
    namespace: str,
) -> None:
    """Remove the consumers and the state of a Sensor, or one trigger, that is gone.

    `run` deletes none of these by itself, so that what comes back goes on where
    it was. Decisions and dead letters stay. Refuses while a process still works
    on it; exits with 1 if there is nothing to remove.
    """
    # Imported here, so that --help does not wait for them.
    from hookline.errors import HooklineError  # noqa: PLC0415  see above
    from server.bus_access import ask, bus_settings  # noqa: PLC0415  see above

    settings = bus_settings(nats_url, data_dir, namespace, nats_flags)
    sensor, _, trigger = who.partition("/")
    removed = ask(settings, lambda bus: bus.consumers.forget(sensor, trigger or None))
    if not removed:
        raise HooklineError(f"nothing is kept for {who}")
    for line in removed:
        click.echo(f"removed {line}")
