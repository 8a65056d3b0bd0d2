"""`log`: writes a line about each event, with its data; for a first look and for tests."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog
from pydantic import Field

from hookline.event import Event
from hookline.manifest import Place
from trigger.action import Action, Doors, Due, Order, Prepared, Setting

log = structlog.get_logger(__name__)

_SHOWN = 2048


class Log(Action):
    """Writes one line per event. At least once: a repeat writes it again."""

    interval_seconds: int = Field(
        0, ge=0, description="Has no effect, as in Argo Events; every event is written."
    )

    def compile(self, place: Place, at: Setting) -> Prepared | None:
        """Return the ready action, with a warning about the field that does nothing."""
        if self.interval_seconds:
            (place / "intervalSeconds").warn(
                "intervalSeconds has no effect, here and in Argo Events", code="no-effect"
            )
        return _Log(at)


@dataclass(frozen=True, slots=True)
class _Lines(Order):
    """The events to write, by dependency."""

    events: Mapping[str, Event]


@dataclass(frozen=True, slots=True)
class _Log(Prepared):
    at: Setting

    def order(self, events: Mapping[str, Event], due: Due) -> Order:  # noqa: ARG002  of Prepared
        return _Lines(None, events)

    async def act(
        self,
        order: Order,
        doors: Doors,  # noqa: ARG002  of Prepared
        lease_is_live: Callable[[], bool],  # noqa: ARG002  of Prepared
        *,
        repeat: bool,  # noqa: ARG002  of Prepared
    ) -> dict[str, str] | None:
        if isinstance(order, _Lines):
            for dependency, event in order.events.items():
                self._write(dependency, event)
        return None

    def _write(self, dependency: str, event: Event) -> None:
        text = event.data[:_SHOWN].decode("utf-8", "replace")
        log.info(
            "event",
            sensor=self.at.sensor,
            trigger=self.at.trigger,
            dependency=dependency,
            source=event.source,
            event_name=event.name,
            event_id=event.id,
            data=text + "…" if len(event.data) > _SHOWN else text,
        )
