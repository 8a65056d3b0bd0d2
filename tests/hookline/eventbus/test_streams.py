import asyncio
import re

import pytest

from hookline.eventbus import streams
from hookline.eventbus.errors import BusRefusedError
from hookline.eventbus.publisher import Publisher
from hookline.eventbus.settings import BusSettings

SECOND = 1_000_000_000
DAY = 86_400 * SECOND


async def config(connection, name):
    return (await connection.api(f"STREAM.INFO.{name}"))["config"]


async def make_events(connection, **settings):
    body = {**streams.events_config(connection.settings), **settings}
    await connection.api("STREAM.CREATE.default", body)


async def test_everything_that_delivery_needs_is_made(connection):
    assert await streams.ensure(connection) == []
    names = (await connection.api("STREAM.NAMES"))["streams"]
    assert sorted(names) == [
        "KV_hookline-joins",
        "KV_hookline-slots",
        "KV_hookline-starts",
        "default",
        "hookline-deadletters",
        "hookline-decisions",
    ]


async def test_the_events_stream_refuses_when_full_and_forgets_nothing_by_itself(connection):
    await streams.ensure(connection)
    made = await config(connection, "default")
    assert made["subjects"] == ["default.*.*"]
    assert (made["storage"], made["retention"], made["discard"]) == ("file", "limits", "new")
    assert (made["max_age"], made["max_msgs"], made["max_bytes"]) == (0, -1, 1 << 30)
    assert (made["duplicate_window"], made["num_replicas"]) == (300 * SECOND, 1)
    assert not made["deny_purge"]


async def test_decisions_keep_the_last_of_each_subject_within_their_window(connection):
    await streams.ensure(connection)
    made = await config(connection, "hookline-decisions")
    assert made["subjects"] == ["hookline-decisions.>"]
    assert (made["storage"], made["discard"], made["max_msgs_per_subject"]) == ("file", "old", 1)
    assert (made["max_age"], made["max_msgs"]) == (7 * DAY, 500_000)
    assert not made["allow_direct"]  # lookups go to the leader


async def test_dead_letters_are_refused_when_there_are_too_many(connection):
    await streams.ensure(connection)
    made = await config(connection, "hookline-deadletters")
    assert (made["storage"], made["discard"], made["max_bytes"]) == ("file", "new", 1 << 28)
    assert made["duplicate_window"] == 300 * SECOND


async def test_buckets_are_what_key_value_clients_expect(connection):
    await streams.ensure(connection)
    for purpose in ("joins", "starts", "slots"):
        made = await config(connection, f"KV_hookline-{purpose}")
        assert made["subjects"] == [f"$KV.hookline-{purpose}.>"]
        assert (made["max_msgs_per_subject"], made["max_age"]) == (1, 0)
        assert (made["allow_rollup_hdrs"], made["deny_delete"]) == (True, True)
        assert (made["storage"], made["discard"]) == ("file", "new")


async def test_the_settings_shape_the_streams_and_the_own_namespace_has_plain_names(
    make_connection,
):
    connection = await make_connection(
        namespace="team", max_bytes=1 << 20, decisions_max_age=3600, decisions_max_msgs=10
    )
    await streams.ensure(connection)
    assert (await config(connection, "default"))["max_bytes"] == 1 << 20
    decisions = await config(connection, "hookline-decisions")
    assert (decisions["max_age"], decisions["max_msgs"]) == (3600 * SECOND, 10)


async def test_ensuring_again_changes_nothing_and_keeps_what_is_stored(connection):
    await streams.ensure(connection)
    await Publisher(connection).publish("default.a.b", b"x")
    before = await config(connection, "default")
    assert await streams.ensure(connection) == []
    info = await connection.api("STREAM.INFO.default")
    assert (info["config"], info["state"]["messages"]) == (before, 1)


async def test_many_processes_may_make_them_at_once(make_connection):
    connections = [
        await make_connection(decisions_max_msgs=1000 + number % 2) for number in range(6)
    ]
    assert await asyncio.gather(*map(streams.ensure, connections)) == [[]] * 6


async def test_our_own_streams_follow_the_settings(make_connection):
    await streams.ensure(await make_connection())
    connection = await make_connection(decisions_max_msgs=1000)
    await streams.ensure(connection)
    assert (await config(connection, "hookline-decisions"))["max_msgs"] == 1000


