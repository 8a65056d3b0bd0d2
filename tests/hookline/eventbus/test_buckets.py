import pytest

from hookline.eventbus.buckets import Bucket, Entry
from hookline.eventbus.errors import WrongSequenceError
from hookline.eventbus.publisher import Publisher


@pytest.fixture
def bucket(bus):
    return Bucket(bus.connection, Publisher(bus.connection), "hookline-joins")


async def test_a_key_that_was_never_written_is_none(bucket):
    assert await bucket.get("a.b") is None


async def test_what_was_put_is_got_with_its_revision(bucket):
    revision = await bucket.put("a.b", b"one", 0)
    assert await bucket.get("a.b") == Entry(b"one", revision)


async def test_a_write_over_the_revision_that_was_read_replaces_the_value(bucket):
    revision = await bucket.put("a", b"one", 0)
    later = await bucket.put("a", b"two", revision)
    assert await bucket.get("a") == Entry(b"two", later)


@pytest.mark.parametrize("expected", [0, 7])
async def test_a_write_that_expects_something_else_is_refused(bucket, expected):
    revision = await bucket.put("a", b"one", 0)
    with pytest.raises(WrongSequenceError):
        await bucket.put("a", b"two", expected)
    assert await bucket.get("a") == Entry(b"one", revision)


async def test_entries_are_those_of_the_keys_asked_for(bucket):
    await bucket.put("a.x", b"1", 0)
    await bucket.put("a.y", b"2", 0)
    await bucket.put("b.x", b"3", 0)
    assert [entry.value async for entry in bucket.entries("a.>")] == [b"1", b"2"]


async def test_a_removed_key_can_be_written_as_if_it_had_never_been(bucket):
    await bucket.put("a", b"1", 0)
    await bucket.remove("a")
    assert await bucket.get("a") is None
    await bucket.put("a", b"2", 0)
    await bucket.remove("never")
