import asyncio

import pytest
from bus_work import a_plan, an_event, eventually, info, publish, take
from structlog.testing import capture_logs

from hookline.eventbus import cursors
from hookline.eventbus.janitor import PINNED_AFTER, Janitor
from hookline.eventbus.pull import Puller


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


async def state(bus):
    return await cursors.state(bus.connection, "default")


async def record(bus, trigger="t"):
    return (await bus.starts.trigger("s", trigger)).record


async def foreign_consumer(bus, name="argo", **config):
    settings = {"durable_name": name, "ack_policy": "explicit", "deliver_policy": "all", **config}
    body = {"stream_name": "default", "config": settings}
    await bus.connection.api(f"CONSUMER.CREATE.default.{name}", body)
    return name


@pytest.fixture
async def bus(make_bus):
    """A bus that keeps no history."""
    return await make_bus(history=0.0)


@pytest.fixture
def janitor(bus):
    return Janitor(bus)


async def test_a_round_keeps_how_far_each_trigger_is(bus, janitor):
    bound = await bus.consumers.bind(a_plan())
    await publish(bus, "a", "b", "c")
    await take(bus, bound.consumer, 3, finish=lambda delivery: delivery.sequence != 2)
    await janitor.sweep()
    assert (await record(bus)).floor == 1


async def test_a_quiet_trigger_is_as_far_as_the_stream(bus, janitor):
    await bus.consumers.bind(a_plan("hook/push"))
    await publish(bus, "a", "b", name="pull")
    await janitor.sweep()
    assert (await record(bus)).floor == 2


async def test_what_all_have_finished_is_purged(bus, janitor):
    bound = await bus.consumers.bind(a_plan())
    await publish(bus, "a", "b", "c")
    await take(bus, bound.consumer, 2)
    assert await janitor.sweep() == 3
    assert (await state(bus)).first == 3
    assert await janitor.sweep() is None


async def test_what_one_trigger_has_not_finished_is_kept(bus, janitor):
    quick = await bus.consumers.bind(a_plan(trigger="quick"))
    slow = await bus.consumers.bind(a_plan(trigger="slow"))
    await publish(bus, "a", "b", "c")
    await take(bus, quick.consumer, 3)
    assert await janitor.sweep() is None
    await take(bus, slow.consumer, 3, finish=lambda delivery: delivery.sequence != 2)
    assert await janitor.sweep() == 2
    assert (await state(bus)).first == 2


async def test_what_a_consumer_of_others_has_not_finished_is_kept(bus, janitor):
    bound = await bus.consumers.bind(a_plan())
    argo = await foreign_consumer(bus)
    await publish(bus, "a", "b", "c")
    await take(bus, bound.consumer, 3)
    assert await janitor.sweep() is None
    await take(bus, argo, 2)
    assert await janitor.sweep() == 3


async def test_what_a_trigger_needs_whose_consumer_is_missing_is_kept(bus, janitor):
    plan = a_plan()
    bound = await bus.consumers.bind(plan)
    await publish(bus, "a", "b")
    await bus.connection.api(f"CONSUMER.DELETE.default.{bound.consumer}")
    assert await janitor.sweep() is None
    again = await bus.consumers.bind(plan)
    assert len(await take(bus, again.consumer, 2)) == 2


async def test_nothing_is_purged_when_the_list_of_consumers_is_not_complete(
    bus, janitor, monkeypatch
):
    """A consumer appeared while the list was read."""
    bound = await bus.consumers.bind(a_plan())
    await publish(bus, "a")
    await take(bus, bound.consumer, 1)
    names = cursors.names

    async def one_more(*args):
        return {*await names(*args), "another"}

    monkeypatch.setattr(cursors, "names", one_more)
    assert await janitor.sweep() is None
    assert (await state(bus)).first == 1
    assert (await record(bus)).floor == 0
    monkeypatch.undo()
    assert await janitor.sweep() == 2


async def test_finished_events_stay_as_long_as_the_history(make_bus):
    bus = await make_bus(history=3600.0)
    bound = await bus.consumers.bind(a_plan())
    await publish(bus, "a", "b")
    await take(bus, bound.consumer, 2)
    assert await Janitor(bus).sweep() is None
    assert (await state(bus)).messages == 2


async def test_the_history_has_at_most_half_of_the_bytes(make_bus):
    limit = 256 * 1024
    bus = await make_bus(history=3600.0, max_bytes=limit)
    bound = await bus.consumers.bind(a_plan())
    sizes = [10_000] * 14 + [1_000] * 30
    for number, size in enumerate(sizes):
        data = b'"%s"' % (b"x" * size)
        await bus.publish_event(an_event(str(number), data=data), made_id=True)
    await take(bus, bound.consumer, len(sizes))
    assert await Janitor(bus).sweep() is not None
    left = await state(bus)
    assert 0.35 * limit < left.size <= limit / 2
    assert left.last == len(sizes)


