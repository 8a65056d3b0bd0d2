import asyncio

import pytest
from bus_work import a_plan, eventually, info, publish, take
from msgspec.structs import replace

from hookline.eventbus.errors import BusRefusedError, NotFoundError, OutdatedError
from hookline.eventbus.starts import Manifest


async def ids(bus, bound, count):
    taken = await take(bus, bound.consumer, count)
    return [delivery.sequence for delivery in taken]


async def delete(bus, consumer):
    await bus.connection.api(f"CONSUMER.DELETE.default.{consumer}")


async def test_a_consumer_has_the_settings_that_delivery_needs(bus):
    bound = await bus.consumers.bind(a_plan("hook/push", "hook/pull"))
    config = (await info(bus, bound.consumer))["config"]
    assert config["durable_name"] == bound.consumer
    assert config["ack_policy"] == "explicit"
    assert config["max_deliver"] == -1
    assert config["ack_wait"] == 10_000_000_000
    assert config["max_ack_pending"] == 10_000
    assert sorted(config["filter_subjects"]) == ["default.hook.pull", "default.hook.push"]


async def test_a_trigger_begins_at_the_moment_of_its_first_load(bus):
    await publish(bus, "before")
    bound = await bus.consumers.bind(a_plan())
    assert (bound.start, bound.repeat_below) == (2, 1)
    await publish(bus, "after")
    assert await ids(bus, bound, 1) == [2]


async def test_events_between_the_first_load_and_the_consumer_are_not_lost(bus):
    """A process died between the record and the consumer; another comes later."""
    plan = a_plan()
    bound = await bus.consumers.bind(plan)
    await delete(bus, bound.consumer)
    await publish(bus, "a", "b")
    again = await bus.consumers.bind(plan)
    assert await ids(bus, again, 2) == [1, 2]


async def test_a_second_bind_changes_nothing(bus):
    plan = a_plan()
    bound = await bus.consumers.bind(plan)
    kept = await bus.starts.trigger("s", "t")
    await publish(bus, "a")
    again = await bus.consumers.bind(plan)
    assert again.consumer == bound.consumer
    assert await bus.starts.trigger("s", "t") == kept
    assert await ids(bus, again, 1) == [1]


async def test_many_processes_bind_at_the_same_time_to_one_consumer(make_bus):
    buses = [await make_bus() for _ in range(4)]
    bounds = await asyncio.gather(*(bus.consumers.bind(a_plan()) for bus in buses))
    assert len({(bound.consumer, bound.start) for bound in bounds}) == 1
    assert await buses[0].consumers.missing() == []


@pytest.mark.parametrize(
    ("start_from", "expected"),
    [
        ("now", [4]),
        ("beginning", [1, 2, 3, 4]),
        ("2", [2, 3, 4]),
        ("2020-01-01T00:00:00Z", [1, 2, 3, 4]),
        ("2200-01-01T00:00:00Z", [4]),
    ],
)
async def test_start_from_says_where_a_new_trigger_begins(bus, start_from, expected):
    await publish(bus, "a", "b", "c")
    bound = await bus.consumers.bind(a_plan(start_from=start_from))
    await publish(bus, "d")
    assert await ids(bus, bound, len(expected)) == expected


async def test_a_moment_without_a_zone_is_utc(bus):
    await publish(bus, "a")
    assert (await bus.consumers.bind(a_plan(start_from="2020-01-01"))).start == 1


async def test_what_is_no_place_to_start_from_is_refused_with_what_to_write(bus):
    with pytest.raises(BusRefusedError, match=r"startFrom: soon.*beginning"):
        await bus.consumers.bind(a_plan(start_from="soon"))


async def test_a_consumer_whose_record_was_lost_keeps_its_place(bus):
    plan = a_plan()
    bound = await bus.consumers.bind(plan)
    await publish(bus, "a", "b", "c")
    await take(bus, bound.consumer, 1)
    await bus.starts.forget("s", "t")
    again = await bus.consumers.bind(plan)
    assert (again.consumer, again.start) == (bound.consumer, 2)
    assert await ids(bus, again, 2) == [2, 3]


async def test_start_from_says_nothing_to_a_trigger_that_was_loaded_before(bus):
    await bus.consumers.bind(a_plan())
    kept = await bus.starts.trigger("s", "t")
    await bus.consumers.bind(a_plan(start_from="beginning"))
    assert await bus.starts.trigger("s", "t") == kept


async def test_the_beginning_of_a_purged_stream_is_its_first_event_and_nothing_is_lost(bus):
    await publish(bus, "a", "b", "c")
    await bus.connection.api("STREAM.PURGE.default", {"seq": 3})
    await bus.consumers.bind(a_plan(start_from="beginning"))
    record = (await bus.starts.trigger("s", "t")).record
    assert (record.start, record.floor) == (3, 2)


async def test_a_consumer_that_was_deleted_is_made_anew_after_the_last_floor_kept(bus):
    plan = a_plan()
    bound = await bus.consumers.bind(plan)
    await publish(bus, "a", "b", "c")
    await take(bus, bound.consumer, 3, finish=lambda delivery: delivery.sequence != 2)
    kept = await bus.starts.trigger("s", "t")
    await bus.starts.store(replace(kept.record, floor=1), kept.revision)
    await delete(bus, bound.consumer)
    again = await bus.consumers.bind(plan)
    assert (again.consumer, again.start, again.repeat_below) == (bound.consumer, 2, 3)
    assert await ids(bus, again, 2) == [2, 3]


