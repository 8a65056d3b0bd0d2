"""The figures that live on the bus: read when `/metrics` is asked, and kept for health."""

from collections.abc import Iterable

from hookline.errors import TemporaryError
from hookline.eventbus.bus import Bus
from hookline.metrics import Metrics
from server.health import Health


class Gauges:
    """Backlog, oldest age, dead letters, lost events, missing consumers.

    Attributes:
        missing: triggers (`sensor/trigger`) whose consumer was gone when last looked.
    """

    def __init__(self, bus: Bus, metrics: Metrics, health: Health) -> None:
        self._bus = bus
        self._metrics = metrics
        self._health = health
        self.missing: list[str] = []
        self._lost = 0

    async def refresh(self) -> None:
        """Read the bus and set the gauges; a bus that is away leaves them as they were."""
        namespace = self._bus.namespace
        try:
            backlog = await self._bus.consumers.backlog()
            dead = await self._bus.dead_letters.count()
            self.missing = await self._bus.consumers.missing()
            self._lost = await self._bus.starts.lost()
            nobody_wants = await self._bus.consumers.unmatched()
        except TemporaryError:
            return
        for (sensor, trigger), waiting in backlog.items():
            self._metrics.backlog.labels(namespace, sensor, trigger).set(waiting.total)
            self._metrics.oldest.labels(namespace, sensor, trigger).set(waiting.oldest_seconds)
        self._metrics.dead_letters.labels(namespace).set(dead)
        self._metrics.unmatched.labels(namespace).set(nobody_wants)
        self._metrics.lost.labels(namespace).set(self._lost)
        self._metrics.degraded.clear()
        for reason in self._health.degraded_reasons():
            self._metrics.degraded.labels(namespace, reason).set(1)

    def red(self) -> Iterable[str]:
        """Name the consumers that are missing."""
        return [f"the consumer of {who} is missing" for who in self.missing]

    def degraded(self) -> Iterable[str]:
        """Name what was lost."""
        if self._lost:
            yield f"{self._lost} events were removed from the stream before they were finished"
