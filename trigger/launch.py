"""Launches a trigger: from the events it waited for to what was made of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hookline.event import Event
from trigger.action import Doors, Due, LeaseLostError, Order, Prepared
from trigger.creation import Reference
from trigger.labels import LabelWait


@dataclass(frozen=True, slots=True)
class Launcher:
    """The ready action of one trigger, as the sensor and `render` use it.

    Attributes:
        labels: what the object is waited for with before it counts as done (`policy.k8s`).
    """

    prepared: Prepared
    labels: LabelWait | None = None

    def order(self, events: Mapping[str, Event], due: Due) -> Order:
        """Return what `events` (by dependency) order; pure. PermanentError if they cannot."""
        return self.prepared.order(events, due)

    async def launch(
        self, order: Order, doors: Doors, lease_is_live: Callable[[], bool], *, repeat: bool
    ) -> dict[str, str] | None:
        """Carry the order out; returns and raises as `Prepared.act`."""
        if not lease_is_live():
            raise LeaseLostError("the lease of the delivery had ended before the action began")
        return await self.prepared.act(order, doors, lease_is_live, repeat=repeat)

    async def settle(self, reference: Reference, doors: Doors, may_wait: Callable[[], bool]) -> str:
        """Wait until what was launched counts as done; returns and raises as `LabelWait.wait`."""
        if self.labels is None:
            return ""
        return await self.labels.wait(doors.cluster(), reference, may_wait)
