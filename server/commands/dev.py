"""`hookline dev`: everything on this machine, with one command."""

from pathlib import Path
from typing import Any

import click

from server import options


@click.command(
    "dev",
    epilog=options.example("hookline dev examples/coinflip"),
)
@options.paths(required=False)
@options.nats
@options.nats_login
@options.kubeconfig(None)
@options.context(None)
@options.data_dir
@options.namespace
@options.folders()
@options.lenient
@options.ready_file
@options.log_level
@options.port("--api-port", "HOOKLINE_API_PORT", 7788, "Port of health and metrics")
@options.port("--nats-port", "HOOKLINE_NATS_PORT", 7789, "Port of the nats-server")
@options.port("--kube-port", "HOOKLINE_KUBE_PORT", 7790, "Port of the sandbox Kubernetes")
def command(paths: tuple[Path, ...], log_level: str, nats_url: str | None, **flags: Any) -> None:
    """Run all of Hookline on this machine, for the manifests in PATH (default: .).

    The sandbox Kubernetes stores Workflows, it runs none; --kubeconfig or --context
    choose a real cluster.
    """
    # Imported here, so that --help does not wait for them.
    from server import logs  # noqa: PLC0415  see above
    from server.dev import Dev, DevSettings  # noqa: PLC0415  see above
    from server.process import run_loop  # noqa: PLC0415  see above

    logs.configure(level=log_level, people=True)
    settings = DevSettings(paths=paths or (Path(),), nats=nats_url, **flags)
    run_loop(Dev(settings).run)
