import asyncio

import pytest
from bus_work import a_decision

from hookline.decision import Verdict
from hookline.errors import TemporaryError
from hookline.eventbus.reader import read


def given_up(event_id="1", **changes):
    return a_decision(
        event_id, Verdict.DEAD_LETTERED, **{"reason": "Invalid", "attempts": 3, **changes}
    )


async def letters(bus):
    return [message async for message in read(bus.connection, "hookline-deadletters")]


async def test_a_dead_letter_keeps_the_original_bytes_and_says_why(bus):
    await bus.dead_letters.put(b"\x00raw", given_up(error="spec: wrong\nsecond line"))
    (letter,) = await letters(bus)
    assert letter.data == b"\x00raw"
    assert letter.headers["Hookline-Event-Id"] == "1"
    assert letter.headers["Hookline-Reason"] == "Invalid"
    assert letter.headers["Hookline-Attempts"] == "3"
    assert letter.headers["Hookline-Error"] == "spec: wrong second line"
    assert await bus.dead_letters.count() == 1


async def test_a_try_again_after_a_lost_acknowledgement_stores_it_once(bus):
    await bus.dead_letters.put(b"x", given_up(at="2026-01-01T00:00:00Z"))
    await bus.dead_letters.put(b"x", given_up(at="2026-01-01T00:00:09Z"))
    assert await bus.dead_letters.count() == 1


@pytest.mark.parametrize(
    "changes", [{"sequence": 2}, {"attempts": 4}, {"trigger": "u"}, {"dependency": "pull"}]
)
async def test_what_is_given_up_another_time_is_another_dead_letter(bus, changes):
    await bus.dead_letters.put(b"x", given_up())
    await bus.dead_letters.put(b"x", given_up(**changes))
    assert await bus.dead_letters.count() == 2


async def test_the_headers_keep_to_four_kilobytes_whatever_the_error_says(bus):
    wide = "é" * 5000
    await bus.dead_letters.put(b"x", given_up("i" * 256, error=wide, sensor=wide, reason=wide))
    (letter,) = await letters(bus)
    size = sum(len(name) + len(value.encode()) + 4 for name, value in letter.headers.items())
    assert 3000 < size <= 4096


async def test_what_is_too_large_to_copy_is_kept_as_a_reference(bus):
    await bus.dead_letters.put(b"x" * (1024 * 1024), given_up(sequence=17))
    (letter,) = await letters(bus)
    assert letter.data == b""
    assert letter.headers["Hookline-Reference"] == "default:17"


async def test_full_dead_letters_are_temporary_and_said_until_there_is_room(make_bus):
    bus = await make_bus(max_bytes=64 * 1024)
    data = b"x" * 10_000
    many = [bus.dead_letters.put(data, given_up(str(number))) for number in range(10)]
    with pytest.raises(TemporaryError):
        await asyncio.gather(*many)
    assert bus.dead_letters.full
    assert any("dead letters are full" in line for line in bus.degraded)
    await bus.connection.api("STREAM.PURGE.hookline-deadletters")
    await bus.dead_letters.put(data, given_up("again"))
    assert not bus.dead_letters.full
    assert bus.degraded == []