async def test_the_limit_of_the_history_never_removes_what_is_unfinished(make_bus):
    bus = await make_bus(history=3600.0, max_bytes=64 * 1024)
    bound = await bus.consumers.bind(a_plan())
    for number in range(50):
        await bus.publish_event(an_event(str(number), data=b'"%s"' % (b"x" * 800)), made_id=True)
    await take(bus, bound.consumer, 10)
    await Janitor(bus).sweep()
    assert (await state(bus)).first == 11
    assert len(await take(bus, bound.consumer, 40)) == 40


async def test_events_that_left_before_they_were_finished_are_counted_once(make_bus, bus, janitor):
    bound = await bus.consumers.bind(a_plan())
    await publish(bus, *"abcdef")
    await take(bus, bound.consumer, 2)
    await janitor.sweep()
    await bus.connection.api("STREAM.PURGE.default", {"seq": 6})
    other = Janitor(await make_bus(history=0.0))
    await asyncio.gather(janitor.sweep(), other.sweep())
    await janitor.sweep()
    assert await bus.starts.lost() == 3


async def test_rounds_of_several_janitors_count_nothing_as_lost(make_bus, bus):
    janitors = [Janitor(await make_bus(history=0.0)) for _ in range(3)]
    bound = await bus.consumers.bind(a_plan())
    for round_ in range(5):
        await publish(bus, *(f"{round_}-{number}" for number in range(10)))
        await take(bus, bound.consumer, 10)
        await asyncio.gather(*(janitor.sweep() for janitor in janitors))
    assert await bus.starts.lost() == 0
    assert (await state(bus)).messages == 0


@pytest.mark.parametrize(("finished", "lost"), [(8, 0), (2, 1)])
async def test_a_stream_that_drops_by_itself_loses_only_what_was_not_finished(
    connection, make_bus, finished, lost
):
    config = {
        "name": "default",
        "subjects": ["default.*.*"],
        "discard": "old",
        "max_msgs": 5,
        "storage": "file",
    }
    await connection.api("STREAM.CREATE.default", config)
    bus = await make_bus(allow_lossy=True)
    bound = await bus.consumers.bind(a_plan())
    await publish(bus, *"abcde")
    await take(bus, bound.consumer, min(finished, 5))
    await publish(bus, *"fgh")
    if finished > 5:
        await take(bus, bound.consumer, finished - 5)
    await Janitor(bus).sweep()
    assert await bus.starts.lost() == lost


async def test_a_trigger_that_nobody_works_on_for_an_hour_is_named_with_what_removes_it(bus):
    clock = Clock()
    janitor = Janitor(bus, clock)
    await bus.consumers.bind(a_plan())
    await publish(bus, "a")
    await janitor.sweep()
    clock.now += PINNED_AFTER - 1
    await janitor.sweep()
    assert janitor.pinned == []
    clock.now += 2
    await janitor.sweep()
    (line,) = janitor.pinned
    assert "`hookline forget s/t`" in line


async def test_a_consumer_of_others_that_is_in_the_way_is_named_too(bus):
    clock = Clock()
    janitor = Janitor(bus, clock)
    await foreign_consumer(bus)
    await publish(bus, "a")
    await janitor.sweep()
    clock.now += PINNED_AFTER
    await janitor.sweep()
    (line,) = janitor.pinned
    assert "consumer argo" in line


async def test_a_trigger_whose_event_is_delivered_again_and_again_is_not_named(bus):
    clock = Clock()
    janitor = Janitor(bus, clock)
    bound = await bus.consumers.bind(a_plan())
    await publish(bus, "a", "b", "c")
    for _ in range(3):
        await take(bus, bound.consumer, 1, finish=lambda _: False)
        await janitor.sweep()
        clock.now += PINNED_AFTER
    assert janitor.pinned == []


async def test_a_trigger_that_somebody_pulls_for_is_not_named(bus):
    async def handle(delivery):
        delivery.ack()

    clock = Clock()
    janitor = Janitor(bus, clock)
    bound = await bus.consumers.bind(a_plan(serial=True))
    await publish(bus, "a", "b")
    await take(bus, bound.consumer, 1, finish=lambda _: False)
    puller = Puller(bus.connection, "default", bound.consumer, handle, lambda: 1)
    await puller.start()

    async def waiting():
        return (await info(bus, bound.consumer))["num_waiting"]

    try:
        for _ in range(3):
            await eventually(waiting)
            await janitor.sweep()
            clock.now += PINNED_AFTER
        assert janitor.pinned == []
    finally:
        await puller.stop(0)


async def test_a_round_that_fails_is_not_the_last_one(bus, janitor, nats_server, until):
    nats_server.kill()
    await until(lambda: bus.connection.problem is not None)
    with capture_logs() as logs:
        running = asyncio.create_task(janitor.run())
        await until(lambda: any(line["event"] == "janitor could not finish" for line in logs))
    assert not running.done()
    running.cancel()


async def test_a_round_removes_consumers_that_have_had_their_time(bus, janitor):
    old = await bus.consumers.bind(a_plan("hook/push"))
    await bus.consumers.bind(a_plan("hook/pull"))
    await bus.connection.api(f"CONSUMER.DELETE.default.{old.consumer}")
    await janitor.sweep()
    assert (await record(bus)).retired == ()
