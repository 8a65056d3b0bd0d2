"""One Hookline process at work: bus, sensors, sources, health and metrics, by its role."""

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import structlog

from eventsource.runner import SourceRunner
from eventsource.spec import EventSource
from hookline.errors import HooklineError, TemporaryError
from hookline.eventbus.bus import Bus
from hookline.eventbus.janitor import Janitor
from hookline.eventbus.settings import BusSettings
from hookline.kube.client import KubeClient
from hookline.manifest import Named
from hookline.metrics import Metrics
from hookline.names import DEFAULT_NAMESPACE
from sensor.roster import Roster
from sensor.spec import Sensor
from server.api import create_api
from server.gauges import Gauges
from server.health import Health
from server.manifests import Loaded
from server.secret_keeper import SecretKeeper
from server.web import WebServer
from trigger.action import Doors
from trigger.config_maps import ConfigMaps

log = structlog.get_logger(__name__)

type Role = Literal["all", "source", "sensor"]

_RETRY_SECONDS = 1.0
_LOOK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What a process is told.

    Attributes:
        host: address that webhooks and the API listen on; api_host: another for the API.
        api_port: port of the API (0: any).
        drain: seconds that a stop may take to finish what is held.
        take_over: these manifests are the current ones, though another process has later ones.
        share_ports: other processes of this crew listen on the webhooks' ports as well.
        patient: keep trying for a webhook's port that is taken, red, instead of giving up.
    """

    bus: BusSettings
    host: str
    api_port: int
    role: Role = "all"
    namespace: str = DEFAULT_NAMESPACE
    drain: float = 20.0
    patient: bool = True
    take_over: bool = False
    share_ports: bool = False
    api_host: str | None = None


class Worker:
    """A process at work, from `start` to `drain`."""

    def __init__(
        self,
        settings: WorkerSettings,
        kube: KubeClient | None,
        loaded: Loaded,
        keeper: SecretKeeper,
    ) -> None:
        self._settings = settings
        self._loaded = loaded
        self._kube = kube
        self.metrics = Metrics(settings.namespace)
        self.health = Health()
        self.bus = Bus(settings.bus)
        self._secrets = loaded.secrets
        self._keeper = keeper
        config_maps = ConfigMaps(local=loaded.config_maps)
        self._doors = Doors(kube=kube, secrets=loaded.secrets, config_maps=config_maps)
        self._roster = Roster(self.bus, self._doors, self.metrics, take_over=settings.take_over)
        self._sources = SourceRunner(
            self.bus.publish_event,
            host=settings.host,
            secrets=loaded.secrets,
            metrics=self.metrics,
            shared=settings.share_ports,
        )
        self._janitor = Janitor(self.bus)
        self._gauges = Gauges(self.bus, self.metrics, self.health)
        api = create_api(self.health, self.metrics, self._gauges.refresh)
        api_host = settings.api_host or settings.host
        self._web = WebServer(api, api_host, settings.api_port, "the API", "--api-port")
        self._tasks: list[asyncio.Task[None]] = []
        self._bound = False
        self._draining = False

    @property
    def _senses(self) -> bool:
        return self._settings.role in ("all", "sensor")

    @property
    def _listens(self) -> bool:
        return self._settings.role in ("all", "source")

    async def start(self) -> None:
        """Start everything; returns when consumers exist and sources listen.

        Raises:
            HooklineError: a port is taken, or the bus's settings break a promise.
        """
        self.health.red.append(self._red)
        self.health.degraded.append(self._degraded)
        await self._web.start()
        await self._keeper.follow(self._named())
        # Before the bus, whose login may be what is put there late.
        self._tasks = [asyncio.create_task(self._keeper.run(), name="the look at secrets")]
        await self.bus.start()
        await self._apply(self._loaded)
        self._bound = True
        self._tasks += [
            asyncio.create_task(self._janitor.run(), name="the janitor"),
            asyncio.create_task(self._look_after(), name="the look at the bus"),
        ]

    async def _look_after(self) -> None:
        """Keep what health needs fresh, and make consumers again that somebody removed."""
        while True:
            await self._gauges.refresh()
            if self._gauges.missing:
                log.warning("consumers are missing", triggers=self._gauges.missing, every="missing")
                with contextlib.suppress(HooklineError):  # told by what stays red
                    await self._consumers(self._loaded)
            await asyncio.sleep(_LOOK_SECONDS)

    async def reload(self, loaded: Loaded) -> None:
        """Go on with other manifests: consumers first, then sources; nothing in hand is dropped."""
        self._loaded = loaded
        self._secrets.local = loaded.secrets.local
        self._doors.config_maps.local = loaded.config_maps
        await self._keeper.follow(self._named())
        await self._apply(loaded)

    def _named(self) -> list[tuple[str, Named]]:
        """Return what this process needs of others, each with the namespace of who names it."""
        loaded = self._loaded
        owners: list[EventSource | Sensor] = [*loaded.sources] if self._listens else []
        owners += loaded.sensors if self._senses else []
        return [(owner.namespace, named) for owner in owners for named in owner.named]

    async def _apply(self, loaded: Loaded) -> None:
        """Consumers of every Sensor exist before any source listens; the bus may take its time."""
        while True:
            try:
                await self._consumers(loaded)
                break
            except TemporaryError as error:
                log.warning("waiting for the bus", error=str(error), every="waiting for the bus")
                await asyncio.sleep(_RETRY_SECONDS)
        if not self._listens:
            return
        if self._bound or self._settings.patient:
            await self._sources.replace(loaded.sources)
        else:
            await self._sources.start(loaded.sources)

    async def _consumers(self, loaded: Loaded) -> None:
        if self._senses:
            await self._roster.replace(loaded.sensors)
        else:
            await self._roster.bind(loaded.sensors)

    def _red(self) -> Iterable[str]:
        if self._draining:
            yield "stopping"
        if problem := self.bus.problem:
            yield problem
        elif not self._bound:
            yield "starting: consumers are not bound yet"
        if self._senses:
            yield from (f"trigger {who}: {why}" for who, why in self._roster.problems().items())
        if self._listens:
            listening = self._sources.listening()
            yield from (f"source {who}: {why}" for who, why in listening.items() if why)
        yield from self._gauges.red()
        yield from (f"{task.get_name()} has died" for task in self._tasks if task.done())

    def _degraded(self) -> Iterable[str]:
        yield from (f"refused manifest {name}" for name in self._loaded.refused)
        yield from self._keeper.problems()
        yield from self.bus.degraded
        yield from self._janitor.pinned
        resting = self._roster.resting()
        yield from (f"sensor {name} rests: {why}" for name, why in resting.items())
        refusing = self._roster.refusing_targets()
        yield from (f"trigger {who}: {why}" for who, why in refusing.items())
        yield from self._gauges.degraded()

    @property
    def addresses(self) -> dict[str, object]:
        """Where everything listens, in the form of `--ready-file` (without `kubernetes`)."""
        webhooks = self._sources.urls() if self._listens else []
        return {"nats": self._settings.bus.shown_url, "api": self._web.url, "webhooks": webhooks}

    async def drain(self) -> None:
        """Stop accepting, finish or put back what is held, and end."""
        self._draining = True
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self._listens:
            await self._sources.drain(self._settings.drain / 2)
        await self._roster.drain(self._settings.drain / 2)
        await self._web.stop()
        await self.bus.close()
        await self._doors.close()
        await self._keeper.close()
        if self._kube is not None:
            await self._kube.close()
