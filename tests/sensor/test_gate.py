"""Who may work in a process: many, or one alone."""

import asyncio

import pytest

from sensor.gate import Gate


async def let_others_run():
    for _ in range(5):
        await asyncio.sleep(0)


class Visit:
    """A task that enters, stays until told, and leaves."""

    def __init__(self, entrance) -> None:
        self.inside = False
        self._leave = asyncio.Event()
        self.task = asyncio.create_task(self._stay(entrance))

    async def _stay(self, entrance):
        async with entrance:
            self.inside = True
            await self._leave.wait()
        self.inside = False

    async def leave(self):
        self._leave.set()
        await self.task


async def test_many_are_in_at_a_time():
    gate = Gate()
    visits = [Visit(gate.among()) for _ in range(3)]
    await let_others_run()
    assert all(visit.inside for visit in visits)
    for visit in visits:
        await visit.leave()


async def test_one_alone_waits_for_the_others_and_keeps_new_ones_out():
    gate = Gate()
    first = Visit(gate.among())
    await let_others_run()
    alone, late = Visit(gate.alone()), None
    await let_others_run()
    assert not alone.inside
    late = Visit(gate.among())
    await first.leave()
    await let_others_run()
    assert (alone.inside, late.inside) == (True, False)
    await alone.leave()
    await let_others_run()
    assert late.inside
    await late.leave()


async def test_two_that_must_be_alone_take_turns():
    gate = Gate()
    one, two = Visit(gate.alone()), Visit(gate.alone())
    await let_others_run()
    assert (one.inside, two.inside) == (True, False)
    await one.leave()
    await let_others_run()
    assert two.inside
    await two.leave()


async def test_who_is_cancelled_while_waiting_to_be_alone_lets_the_others_in():
    gate = Gate()
    first = Visit(gate.among())
    await let_others_run()
    alone = Visit(gate.alone())
    await let_others_run()
    alone.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await alone.task
    second = Visit(gate.among())
    await let_others_run()
    assert second.inside
    await first.leave()
    await second.leave()


async def test_who_has_to_run_alone_is_seen_by_those_who_wait():
    gate = Gate()
    assert not gate.is_wanted
    async with gate.among():
        alone = asyncio.create_task(_alone(gate))
        await asyncio.sleep(0)
        assert gate.is_wanted
    await alone
    assert not gate.is_wanted


async def _alone(gate):
    async with gate.alone():
        assert gate.is_wanted
