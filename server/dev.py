"""`hookline dev`: the whole of Hookline and a sandbox in one process tree, on loopback."""

import asyncio
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from hookline.eventbus.login import NOBODY
from hookline.eventbus.settings import BusSettings
from hookline.kube.client import KubeClient
from hookline.kube.config import connect
from server.data_folder import DataFolder
from server.folders import NO_FOLDERS, Folders
from server.manifests import Loaded
from server.nats_login import login_of
from server.options import NatsFlags
from server.playground import Playground, put
from server.process import serve, write_ready_file
from server.reload import Manifests
from server.secret_keeper import SecretKeeper
from server.worker import Worker, WorkerSettings

LOOPBACK = "127.0.0.1"
_DRAIN = 3.0  # Ctrl-C ends all within 5 s


@dataclass(frozen=True, slots=True)
class DevSettings:
    """What `hookline dev` is told by its flags."""

    paths: tuple[Path, ...]
    data_dir: Path
    namespace: str
    lenient: bool = False
    folders: Folders = NO_FOLDERS
    nats: str | None = None
    nats_flags: NatsFlags = field(default_factory=NatsFlags)
    kubeconfig: Path | None = None
    context: str | None = None
    ready_file: Path | None = None
    api_port: int = 0
    nats_port: int = 0
    kube_port: int = 0


class Dev:
    """One run of `hookline dev`."""

    def __init__(self, settings: DevSettings) -> None:
        self._settings = settings
        self._data = DataFolder(settings.data_dir)
        self._playground = Playground()
        self._kubernetes = ""

    async def run(self, stop: asyncio.Event) -> None:
        """Start everything, serve until `stop`, end everything.

        Raises:
            HooklineError: a broken manifest, a port or the data folder in use.
        """
        settings = self._settings
        manifests = Manifests(
            list(settings.paths), settings.namespace, settings.lenient, settings.folders
        )
        loaded = manifests.first(strict=True)
        self._data.take()
        try:
            worker = await self._worker(loaded)
            await serve(worker, manifests, stop, lambda: self._announce(worker))
        finally:
            await self._playground.stop()
            self._data.leave()

    async def _worker(self, loaded: Loaded) -> Worker:
        settings = self._settings
        folder = settings.data_dir.resolve()
        nats = settings.nats or await self._playground.start_nats(
            folder / "nats", settings.nats_port
        )
        kube = await self._kube(folder, loaded)
        login = NOBODY if settings.nats is None else login_of(settings.nats_flags)
        bus = BusSettings(url=nats, namespace=settings.namespace, login=login)

        async def reach() -> KubeClient:
            return kube

        return Worker(
            WorkerSettings(
                bus,
                LOOPBACK,
                settings.api_port,
                namespace=settings.namespace,
                drain=_DRAIN,
                patient=False,
                take_over=True,
            ),
            kube,
            loaded,
            SecretKeeper(loaded.secrets, reach),
        )

    async def _kube(self, folder: Path, loaded: Loaded) -> KubeClient:
        """Return the door to the sandbox, or to the cluster that a flag names."""
        settings = self._settings
        if settings.kubeconfig or settings.context:
            self._kubernetes = settings.context or str(settings.kubeconfig)
            return await connect(kubeconfig=settings.kubeconfig, context=settings.context)
        url = await self._playground.start_sandbox(folder / "sandbox.db", settings.kube_port)
        self._kubernetes = url
        kube = await connect(server_url=url)
        await put(kube, loaded.others, settings.namespace)
        return kube

    async def _announce(self, worker: Worker) -> None:
        addresses: dict[str, Any] = {**worker.addresses, "kubernetes": self._kubernetes}
        # Only this folder, which nobody else may read, is told a password of the address.
        self._data.publish({**addresses, "nats": worker.bus.settings.url})
        write_ready_file(self._settings.ready_file, addresses)
        sandbox = self._playground.sandbox is not None
        click.echo(banner(addresses, str(self._settings.data_dir), sandbox=sandbox))


def banner(addresses: dict[str, Any], data_dir: str, *, sandbox: bool) -> str:
    """Return what a person reads when everything is up: addresses, and what to try."""
    kubernetes = addresses["kubernetes"]
    kind = "Kubernetes (sandbox)" if sandbox else "Kubernetes (yours)"
    lines = [
        "",
        "Hookline is up, on this machine only.",
        "",
        f"  {kind:<21} {kubernetes}",
        f"  {'NATS JetStream':<21} {addresses['nats']}",
        f"  {'health, metrics':<21} {addresses['api']}/readyz?verbose  {addresses['api']}/metrics",
        *(f"  {'webhook':<21} {hook['url']}" for hook in addresses["webhooks"]),
        *_to_try(addresses),
    ]
    if sandbox:
        lines += [
            f"  curl {kubernetes}/apis/argoproj.io/v1alpha1/workflows",
            "",
            "The sandbox stores Workflows and runs none.",
        ]
    return "\n".join([*lines, f"Data stays in {data_dir}; Ctrl-C stops everything.", ""])


def _to_try(addresses: dict[str, Any]) -> list[str]:
    hooks = addresses["webhooks"]
    if not hooks:
        return ["", "No webhook is in these manifests.", ""]
    post = "curl -H 'Content-Type: application/json' -d '{\"message\": \"hello\"}'"
    return [
        "",
        "Try, in another terminal:",
        "",
        f"  {post} {hooks[0]['url']}",
        f"  {_our_name()} explain ID",
    ]


def _our_name() -> str:
    """Return how a person calls this program: by name where PATH has it, else by its path."""
    if shutil.which("hookline"):
        return "hookline"
    program = Path(sys.argv[0])
    return str(program) if program.name == "hookline" else f"{sys.executable} -m server"
