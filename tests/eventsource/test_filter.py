import re
from pathlib import Path

import httpx
import nats
import pytest
import yaml

from eventsource.spec import read_event_source
from hookline.manifest import Document

PAGE = Path(__file__).parents[2] / "docs" / "eventsource" / "filter.md"


def value(metric):
    return metric.labels("default", "hooks", "a")._value.get()


@pytest.fixture
def filtered(webhooks, port):
    return lambda expression: webhooks(
        port, a={"endpoint": "/a", "filter": {"expression": expression}}
    )


async def post(port, content, **headers):
    async with httpx.AsyncClient() as client:
        return await client.post(f"http://127.0.0.1:{port}/a", json=content, headers=headers)


async def test_an_event_that_the_filter_drops_is_answered_so_and_not_stored(
    filtered, running, port, bus, metrics
):
    async with running(filtered('body.n > 1 && header["X-Kind"][0] == "k"')):
        answer = await post(port, {"n": 1}, **{"X-Kind": "k"})
        assert (answer.status_code, answer.json()) == (200, {"filtered": True})
        kept = await post(port, {"n": 2}, **{"X-Kind": "k"})
    assert kept.json() == {"eventId": bus.events[0].id}
    assert len(bus.stored) == 1
    assert value(metrics.filtered) == 1
    assert value(metrics.sent) == 1


async def test_an_event_that_the_filter_cannot_judge_is_kept_and_counted(
    filtered, running, port, bus, metrics
):
    async with running(filtered("body.n > 1")):
        answer = await post(port, {"other": 1})
    assert answer.json() == {"eventId": bus.events[0].id}
    assert value(metrics.unjudged) == 1
    assert value(metrics.filtered) == 0


async def test_a_message_of_a_stream_that_the_filter_drops_is_acknowledged(
    nats_server, read_source, running, bus, until
):
    settings = {
        "url": nats_server.url,
        "subject": "o.*",
        "jsonBody": True,
        "jetstream": {"stream": "O", "durable": "d"},
        "filter": {"expression": 'subject == "o.a" && body > 1'},
    }
    source, mistakes = read_source(nats={"said": settings})
    assert mistakes == []
    client = await nats.connect(nats_server.url)
    js = client.jetstream()
    await js.add_stream(name="O", subjects=["o.*"])
    for subject, body in (("o.a", b"1"), ("o.b", b"2"), ("o.a", b"3")):
        await js.publish(subject, body)
    async with running(source):
        await until(lambda: bus.stored)
        await client.flush()
    info = await js.consumer_info("O", "d")
    assert (info.num_pending, info.num_ack_pending) == (0, 0)
    assert [event.data for event in bus.events] == [b'{"subject":"o.a","body":3}']
    await client.close()


@pytest.mark.parametrize(
    ("expression", "code"), [("len(1) > 1", "bad-expression"), ("body ==", "bad-expression")]
)
def test_a_filter_that_cannot_be_used_is_a_mistake(read_source, expression, code):
    settings = {"port": "1", "method": "POST", "endpoint": "/a"}
    _, mistakes = read_source(webhook={"a": settings | {"filter": {"expression": expression}}})
    assert [(each.path, each.code) for each in mistakes] == [
        ("spec.webhook.a.filter.expression", code)
    ]


def test_the_manifest_on_the_page_loads():
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    mistakes = []
    source = read_event_source(Document("filter.md", 1, yaml.safe_load(block)), mistakes)
    assert mistakes == []
    judge = source.events[0].judge
    main = b'{"body":{"ref":"refs/heads/main","deleted":false,"commits":[{"author":"me"}]}}'
    assert judge(main)
    assert not judge(main.replace(b"main", b"other"))
