import pytest
from bus_work import a_plan, eventually, info, publish, take

from hookline.eventbus import cursors
from hookline.eventbus.consumers import Consumers
from hookline.eventbus.errors import BusRefusedError
from hookline.eventbus.pull import Puller


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def consumers(bus, clock):
    return Consumers(bus.connection, bus.starts, bus.joins, bus.slots, clock)


async def there(bus):
    return await cursors.names(bus.connection, "default")


async def test_a_replaced_consumer_goes_when_it_was_idle_for_long_enough(bus, consumers, clock):
    old = await consumers.bind(a_plan("hook/push"))
    new = await consumers.bind(a_plan("hook/pull"))
    assert await consumers.retire() == []
    clock.now += 11.9
    assert await consumers.retire() == []
    assert await there(bus) == {old.consumer, new.consumer}
    clock.now += 0.2
    assert await consumers.retire() == [old.consumer]
    assert await there(bus) == {new.consumer}
    assert (await bus.starts.trigger("s", "t")).record.retired == ()


async def test_a_replaced_consumer_stays_while_its_deliveries_are_under_way(bus, consumers, clock):
    old = await consumers.bind(a_plan("hook/push"))
    await publish(bus, "a")
    await take(bus, old.consumer, 1, finish=lambda _: False)
    await consumers.bind(a_plan("hook/pull"))
    for _ in range(3):
        clock.now += 100
        assert await consumers.retire() == []


async def test_a_replaced_consumer_stays_while_somebody_pulls_from_it(bus, consumers, clock):
    async def handle(delivery):
        delivery.ack()

    old = await consumers.bind(a_plan("hook/push"))
    await consumers.bind(a_plan("hook/pull"))
    puller = Puller(bus.connection, "default", old.consumer, handle, lambda: 1)
    await puller.start()

    async def waiting():
        return (await info(bus, old.consumer))["num_waiting"]

    try:
        await eventually(waiting)
        assert await consumers.retire() == []
        clock.now += 100
        await eventually(waiting)
        assert await consumers.retire() == []
    finally:
        await puller.stop(0)


async def test_a_consumer_that_is_current_again_does_not_go(bus, consumers, clock):
    old = await consumers.bind(a_plan("hook/push"))
    await consumers.bind(a_plan("hook/pull"))
    await consumers.retire()
    await consumers.bind(a_plan("hook/push"))
    clock.now += 100
    await consumers.retire()
    clock.now += 100
    await consumers.retire()
    assert await there(bus) == {old.consumer}


async def test_a_replaced_consumer_that_is_gone_already_is_struck_off(bus, consumers):
    old = await consumers.bind(a_plan("hook/push"))
    await consumers.bind(a_plan("hook/pull"))
    await bus.connection.api(f"CONSUMER.DELETE.default.{old.consumer}")
    assert await consumers.retire() == [old.consumer]
    assert (await bus.starts.trigger("s", "t")).record.retired == ()


async def test_forget_removes_consumers_and_records_of_a_sensor_and_nothing_else(bus):
    one = await bus.consumers.bind(a_plan("hook/push"))
    two = await bus.consumers.bind(a_plan("hook/pull"))
    other = await bus.consumers.bind(a_plan("hook/push", sensor="other"))
    removed = await bus.consumers.forget("s")
    assert set(removed) == {
        f"consumer {one.consumer}",
        f"consumer {two.consumer}",
        "start of s/t",
        "manifest of s",
    }
    assert await there(bus) == {other.consumer}
    assert await bus.starts.trigger("s", "t") is None
    assert await bus.starts.manifest("s") is None
    assert await bus.starts.manifest("other") is not None
    assert await bus.consumers.missing() == []


async def test_forget_of_a_sensor_that_was_never_there_removes_nothing(bus):
    assert await bus.consumers.forget("nobody") == []


async def test_forget_refuses_while_somebody_works_on_the_sensor(bus):
    async def handle(delivery):
        delivery.ack()

    bound = await bus.consumers.bind(a_plan())
    puller = Puller(bus.connection, "default", bound.consumer, handle, lambda: 1)
    await puller.start()

    async def waiting():
        return (await info(bus, bound.consumer))["num_waiting"]

    try:
        await eventually(waiting)
        with pytest.raises(BusRefusedError, match="still working on s/t"):
            await bus.consumers.forget("s")
        assert await there(bus) == {bound.consumer}
    finally:
        await puller.stop(0)


async def test_forget_of_one_trigger_leaves_the_others_and_the_last_takes_the_manifest(bus):
    old = await bus.consumers.bind(a_plan(trigger="old"))
    new = await bus.consumers.bind(a_plan(trigger="new"))
    removed = await bus.consumers.forget("s", "old")
    assert removed == [f"consumer {old.consumer}", "start of s/old"]
    assert await there(bus) == {new.consumer}
    assert await bus.starts.trigger("s", "new") is not None
    assert await bus.consumers.forget("s", "nobody") == []
    assert await bus.starts.manifest("s") is not None
    assert "manifest of s" in await bus.consumers.forget("s", "new")
