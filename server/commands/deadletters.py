"""`hookline deadletters`: what was given up: listed, looked at, sent to its trigger once more."""

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from server import options

if TYPE_CHECKING:
    from hookline.eventbus.bus import Bus
    from hookline.eventbus.redrive import Letter
    from hookline.eventbus.settings import BusSettings

_where = click.option(
    "--where",
    envvar="HOOKLINE_WHERE",
    multiple=True,
    metavar="FIELD=TEXT",
    help="Only these (* is any text): sensor=, trigger=, source=, reason= …",
)


@click.group(
    "deadletters", epilog=options.example("hookline deadletters list --where reason=Parameter")
)
def command() -> None:
    """See what was given up, and send it to its trigger once more."""


@command.command("list", epilog=options.example("hookline deadletters list --where sensor=push"))
@options.nats
@options.nats_login
@options.data_dir
@options.namespace
@_where
@options.output("text", "json")
def list_(
    nats_url: str | None,
    nats_flags: options.NatsFlags,
    data_dir: Path,
    namespace: str,
    where: tuple[str, ...],
    output: str,
) -> None:
    """List the dead letters, oldest first: number, when, trigger, event, why."""
    from server.bus_access import ask, bus_settings  # noqa: PLC0415  --help does not wait for it
    from server.letters import line  # noqa: PLC0415  same

    chosen = _chooser(where)
    settings = bus_settings(nats_url, data_dir, namespace, nats_flags)
    found = ask(settings, lambda bus: _choose(bus, chosen))
    if output == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(found)))
    else:
        click.echo("\n".join(map(line, found)) or "no dead letters")


@command.command("show", epilog=options.example("hookline deadletters show 7"))
@click.argument("number", metavar="NUMBER", type=int)
@options.nats
@options.nats_login
@options.data_dir
@options.namespace
@options.output("text", "json")
@click.pass_context
def show(
    ctx: click.Context,
    number: int,
    nats_url: str | None,
    nats_flags: options.NatsFlags,
    data_dir: Path,
    namespace: str,
    output: str,
) -> None:
    """Show one dead letter with its event. Exits with 1 if there is none."""
    from hookline.eventbus.redrive import body  # noqa: PLC0415  --help does not wait for it
    from server.bus_access import ask, bus_settings  # noqa: PLC0415  same
    from server.letters import as_json, as_text  # noqa: PLC0415  same

    async def look(bus: "Bus") -> "tuple[Letter, bytes | None] | None":
        found = await _choose(bus, lambda letter: letter.number == number)
        return (found[0], await body(bus, found[0])) if found else None

    found = ask(bus_settings(nats_url, data_dir, namespace, nats_flags), look)
    if found is None:
        click.echo(f"there is no dead letter {number}: hookline deadletters list", err=True)
        ctx.exit(1)
    if output == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(as_json(*found))))
    else:
        click.echo(as_text(*found))


@command.command("redrive", epilog=options.example("hookline deadletters redrive --where id=o-7"))
@click.argument("numbers", metavar="[NUMBER]...", nargs=-1, type=int)
@options.nats
@options.nats_login
@options.data_dir
@options.namespace
@_where
@options.flag("--all", "HOOKLINE_ALL", "All of them.")
@options.flag("--dry-run", "HOOKLINE_DRY_RUN", "Only say what would be done.")
@click.pass_context
def redrive(  # noqa: PLR0913  its flags
    ctx: click.Context,
    numbers: tuple[int, ...],
    *,
    nats_url: str | None,
    nats_flags: options.NatsFlags,
    data_dir: Path,
    namespace: str,
    where: tuple[str, ...],
    all: bool,  # noqa: A002  the flag's name
    dry_run: bool,
) -> None:
    """Send dead letters to the trigger that gave them up, once more.

    No other trigger sees them. What worked meanwhile is not done again, so the
    command can be repeated. Exits with 1 unless every chosen one was sent.
    """
    from server.bus_access import bus_settings  # noqa: PLC0415  --help does not wait for it

    if not (numbers or where or all):
        raise click.UsageError("say which: NUMBER, --where FIELD=TEXT or --all")
    meets = _chooser(where)
    settings = bus_settings(nats_url, data_dir, namespace, nats_flags)
    outcomes = _redrive(
        settings,
        lambda letter: meets(letter) and (not numbers or letter.number in numbers),
        dry=dry_run,
    )
    for outcome, count in outcomes.items():
        would = "would be " if dry_run and outcome == "sent" else ""
        click.echo(f"{count} {would}{outcome}")
    if not outcomes:
        click.echo("no such dead letter")
    named_but_missing = len(set(numbers)) > outcomes.total()
    ctx.exit(int(named_but_missing or not set(outcomes) <= {"sent", "settled already"}))


def _redrive(
    settings: "BusSettings", chosen: "Callable[[Letter], bool]", *, dry: bool
) -> Counter[str]:
    from hookline.eventbus import redrive as letters  # noqa: PLC0415  --help does not wait for it
    from server.bus_access import ask  # noqa: PLC0415  same

    async def work(bus: "Bus") -> Counter[str]:
        outcomes: Counter[str] = Counter()
        found = await _choose(bus, chosen)
        with click.progressbar(length=len(found), label="redriving", file=sys.stderr) as bar:
            for letter in found:
                outcomes[await letters.redrive(bus, letter, dry=dry)] += 1
                bar.update(1)
        return outcomes

    return ask(settings, work)


def _chooser(where: tuple[str, ...]) -> "Callable[[Letter], bool]":
    from server.letters import chooser  # noqa: PLC0415  --help does not wait for it

    try:
        return chooser(where)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--where") from error


async def _choose(bus: "Bus", chosen: "Callable[[Letter], bool]") -> "list[Letter]":
    from hookline.eventbus.redrive import letters  # noqa: PLC0415  --help does not wait for it

    return [letter async for letter in letters(bus) if chosen(letter)]
