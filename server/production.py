"""`hookline run`: one of any number of equal processes beside a NATS and a Kubernetes of yours."""

import asyncio
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import structlog

from hookline.errors import ManifestError
from hookline.eventbus.settings import BusSettings
from hookline.kube.client import KubeClient
from hookline.kube.config import connect
from server.crew_member import end_with_parent
from server.durability import durability
from server.folders import NO_FOLDERS, Folders
from server.manifests import Loaded
from server.nats_login import login_of
from server.options import NatsFlags
from server.process import serve, write_ready_file
from server.reload import Manifests
from server.secret_keeper import SecretKeeper
from server.worker import Role, Worker, WorkerSettings

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What `hookline run` is told by its flags; `in_crew`: by a parent, with others like it."""

    paths: tuple[Path, ...]
    role: Role
    namespace: str
    host: str
    api_port: int
    nats: str | None = None
    nats_flags: NatsFlags = field(default_factory=NatsFlags)
    replicas: int = 1
    max_bytes: int = 1 << 30
    nats_monitor: str | None = None
    allow_lossy_bus: bool = False
    take_over: bool = False
    lenient: bool = False
    folders: Folders = NO_FOLDERS
    kubeconfig: Path | None = None
    context: str | None = None
    ready_file: Path | None = None
    in_crew: bool = False


async def run(settings: RunSettings, stop: asyncio.Event) -> None:
    """Serve until `stop`, then drain. One of a crew also ends when its parent is gone.

    Raises:
        HooklineError: no bus is named, or its settings break a promise; a port is taken.
    """
    if settings.in_crew:
        end_with_parent(stop.set)
    manifests = Manifests(
        list(settings.paths), settings.namespace, settings.lenient, settings.folders
    )
    loaded = manifests.first(strict=False)
    if loaded.others:
        kinds = ", ".join(sorted({document.kind for document in loaded.others}))
        log.info("left alone: objects of other kinds", kinds=kinds)
    way = partial(connect, kubeconfig=settings.kubeconfig, context=settings.context)
    kube = None if settings.role == "source" else await way()

    async def reach() -> KubeClient:
        return kube or await way()

    bus = loaded.bus
    of_the_bus = [] if bus is None else [(bus.namespace, each) for each in bus.named]
    keeper = SecretKeeper(loaded.secrets, reach, of_the_bus)
    worker = Worker(_worker_settings(settings, loaded), kube, loaded, keeper)

    async def announce() -> None:
        kubernetes = kube.url if kube is not None else ""
        log.info("ready", role=settings.role, **await durability(worker.bus.settings))
        write_ready_file(settings.ready_file, {**worker.addresses, "kubernetes": kubernetes})

    await serve(worker, manifests, stop, announce)


def _worker_settings(settings: RunSettings, loaded: Loaded) -> WorkerSettings:
    url = settings.nats or (loaded.bus.url if loaded.bus is not None else None)
    if url is None:
        raise ManifestError(
            "no NATS is named: give --nats URL (or HOOKLINE_NATS_URL), "
            "or an EventBus with jetstreamExotic.url among the manifests"
            " (one with jetstream needs Argo Events' controller)"
        )
    bus = BusSettings(
        url=url,
        namespace=settings.namespace,
        replicas=settings.replicas,
        max_bytes=settings.max_bytes,
        allow_lossy=settings.allow_lossy_bus,
        monitor_url=settings.nats_monitor,
        login=login_of(settings.nats_flags, loaded.bus, loaded.secrets),
    )
    return WorkerSettings(
        bus,
        settings.host,
        settings.api_port,
        settings.role,
        settings.namespace,
        take_over=settings.take_over,
        share_ports=settings.in_crew,
        api_host="127.0.0.1" if settings.in_crew else None,
    )