async def test_a_stream_of_ours_that_cannot_follow_is_refused_with_the_setting(connection):
    body = {"name": "hookline-decisions", "subjects": ["hookline-decisions.>"], "storage": "memory"}
    await connection.api("STREAM.CREATE.hookline-decisions", body)
    with pytest.raises(BusRefusedError, match="storage: file"):
        await streams.ensure(connection)


@pytest.mark.parametrize(
    ("found", "setting", "remedy"),
    [
        ({"discard": "old"}, "discard: old", "nats stream edit default --discard=new"),
        (
            {"max_age": 3600 * SECOND},
            "max_age: 3600s",
            "nats stream edit default --max-age=0s",
        ),
        (
            {"max_msgs_per_subject": 5},
            "max_msgs_per_subject: 5",
            "nats stream edit default --max-msgs-per-subject=-1",
        ),
    ],
)
async def test_an_events_stream_that_can_drop_unprocessed_events_is_refused_or_degraded(
    found, setting, remedy, connection, make_connection
):
    await make_events(connection, **found)
    with pytest.raises(BusRefusedError, match=re.escape(remedy)) as caught:
        await streams.ensure(connection)
    assert caught.value.setting == setting
    assert "--allow-lossy-bus" in caught.value.remedy
    lossy = await make_connection(allow_lossy=True)
    degraded = await streams.ensure(lossy)
    assert degraded == [f"stream default can drop unprocessed events ({setting})"]
    for key, value in found.items():
        assert (await config(connection, "default"))[key] == value  # Argo's stays as it is


@pytest.mark.parametrize(
    ("found", "setting"),
    [
        ({"storage": "memory"}, "storage: memory"),
        ({"persist_mode": "async"}, "persist_mode: async"),
        ({"retention": "workqueue"}, "retention: workqueue"),
        ({"retention": "interest"}, "retention: interest"),
        ({"deny_purge": True}, "deny_purge: true"),
        ({"no_ack": True}, "no_ack: true"),
        ({"subjects": ["default.one.*"]}, "subjects: default.one.*"),
    ],
)
async def test_an_events_stream_that_breaks_a_promise_is_refused_even_when_lossy_is_allowed(
    found, setting, make_connection
):
    connection = await make_connection(allow_lossy=True)
    await make_events(connection, **found)
    with pytest.raises(BusRefusedError) as caught:
        await streams.ensure(connection)
    assert caught.value.setting == setting
    assert caught.value.remedy


async def test_argo_events_own_stream_is_taken_when_it_keeps_events(connection):
    # What Argo's streamConfig can be set to: no discard of old ones, no maximal age.
    body = {
        "name": "default",
        "subjects": ["default.*.*"],
        "storage": "file",
        "discard": "new",
        "max_msgs": 50_000,
        "duplicate_window": 120 * SECOND,
    }
    await connection.api("STREAM.CREATE.default", body)
    assert await streams.ensure(connection) == []
    assert (await config(connection, "default"))["max_msgs"] == 50_000


def test_fewer_replicas_than_asked_for_are_degraded():
    settings = BusSettings("a", replicas=3)
    found = {**streams.events_config(settings), "num_replicas": 1}
    assert streams.judge(found, settings) == [
        "stream default has fewer replicas than asked for: 1 instead of 3"
    ]


async def test_a_server_without_jetstream_is_refused(make_nats_server, make_connection):
    connection = await make_connection(url=make_nats_server(jetstream=False).url)
    with pytest.raises(BusRefusedError, match="start nats-server with -js"):
        await streams.ensure(connection)


async def test_replicas_without_a_cluster_are_refused(make_connection):
    connection = await make_connection(replicas=3)
    with pytest.raises(BusRefusedError, match=r"num_replicas: 3.*change the flag"):
        await streams.ensure(connection)


async def test_more_bytes_than_the_disk_has_are_refused_by_that_setting(make_connection):
    connection = await make_connection(max_bytes=1 << 55)
    with pytest.raises(BusRefusedError) as caught:
        await streams.ensure(connection)
    assert caught.value.setting == f"max_bytes: {1 << 53}"


async def test_another_stream_on_our_subjects_is_refused(connection):
    body = {"name": "other", "subjects": ["default.>"], "storage": "file"}
    await connection.api("STREAM.CREATE.other", body)
    with pytest.raises(BusRefusedError, match="overlap"):
        await streams.ensure(connection)
