"""Messages on NATS, with a real nats-server: what is said, who may say it, and what fails."""

import asyncio
import json

import nats
import pytest
from nats_users import new_key, operator

from hookline.errors import PermanentError, TemporaryError
from trigger.action import LeaseLostError


@pytest.fixture
def orders(messenger, make_nats_server, value):
    """A messenger, the server it talks to, and settings that fit."""
    server = make_nats_server(jetstream=True)
    settings = {"url": server.url, "subject": "orders.new", "payload": [value("id", "id")]}
    return messenger("nats"), server, settings


async def _hears(url, subject):
    client = await nats.connect(url)
    subscription = await client.subscribe(subject)
    await client.flush()
    return client, subscription


async def test_a_message_carries_the_values_of_the_event_and_an_id(orders):
    sender, server, settings = orders
    client, subscription = await _hears(server.url, "orders.>")
    await sender.fire({"id": 7}, **settings)
    message = await subscription.next_msg(10)
    await client.close()

    assert (message.subject, json.loads(message.data)) == ("orders.new", {"id": "7"})
    assert (
        message.headers["Nats-Msg-Id"]
        == sender.shown({"id": 7}, **settings)["headers"]["Nats-Msg-Id"]
    )


async def test_a_stream_drops_the_repeat_of_a_message(orders):
    sender, server, settings = orders
    client = await nats.connect(server.url)
    stream = client.jetstream()
    await stream.add_stream(name="orders", subjects=["orders.>"])
    for event_id in ("e1", "e1", "e2"):
        await sender.fire({"id": 7}, event_id=event_id, **settings)
    stored = (await stream.stream_info("orders")).state.messages
    await client.close()

    assert stored == 2


async def test_one_connection_serves_many_messages(orders):
    sender, server, settings = orders
    watcher, subscription = await _hears(server.url, "orders.new")
    await asyncio.gather(*(sender.fire({"id": n}, **settings) for n in range(20)))
    heard = {(await subscription.next_msg(10)).data for _ in range(20)}
    late = await nats.connect(server.url)

    assert len(heard) == 20
    # Connections are numbered: the sender had one between these two.
    assert late.client_id - watcher.client_id == 2
    for client in (watcher, late):
        await client.close()


async def test_without_a_lease_nothing_is_said(orders):
    sender, _, settings = orders
    with pytest.raises(LeaseLostError):
        await sender.fire({"id": 1}, lease_is_live=lambda: False, **settings)


async def test_after_the_server_was_away_the_next_message_arrives(orders):
    sender, server, settings = orders
    await sender.fire({"id": 1}, **settings)
    server.stop()
    with pytest.raises(TemporaryError) as caught:
        await sender.fire({"id": 2}, **settings)
    server.start()
    client, subscription = await _hears(server.url, "orders.new")
    await sender.fire({"id": 3}, **settings)
    message = await subscription.next_msg(10)
    await client.close()

    assert (caught.value.reason, caught.value.whole_target) == ("NoAnswer", True)
    assert json.loads(message.data) == {"id": "3"}


async def test_of_several_servers_one_that_answers_is_enough(orders):
    sender, server, settings = orders
    await sender.fire({"id": 1}, **{**settings, "url": f"nats://127.0.0.1:1, {server.url}"})


USERS = """
authorization { users: [
  {user: ann, password: s3cret, permissions: {publish: ["orders.*", "_INBOX.>"]}}
] }
"""


async def test_who_may_not_publish_there_waits_for_the_right(messenger, make_nats_server, value):
    server = make_nats_server(USERS, jetstream=False)
    secrets = {("login", "user"): b"ann", ("login", "password"): b"s3cret", ("no", "p"): b"x"}
    sender = messenger("nats", secrets)
    basic = {
        "username": {"name": "login", "key": "user"},
        "password": {"name": "login", "key": "password"},
    }
    settings = {"url": server.url, "payload": [value("id", "id")], "auth": {"basic": basic}}

    await sender.fire({"id": 1}, subject="orders.new", **settings)
    with pytest.raises(TemporaryError) as denied:
        await sender.fire({"id": 1}, subject="Secret.place", **settings)
    basic["password"] = {"name": "no", "key": "p"}
    with pytest.raises(TemporaryError) as wrong:
        await sender.fire({"id": 1}, subject="orders.new", **settings)

    assert (denied.value.reason, denied.value.whole_target) == ("Forbidden", True)
    assert (wrong.value.reason, wrong.value.whole_target) == ("Login", True)
    assert "s3cret" not in str(wrong.value)


