"""Kept connections: opened once for the same settings, bounded, closed at the end."""

import asyncio

import pytest

from hookline.errors import TemporaryError
from trigger.clients import Clients


class Line:
    def __init__(self):
        self.alive = True
        self.closed = 0

    async def close(self):
        self.closed += 1


@pytest.fixture
def made():
    return []


@pytest.fixture
def connect(made):
    async def _connect():
        await asyncio.sleep(0)
        made.append(Line())
        return made[-1]

    return _connect


async def test_many_who_ask_at_a_time_share_one(made, connect):
    clients = Clients()

    async def _use():
        async with clients.use("a", connect) as line:
            return line

    assert len(set(await asyncio.gather(*(_use() for _ in range(9))))) == len(made) == 1
    await clients.close()
    assert made[0].closed == 1


async def test_a_broken_one_is_closed_and_replaced(made, connect):
    clients = Clients()
    async with clients.use("a", connect) as line:
        line.alive = False
    async with clients.use("a", connect) as line:
        assert line is made[1]
    assert [each.closed for each in made] == [1, 0]


async def test_one_that_did_not_open_is_tried_anew(made, connect):
    clients = Clients()

    async def _refuse():
        raise TemporaryError("nobody there")

    with pytest.raises(TemporaryError):
        async with clients.use("a", _refuse):
            pass
    async with clients.use("a", connect):
        assert len(made) == 1


async def test_too_many_close_the_one_that_was_used_longest_ago_and_is_free(made, connect):
    clients = Clients(most=2)
    async with clients.use("a", connect):
        for key in "bcd":
            async with clients.use(key, connect):
                pass
        assert [each.closed for each in made] == [0, 1, 1, 0]
    async with clients.use("d", connect):
        assert len(made) == 4


async def test_one_who_stops_waiting_does_not_end_it_for_the_others(made):
    clients = Clients()
    go = asyncio.Event()

    async def _slow():
        await go.wait()
        made.append(Line())
        return made[-1]

    async def _use():
        async with clients.use("a", _slow) as line:
            return line

    first, second = asyncio.create_task(_use()), asyncio.create_task(_use())
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first])
    go.set()
    assert await second is made[0]
    await clients.close()


async def test_what_is_still_being_opened_ends_with_the_rest(connect):
    clients = Clients()

    async def _never():
        await asyncio.Event().wait()

    waiting = asyncio.create_task(clients.use("a", _never).__aenter__())
    await asyncio.sleep(0)
    await clients.close()
    await asyncio.wait([waiting], timeout=10)
    assert waiting.cancelled()
