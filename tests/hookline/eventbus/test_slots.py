import asyncio

from hookline.eventbus.slots import Occupant


def workflow(name):
    return Occupant(namespace="default", name=name, event_id=name)


def names(places):
    return [occupant.name for occupant in places.taken]


async def test_places_are_taken_until_all_are(bus):
    await bus.slots.enter("s", "t", workflow("a"), 2)
    assert names(await bus.slots.enter("s", "t", workflow("b"), 2)) == ["a", "b"]
    assert names(await bus.slots.enter("s", "t", workflow("c"), 2)) == ["a", "b"]


async def test_entering_twice_takes_one_place(bus):
    await bus.slots.enter("s", "t", workflow("a"), 2)
    assert names(await bus.slots.enter("s", "t", workflow("a"), 2)) == ["a"]


async def test_many_at_once_never_take_more_than_there_are(bus):
    await asyncio.gather(*(bus.slots.enter("s", "t", workflow(str(n)), 3) for n in range(10)))
    assert len((await bus.slots.places("s", "t")).places.taken) == 3


async def test_what_leaves_makes_room_and_a_stranger_none(bus):
    await bus.slots.enter("s", "t", workflow("a"), 1)
    gone = frozenset({("default", "stranger")})
    assert names(await bus.slots.leave("s", "t", gone)) == ["a"]
    assert names(await bus.slots.leave("s", "t", gone | {("default", "a")})) == []
    assert names(await bus.slots.enter("s", "t", workflow("b"), 1)) == ["b"]


async def test_what_is_found_at_work_is_counted_over_the_limit(bus):
    await bus.slots.enter("s", "t", workflow("a"), 1)
    found = (workflow("a"), workflow("b"))
    assert names(await bus.slots.adopt("s", "t", found, 1)) == ["a", "b"]


async def test_triggers_have_places_of_their_own_and_forget_removes_them(bus):
    await bus.slots.enter("s", "t", workflow("a"), 1)
    await bus.slots.enter("s", "u", workflow("b"), 1)
    assert len(await bus.slots.all()) == 2
    await bus.slots.forget("s", "t")
    assert [places.trigger for places in await bus.slots.all()] == ["u"]