async def test_tokens_keys_and_credentials_log_in(messenger, make_nats_server, value):
    seed, public = new_key("U")
    config, creds = operator()
    logins = {
        "token": ("authorization { token: t0ken }", b"t0ken\n"),
        "nkey": (f"authorization {{ users: [{{nkey: {public}}}] }}", seed.encode()),
        "credential": (config, creds.encode()),
    }
    for name, (authorization, secret) in logins.items():
        server = make_nats_server(authorization, jetstream=False)
        sender = messenger("nats", {("nats", "who"): secret})
        auth = {name: {"name": "nats", "key": "who"}}
        payload = [value("id", "id")]
        await sender.fire({"id": 1}, url=server.url, subject="a", payload=payload, auth=auth)
        with pytest.raises(TemporaryError):
            await sender.fire({"id": 1}, url=server.url, subject="a", payload=payload)


@pytest.mark.parametrize("name", ["nkey", "credential"])
async def test_a_broken_key_is_a_refused_login(messenger, make_nats_server, value, name):
    server = make_nats_server("authorization { token: t0ken }", jetstream=False)
    sender = messenger("nats", {("nats", "who"): b"nonsense"})
    with pytest.raises(TemporaryError):
        await sender.fire(
            {"id": 1},
            url=server.url,
            subject="a",
            payload=[value("id", "id")],
            auth={name: {"name": "nats", "key": "who"}},
        )


async def test_a_message_that_is_too_large_is_given_up(messenger, make_nats_server, value):
    server = make_nats_server("max_payload: 1024", jetstream=False)
    sender = messenger("nats")
    settings = {"url": server.url, "subject": "a", "payload": [value("", "text")]}
    with pytest.raises(PermanentError) as caught:
        await sender.fire({"text": "x" * 2000}, **settings)
    await sender.fire({"text": "x"}, **settings)

    assert caught.value.reason == "TooLarge"


def test_render_shows_the_message_and_no_password(messenger, value):
    shown = messenger("nats").shown(
        {"id": 7},
        url="nats://ann:s3cret@nats:4222",
        subject="orders.${{ $.push.id }}",
        payload=[value("id", "id", useRawData=True)],
    )
    shown["headers"].pop("Nats-Msg-Id")

    assert shown == {
        "url": "nats://nats:4222",
        "subject": "orders.7",
        "headers": {},
        "body": {"id": 7},
    }


def test_the_subject_moves_with_the_parameters_beside_the_template_only(messenger, value):
    sender = messenger("nats")
    settings = {"url": "nats://nats", "subject": "a", "payload": [value("id", "id")]}
    inner = {"parameters": [value("subject", "id")]}
    outer = {"parameters": [value("nats.subject", "id")]}

    assert sender.codes(**settings, **inner) == ["no-effect"]
    assert sender.shown({"id": "b"}, **settings, **inner)["subject"] == "a"
    assert sender.shown({"id": "b"}, beside=outer, **settings)["subject"] == "b"
    with pytest.raises(PermanentError):
        sender.shown({"id": "b c"}, beside=outer, **settings)


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"url": ""}, "missing-field"),
        ({"subject": ""}, "missing-field"),
        ({"payload": []}, "missing-field"),
        ({"url": "http://nats"}, "bad-url"),
        ({"subject": "a.*"}, "bad-value"),
        ({"subject": "a..b"}, "bad-value"),
        ({"subject": "a b"}, "bad-value"),
        ({"topic": "a"}, "unknown-field"),
    ],
)
def test_what_cannot_work_is_refused_when_it_loads(messenger, value, settings, code):
    fits = {"url": "nats://nats:4222", "subject": "a", "payload": [value("id", "id")]}

    assert messenger("nats").codes(**fits) == []
    assert messenger("nats").codes(**{**fits, **settings}) == [code]
