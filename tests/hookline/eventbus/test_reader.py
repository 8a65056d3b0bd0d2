from contextlib import aclosing

from bus_work import publish

from hookline.eventbus import cursors
from hookline.eventbus.reader import read


async def sequences(bus, **config):
    return [message.sequence async for message in read(bus.connection, "default", config)]


async def test_every_message_is_read_in_order_over_several_batches(bus):
    await publish(bus, *(str(number) for number in range(1050)))
    assert await sequences(bus) == list(range(1, 1051))


async def test_an_empty_stream_ends_at_once(bus):
    assert await sequences(bus) == []


async def test_a_message_has_what_was_stored(bus):
    await publish(bus, "a")
    (message,) = [m async for m in read(bus.connection, "default")]
    assert message.subject == "default.hook.push"
    assert message.headers["Hookline-Id"] == "made"
    assert b'"id":"a"' in message.data
    assert message.stored_at > 1_700_000_000


async def test_a_filter_leaves_out_other_subjects(bus):
    await publish(bus, "a", "b")
    await publish(bus, "c", name="pull")
    assert await sequences(bus, filter_subject="default.hook.pull") == [3]


async def test_what_is_stored_while_reading_is_left_out(bus):
    await publish(bus, "a", "b")
    seen = []
    async for message in read(bus.connection, "default"):
        seen.append(message.sequence)
        await publish(bus, f"later-{len(seen)}")
    assert seen == [1, 2]


async def test_messages_removed_while_reading_do_not_keep_it_waiting(bus):
    await publish(bus, *(str(number) for number in range(1500)))
    count = 0
    async for _ in read(bus.connection, "default"):
        count += 1
        if count == 1:
            await bus.connection.api("STREAM.PURGE.default")
    assert count < 1500


async def test_a_reader_leaves_no_consumer_behind_even_when_it_stops_early(bus):
    await publish(bus, "a", "b", "c")
    assert len(await sequences(bus)) == 3
    async with aclosing(read(bus.connection, "default")) as messages:
        async for _ in messages:
            break
    assert await cursors.names(bus.connection, "default") == set()
