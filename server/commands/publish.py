"""`hookline publish`: says something on a subject of NATS, to try out a `nats` event source."""

from pathlib import Path
from typing import BinaryIO

import click

from server import options


@click.command("publish", epilog=options.example("hookline publish orders.placed order.json"))
@click.argument("subject", metavar="SUBJECT")
@click.argument("file", metavar="FILE", type=click.File("rb"))
@options.nats
@options.nats_login
@options.data_dir
@click.option("--id", "event_id", envvar="HOOKLINE_ID", metavar="ID", help="Nats-Msg-Id to send.")
def command(
    subject: str,
    file: BinaryIO,
    nats_url: str | None,
    nats_flags: options.NatsFlags,
    data_dir: Path,
    event_id: str | None,
) -> None:
    """Publish FILE (-: what is piped in) as one message on SUBJECT.

    It is core NATS: nobody says whether somebody listens. Without --nats the
    nats-server of the running hookline dev is used.
    """
    # Imported here, so that --help does not wait for them.
    from hookline.names import DEFAULT_NAMESPACE  # noqa: PLC0415  see above
    from server.bus_access import bus_settings, say  # noqa: PLC0415  see above

    settings = bus_settings(nats_url, data_dir, DEFAULT_NAMESPACE, nats_flags)
    payload = file.read()
    headers = {"Nats-Msg-Id": event_id} if event_id else None
    say(settings, subject, payload, headers)
    click.echo(f"published {len(payload)} bytes on {subject} at {settings.shown_url}")
