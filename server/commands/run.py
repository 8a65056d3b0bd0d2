"""`hookline run`: one of any number of equal processes in production."""

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from server import options

_ROLES = ("all", "source", "sensor")


@click.command(
    "run", epilog=options.example("hookline run /etc/hookline --nats nats://nats:4222 --role all")
)
@options.paths(required=False)
@options.nats
@options.nats_login
@options.kubeconfig()
@options.context()
@options.namespace
@options.folders(hidden=True)
@options.lenient
@options.ready_file
@options.log_level
@click.option(
    "--role",
    envvar="HOOKLINE_ROLE",
    type=click.Choice(["all", "source", "sensor"]),
    metavar="ROLE",
    default="all",
    help="all (default), source or sensor.",
)
@options.number("--workers", "HOOKLINE_WORKERS", 1, "Processes that share the ports")
@options.text("--host", "HOOKLINE_HOST", "HOST", "0.0.0.0", "Address to listen on")  # noqa: S104  a pod's
@options.port("--api-port", "HOOKLINE_API_PORT", 7788, "Port of health and metrics")
@options.number("--replicas", "HOOKLINE_REPLICAS", 1, "Copies of each stream")
@options.number("--max-bytes", "HOOKLINE_MAX_BYTES", 1 << 30, "Size of the event stream")
@options.text("--nats-monitor", "HOOKLINE_NATS_MONITOR", "URL", None, "Monitoring of NATS.")
@options.flag("--allow-lossy-bus", "HOOKLINE_ALLOW_LOSSY_BUS", "Accept a stream that drops.")
@options.flag("--take-over", "HOOKLINE_TAKE_OVER", "These Sensors count, though others are later.")
def command(
    paths: tuple[Path, ...], log_level: str, nats_url: str | None, workers: int, **flags: Any
) -> None:
    """Serve the event sources and sensors in PATH (default: .), until SIGTERM."""
    # Imported here, so that --help does not wait for them.
    from server import crew_member, logs  # noqa: PLC0415  see above
    from server.crew import CrewSettings, run_crew  # noqa: PLC0415  see above
    from server.process import run_loop  # noqa: PLC0415  see above
    from server.production import RunSettings, run  # noqa: PLC0415  see above

    place = crew_member.place()
    logs.configure(level=log_level, people=False, worker=place and place.number)
    settings = RunSettings(paths=paths or (Path(),), nats=nats_url, **flags)
    if place is not None:
        file = Path(place.ready_file)
        settings = replace(settings, in_crew=True, api_port=place.api_port, ready_file=file)
    elif workers > 1:
        argv = tuple(sys.argv[1:])
        crew = CrewSettings(workers, argv, settings.host, settings.api_port, settings.ready_file)
        run_loop(partial(run_crew, crew))
        return
    run_loop(partial(run, settings))