async def test_serial_triggers_get_one_event_at_a_time_and_can_change_their_mind(bus):
    bound = await bus.consumers.bind(a_plan(serial=True))
    assert (await info(bus, bound.consumer))["config"]["max_ack_pending"] == 1
    await publish(bus, "a")
    again = await bus.consumers.bind(a_plan(serial=False))
    assert again.consumer == bound.consumer
    assert (await info(bus, bound.consumer))["config"]["max_ack_pending"] == 10_000
    assert await ids(bus, again, 1) == [1]


async def test_a_subject_that_is_added_loses_nothing_of_old_and_new_ones(bus):
    old = await bus.consumers.bind(a_plan("hook/push"))
    await publish(bus, "a", "b", "c")
    await take(bus, old.consumer, 3, finish=lambda delivery: delivery.sequence != 2)
    await publish(bus, "d", name="pull")
    new = await bus.consumers.bind(a_plan("hook/push", "hook/pull"))
    await publish(bus, "e")
    await publish(bus, "f", name="pull")
    assert (new.start, new.repeat_below) == (2, 4)
    assert await ids(bus, new, 5) == [2, 3, 4, 5, 6]


async def test_subjects_that_change_while_events_come_in_lose_nothing(bus):
    old = await bus.consumers.bind(a_plan("hook/push"))
    stop = asyncio.Event()
    published = []

    async def keep_publishing():
        while not stop.is_set():
            published.append(await publish(bus, str(len(published))))

    publishing = asyncio.create_task(keep_publishing())

    async def some():
        return len(published) > 50

    await eventually(some)
    taken = await take(bus, old.consumer, 20)
    new = await bus.consumers.bind(a_plan("hook/push", "hook/pull"))
    stop.set()
    await publishing
    seen = {delivery.sequence for delivery in taken}
    last = published[-1]
    rest = await take(bus, new.consumer, last - new.start + 1)
    assert seen | {delivery.sequence for delivery in rest} == set(range(1, last + 1))


async def test_a_stream_that_was_made_anew_is_delivered_from_its_first_event(bus):
    plan = a_plan()
    await publish(bus, "a", "b", "c")
    await bus.consumers.bind(plan)
    await bus.connection.api("STREAM.DELETE.default")
    await bus._ready()
    await publish(bus, "d")
    again = await bus.consumers.bind(plan)
    assert await ids(bus, again, 1) == [1]


async def test_the_manifest_of_a_sensor_is_named_when_it_is_bound(bus):
    await bus.consumers.bind(a_plan(manifest_hash="x", modified=3.0))
    assert await bus.starts.manifest("s") == Manifest("s", "x", 3.0)


async def test_a_consumer_that_is_gone_is_missing_until_it_is_bound_again(bus):
    plan = a_plan()
    bound = await bus.consumers.bind(plan)
    assert await bus.consumers.missing() == []
    await delete(bus, bound.consumer)
    assert await bus.consumers.missing() == ["s/t"]
    await bus.consumers.bind(plan)
    assert await bus.consumers.missing() == []


async def test_a_trigger_that_was_never_bound_here_is_not_missing_here(make_bus):
    one, other = await make_bus(), await make_bus()
    bound = await one.consumers.bind(a_plan())
    await delete(one, bound.consumer)
    assert await other.consumers.missing() == []


async def test_the_servers_limit_of_consumers_is_said_with_what_to_change(connection, make_bus):
    config = {
        "name": "default",
        "subjects": ["default.*.*"],
        "discard": "new",
        "max_consumers": 1,
        "storage": "file",
    }
    await connection.api("STREAM.CREATE.default", config)
    bus = await make_bus()
    await bus.consumers.bind(a_plan())
    with pytest.raises(BusRefusedError, match=r"takes no more consumers.*max_consumers.*forget"):
        await bus.consumers.bind(a_plan(trigger="u"))


async def test_what_is_not_found_is_said_when_the_stream_is_gone(bus):
    await bus.connection.api("STREAM.DELETE.default")
    with pytest.raises(NotFoundError):
        await bus.consumers.bind(a_plan())


async def test_the_backlog_counts_what_is_not_finished_and_how_old_it_is(bus):
    bound = await bus.consumers.bind(a_plan("hook/push", "hook/pull"))
    await bus.consumers.bind(a_plan("hook/other", trigger="idle"))
    await publish(bus, "a", "b", "c")
    await take(bus, bound.consumer, 2, finish=lambda delivery: delivery.sequence != 2)
    backlog = await bus.consumers.backlog()
    busy = backlog["s", "t"]
    assert (busy.pending, busy.ack_pending, busy.total) == (1, 1, 2)
    assert 0 < busy.oldest_seconds < 60
    assert backlog["s", "idle"] == (0, 0, 0.0)


async def test_events_that_nobody_waits_for_are_unmatched(bus):
    assert await bus.consumers.unmatched() == 0
    await bus.consumers.bind(a_plan("hook/push"))
    await publish(bus, "a", "b")
    await publish(bus, "c", name="pull")
    assert await bus.consumers.unmatched() == 1


async def test_an_older_version_of_a_sensor_binds_nothing(bus):
    new = await bus.consumers.bind(a_plan("hook/push", manifest_hash="new", modified=2.0))
    with pytest.raises(OutdatedError, match="take-over"):
        await bus.consumers.bind(a_plan("hook/pull", manifest_hash="old", modified=1.0))
    assert (await bus.starts.trigger("s", "t")).record.consumer == new.consumer
