import asyncio
import time

import pytest
from msgspec.structs import replace

from hookline.eventbus.errors import BusRefusedError, WrongSequenceError
from hookline.eventbus.starts import Manifest, Since, TriggerStart


def a_start(**changes):
    fields = {
        "sensor": "s",
        "trigger": "t",
        "stream": "2026-01-01T00:00:00Z",
        "dependencies": (Since("push", "hook", "push", 1),),
        "consumer": "c",
        "start": 1,
        "floor": 0,
    }
    return TriggerStart(**{**fields, **changes})


async def test_the_first_namespace_owns_the_stream_and_finds_it_again(make_bus):
    await make_bus(namespace="argo")
    again = await make_bus(namespace="argo")
    await again.starts.claim("argo")


async def test_a_process_of_another_namespace_is_refused_and_told_whose_it_is(make_bus):
    await make_bus(namespace="argo")
    with pytest.raises(BusRefusedError, match=r"argo.*--namespace team.*--namespace argo"):
        await make_bus(namespace="team")


async def test_of_namespaces_that_claim_at_the_same_time_one_wins(bus):
    other = [bus.starts.claim(f"team-{number}") for number in range(5)]
    results = await asyncio.gather(*other, bus.starts.claim("default"), return_exceptions=True)
    assert [type(result) for result in results] == [BusRefusedError] * 5 + [type(None)]


async def test_a_trigger_that_was_never_loaded_has_no_record(bus):
    assert await bus.starts.trigger("s", "t") is None
    assert await bus.starts.triggers() == []


async def test_a_record_is_written_over_the_revision_that_was_read_only(bus):
    kept = await bus.starts.store(a_start(), 0)
    assert await bus.starts.trigger("s", "t") == kept
    with pytest.raises(WrongSequenceError):
        await bus.starts.store(a_start(floor=9), 0)
    later = await bus.starts.store(a_start(floor=9), kept.revision)
    assert await bus.starts.triggers() == [later]


async def test_losses_of_all_triggers_add_up(bus):
    await bus.starts.store(a_start(lost=2), 0)
    await bus.starts.store(replace(a_start(lost=3), trigger="u"), 0)
    assert await bus.starts.lost() == 5


async def test_the_later_manifest_wins_whoever_names_it_first(bus):
    old, new = Manifest("s", "old", 1.0), Manifest("s", "new", 2.0)
    assert await bus.starts.name_manifest(old) == old
    assert await bus.starts.name_manifest(new) == new
    assert await bus.starts.name_manifest(old) == new
    assert await bus.starts.manifest("s") == new


async def test_equal_manifests_never_conflict(bus):
    first = Manifest("s", "same", 5.0)
    await bus.starts.name_manifest(first)
    assert await bus.starts.name_manifest(Manifest("s", "same", 9.0)) == first


async def test_manifests_named_at_the_same_time_end_with_the_latest(bus):
    wanted = [Manifest("s", f"hash-{number}", float(number)) for number in range(5)]
    await asyncio.gather(*(bus.starts.name_manifest(manifest) for manifest in wanted))
    assert await bus.starts.manifest("s") == wanted[-1]


async def test_what_is_forgotten_is_gone(bus):
    await bus.starts.store(a_start(), 0)
    await bus.starts.name_manifest(Manifest("s", "h", 1.0))
    await bus.starts.forget("s", "t")
    await bus.starts.forget_manifest("s")
    assert await bus.starts.trigger("s", "t") is None
    assert await bus.starts.manifest("s") is None


async def test_a_take_over_names_an_older_manifest_and_a_restart_of_the_later_undoes_nothing(bus):
    old, new = Manifest("s", "old", 1.0), Manifest("s", "new", 2.0)
    await bus.starts.name_manifest(new)
    assert (await bus.starts.name_manifest(old, take_over=True)).hash == "old"
    assert (await bus.starts.name_manifest(new)).hash == "old"
    edited = Manifest("s", "edited", time.time() + 1)
    assert await bus.starts.name_manifest(edited) == edited


async def test_a_take_over_of_the_current_manifest_changes_nothing(bus):
    first = Manifest("s", "same", 1.0)
    assert await bus.starts.name_manifest(first, take_over=True) == first
    assert await bus.starts.name_manifest(first, take_over=True) == first
