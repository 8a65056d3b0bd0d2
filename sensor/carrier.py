"""Carries an order out: made once, that put on record, then waited for as `policy.k8s` asks.

What is on record as made is not made again, even when it is gone by then: an attempt that fails
while it waits, and a process that dies, are followed by one that goes on waiting.
"""

from dataclasses import dataclass, replace

from hookline.decision import Verdict
from hookline.errors import PermanentError, TemporaryError
from hookline.eventbus.pull import Delivery
from sensor.desk import Desk
from sensor.gate import Gate
from sensor.occupancy import Occupancy
from sensor.party import Party
from trigger.action import Doors, Due
from trigger.creation import Reference
from trigger.spec import Trigger


@dataclass(frozen=True, slots=True)
class Carried:
    """How far an order was carried.

    Attributes:
        party: the events, with what stands on record about the delivered one now.
        reference: the object that was made or changed, None where there is none.
        remark: why it counts as done although the labels are not there; or empty.
        error: why it is not done; None when it is.
    """

    party: Party
    reference: Reference | None = None
    remark: str = ""
    error: TemporaryError | PermanentError | None = None


class Carrier:
    """Carries out the orders of one trigger, and of its dlqTrigger."""

    def __init__(self, desk: Desk, doors: Doors, gate: Gate) -> None:
        self._desk = desk
        self._doors = doors
        self._gate = gate

    async def carry(
        self,
        trigger: Trigger,
        delivery: Delivery,
        party: Party,
        due: Due,
        occupancy: Occupancy | None = None,
    ) -> Carried:
        """Carry out what `trigger` orders for `party`, once; `occupancy` has to have room for it.

        Raises:
            LeaseLostError: nothing is to be said, the delivery comes again.
            BusError: what was made could not be put on record.
        """
        reference = _made(party)
        if reference is None:
            try:
                reference = await self._make(trigger, delivery, party, due, occupancy)
            except (TemporaryError, PermanentError) as error:
                return Carried(party, error=error)
            if reference is None or trigger.launcher.labels is None:
                return Carried(party, reference)
            party = await self._note(party, reference)
        return await self._wait(trigger, delivery, Carried(party, reference))

    async def _make(
        self,
        trigger: Trigger,
        delivery: Delivery,
        party: Party,
        due: Due,
        occupancy: Occupancy | None,
    ) -> Reference | None:
        order = trigger.launcher.order(party.events, due)
        if occupancy is not None:
            order = await order.filled(self._doors)  # its name is known only then
            await occupancy.enter(order, party.delivered.record)
        try:
            return await trigger.launcher.launch(
                order, self._doors, delivery.lease_is_live, repeat=party.repeat
            )
        finally:
            if occupancy is not None:
                occupancy.done(order)

    async def _note(self, party: Party, reference: Reference) -> Party:
        """Put on record that the object is made."""
        last = party.before.decision if party.before is not None else None
        made = party.delivered.record.made(last, reference)
        return replace(party, before=await self._desk.store(made, party.before))

    async def _wait(self, trigger: Trigger, delivery: Delivery, carried: Carried) -> Carried:
        if carried.reference is None:
            return carried

        def may_wait() -> bool:
            # Who has to run alone waits for all others, and they for it.
            return delivery.lease_is_live() and not self._gate.is_wanted

        try:
            remark = await trigger.launcher.settle(carried.reference, self._doors, may_wait)
        except (TemporaryError, PermanentError) as error:
            return replace(carried, error=error)
        return replace(carried, remark=remark)


def _made(party: Party) -> Reference | None:
    """Return the object that an earlier attempt has made, where that is on record."""
    before = party.before.decision if party.before is not None else None
    return before.object if before is not None and before.verdict is Verdict.RETRYING else None
