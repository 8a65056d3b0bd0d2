"""Messages on Kafka, with a real broker: what is stored there, and what fails."""

import asyncio
import json
import sys
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from hookline.errors import PermanentError, TemporaryError
from trigger.action import LeaseLostError
from trigger.kafka_producer import partition

SECRETS = {("k", "user"): b"ann", ("k", "password"): b"s3cret\n", ("k", "wrong"): b"wr0ng"}
FITS = {"url": "kafka:9092", "topic": "builds"}


@pytest.fixture
def sender(messenger):
    return messenger("kafka", SECRETS)


@pytest.fixture
def fits(value):
    return {**FITS, "payload": [value("commit", "commit")]}


@asynccontextmanager
async def _topic(kafka, name, partitions=1):
    """Make a topic; yields what reads its messages, given how many they are."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.url)
    await admin.start()
    await admin.create_topics([NewTopic(name, partitions, 1)])
    await admin.close()
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka.url, auto_offset_reset="earliest")
    await consumer.start()
    consumer.assign([TopicPartition(name, number) for number in range(partitions)])

    async def _read(count):
        async with asyncio.timeout(30):
            return [await consumer.getone() for _ in range(count)]

    yield _read
    await consumer.stop()


async def test_a_message_has_the_values_of_the_event_a_key_headers_and_an_id(kafka, sender, fits):
    secure = [{"name": "who", "valueFrom": {"secretKeyRef": {"name": "k", "key": "user"}}}]
    settings = {**fits, "url": kafka.url, "topic": "one", "partitioningKey": "a"}
    async with _topic(kafka, "one") as read:
        for event_id in ("e1", "e1", "e2"):
            await sender.fire(
                {"commit": "c"},
                event_id=event_id,
                headers={"x": "y"},
                secureHeaders=secure,
                compress=True,
                **settings,
            )
        messages = await read(3)
    ids = [dict(each.headers)["Idempotency-Key"] for each in messages]

    assert (messages[0].key, json.loads(messages[0].value)) == (b"a", {"commit": "c"})
    assert dict(messages[0].headers) | {"x": b"y", "who": b"ann"} == dict(messages[0].headers)
    assert ids[0] == ids[1] != ids[2]


async def test_a_key_always_has_the_same_partition(kafka, sender, fits):
    settings = {**fits, "url": kafka.url, "topic": "four"}
    async with _topic(kafka, "four", 4) as read:
        await asyncio.gather(
            *(sender.fire({"commit": "c"}, partitioningKey=key, **settings) for key in "abcabc")
        )
        found = {(each.key, each.partition) for each in await read(6)}

    assert found == {(key, partition(key, [0, 1, 2, 3], [])) for key in (b"a", b"b", b"c")}


async def test_a_topic_that_is_not_there_is_waited_for(kafka, sender, fits):
    settings = {**fits, "url": kafka.url, "topic": "later"}
    with pytest.raises(TemporaryError) as caught:
        await sender.fire({"commit": "c"}, **settings)
    async with _topic(kafka, "later") as read:
        await sender.fire({"commit": "c"}, **settings)
        await read(1)

    assert (caught.value.reason, caught.value.whole_target) == ("UnknownTopicOrPartition", True)


async def test_a_message_that_is_too_large_is_given_up(kafka, sender, fits):
    settings = {**fits, "url": kafka.url, "topic": "small"}
    async with _topic(kafka, "small") as read:
        with pytest.raises(PermanentError) as caught:
            await sender.fire({"commit": "c" * 200_000}, **settings)
        await sender.fire({"commit": "c"}, requiredAcks=1, **settings)
        await read(1)

    assert caught.value.reason == "MessageSizeTooLarge"


async def test_a_login_is_made_with_what_secrets_hold(kafka, sender, fits):
    settings = {**fits, "url": kafka.guarded, "topic": "guarded"}
    sasl = {
        "userSecret": {"name": "k", "key": "user"},
        "passwordSecret": {"name": "k", "key": "password"},
    }
    async with _topic(kafka, "guarded") as read:
        await sender.fire({"commit": "c"}, sasl=sasl, **settings)
        await read(1)
    wrong = {**sasl, "passwordSecret": {"name": "k", "key": "wrong"}}
    with pytest.raises(TemporaryError) as caught:
        await sender.fire({"commit": "c"}, sasl=wrong, **settings)

    assert caught.value.whole_target
    assert "wr0ng" not in str(caught.value)


async def test_without_a_lease_nothing_is_sent(kafka, sender, fits):
    with pytest.raises(LeaseLostError):
        await sender.fire(
            {"commit": "c"}, lease_is_live=lambda: False, **{**fits, "url": kafka.url}
        )


async def test_a_cluster_that_is_away_is_waited_for(sender, fits):
    with pytest.raises(TemporaryError) as caught:
        await sender.fire({"commit": "c"}, **{**fits, "url": "127.0.0.1:1"})

    assert caught.value.whole_target


# FNV-1a, with a sign: 0xe40c292c of "a", 0xe70c2de5 of "b".
@pytest.mark.parametrize(("key", "signed"), [(b"a", -468965076), (b"b", -418632219)])
def test_the_partition_is_that_of_argo_events_client(key, signed):
    for count in (1, 3, 4, 7):
        assert partition(key, list(range(count)), []) == abs(signed) % count


def test_render_shows_the_message_and_no_secret(sender, fits):
    secure = [{"name": "who", "valueFrom": {"secretKeyRef": {"name": "k", "key": "user"}}}]
    shown = sender.shown({"commit": "c"}, secureHeaders=secure, partitioningKey="k", **fits)
    shown["headers"].pop("Idempotency-Key")

    assert shown == {
        "url": "kafka:9092",
        "topic": "builds",
        "key": "k",
        "headers": {"who": "***"},
        "body": {"commit": "c"},
    }


def test_an_event_can_choose_topic_and_key(sender, fits, value):
    settings = {**fits, "parameters": [value("topic", "commit")]}
    shown = sender.shown({"commit": "c"}, partitioningKey="${{ $.push.commit }}", **settings)

    assert (shown["topic"], shown["key"]) == ("c", "c")
    with pytest.raises(PermanentError):
        sender.shown({"commit": "no/topic"}, **settings)


def test_without_its_library_lint_says_how_to_get_it(sender, fits, monkeypatch):
    monkeypatch.setitem(sys.modules, "aiokafka", None)
    _, mistakes = sender.lint(**fits)

    assert [(each.code, each.suggestion) for each in mistakes] == [
        ("missing-extra", "pip install 'hookline[kafka]'")
    ]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"url": ""}, "missing-field"),
        ({"topic": ""}, "missing-field"),
        ({"payload": []}, "missing-field"),
        ({"url": "http://kafka:9092"}, "bad-url"),
        ({"topic": "a/b"}, "bad-value"),
        ({"sasl": {"mechanism": "PLAIN"}}, "missing-field"),
        ({"schemaRegistry": {"url": "http://a"}}, "not-yet"),
        ({"partition": 1}, "no-effect"),
        ({"version": "2.5.0"}, "no-effect"),
        ({"subject": "a"}, "unknown-field"),
    ],
)
def test_what_cannot_work_is_refused_when_it_loads(sender, fits, settings, code):
    assert sender.codes(**fits) == []
    assert sender.codes(**{**fits, **settings}) == [code]
