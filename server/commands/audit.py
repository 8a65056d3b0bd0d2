"""`hookline audit`: adds up what was stored against what was decided."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from hookline.duration import parse_duration
from server import options

if TYPE_CHECKING:
    from hookline.eventbus.ledger import Ledger


@click.command("audit", epilog=options.example("hookline audit --since 1h"))
@options.nats
@options.nats_login
@options.data_dir
@options.namespace
@click.option(
    "--since", envvar="HOOKLINE_SINCE", metavar="TIME", help="Only events of the last 30m, 1h …"
)
@options.output("text", "json")
@click.pass_context
def command(
    ctx: click.Context,
    nats_url: str | None,
    nats_flags: options.NatsFlags,
    data_dir: Path,
    namespace: str,
    since: str | None,
    output: str,
) -> None:
    """Add up every stored event against its decisions, for every trigger.

    Counts (event, trigger, dependency) triples of the events that are still in
    the stream. Exits with 1 unless lost and unaccounted are 0.
    """
    # Imported here, so that --help does not wait for them.
    from hookline.eventbus.ledger import audit  # noqa: PLC0415  see above
    from server.bus_access import ask, bus_settings  # noqa: PLC0415  see above

    begin = None if since is None else time.time() - _seconds(since)
    settings = bus_settings(nats_url, data_dir, namespace, nats_flags)
    ledger = ask(settings, lambda bus: audit(bus, begin))
    if output == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(ledger.as_json())))
    else:
        click.echo(as_text(ledger))
    ctx.exit(int(bool(ledger.lost or ledger.unaccounted)))


def _seconds(text: str) -> float:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--since") from error


def as_text(ledger: "Ledger") -> str:
    """Return the table that people read: a line for each trigger, then the totals."""
    lines = []
    for (sensor, trigger), counts in sorted(ledger.triggers.items()):
        parts = [f"{count} {name}" for name, count in counts.items() if count]
        lines.append(f"{sensor}/{trigger}: {', '.join(parts) or 'nothing yet'}")
        if counts.get("pending"):
            who = f"{sensor}/{trigger}"
            lines.append(f"  (is {who} gone for good? only then: hookline forget {who})")
    totals = ledger.as_json()
    lines += [f"{name:<13}{count:>9}" for name, count in totals.items()]
    lines += [f"unaccounted: {gap}" for gap in ledger.gaps]
    return "\n".join(lines)
