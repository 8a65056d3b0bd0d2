import asyncio
import gzip
import json

import httpx
import pytest

from eventsource.limits import Limits
from hookline.errors import PermanentError, TemporaryError
from hookline.secrets import Secrets

PUSH = {"endpoint": "/push"}
TOKEN = {"endpoint": "/push", "authSecret": {"name": "login", "key": "token"}}
SECRETS = Secrets({("login", "token"): b"s3cret"})


@pytest.fixture
async def client(port):
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as session:
        yield session


async def test_a_post_is_stored_before_it_is_answered(running, webhooks, bus, client, port):
    bus.hold = asyncio.Event()
    async with running(webhooks(port, example=PUSH)):
        pending = asyncio.create_task(client.post("/push", json={"a": 1}))
        _, unfinished = await asyncio.wait([pending], timeout=0.2)
        assert unfinished
        bus.hold.set()
        answer = await pending
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    (event,) = bus.events
    assert answer.json() == {"eventId": event.id}
    assert (event.source, event.name, event.type) == ("hooks", "example", "webhook")
    assert json.loads(event.data)["body"] == {"a": 1}


async def test_an_id_of_our_own_is_new_each_time_and_marked(running, webhooks, bus, client, port):
    async with running(webhooks(port, example=PUSH)):
        ids = {(await client.post("/push", json=1)).json()["eventId"] for _ in range(3)}
    assert len(ids) == 3
    assert all(len(each) == 32 and int(each, 16) for each in ids)
    assert [made for _, made in bus.stored] == [True, True, True]


async def test_a_senders_id_is_kept_and_its_repeat_is_a_duplicate(
    running, webhooks, bus, client, port
):
    async with running(webhooks(port, example=PUSH)):
        first = await client.post("/push", json=1, headers={"ce-id": 'the "id"'})
        again = await client.post("/push", json=1, headers={"ce-id": 'the "id"'})
    assert first.json() == {"eventId": 'the "id"'}
    assert again.json() == {"eventId": 'the "id"', "duplicate": True}
    assert [made for _, made in bus.stored] == [False, False]


async def test_two_events_share_a_port(running, webhooks, bus, client, port):
    other = webhooks(port, "other", b={"endpoint": "/b"})
    async with running(webhooks(port, a={"endpoint": "/a"}), other):
        await client.post("/b", json=1)
        await client.post("/a", json=1)
    assert [(event.source, event.name) for event in bus.events] == [("other", "b"), ("hooks", "a")]


async def test_a_name_in_braces_is_any_one_segment(running, webhooks, bus, client, port):
    async with running(webhooks(port, a={"endpoint": "/x/{repo}/y"}, b={"endpoint": "/x/z/y"})):
        assert (await client.post("/x/any.thing/y", json=1)).status_code == 200
        assert (await client.post("/x/z/y", json=1)).status_code == 200
        assert (await client.post("/x/a/b/y", json=1)).status_code == 404
        assert (await client.post("/x/{repo}/y/", json=1)).status_code == 404
    assert [event.name for event in bus.events] == ["a", "b"]


@pytest.mark.parametrize("path", ["/other", "/push/", "/", "/PUSH", "//push"])
async def test_an_unknown_path_is_404(running, webhooks, client, port, path):
    async with running(webhooks(port, example=PUSH)):
        answer = await client.post(f"http://127.0.0.1:{port}{path}", json=1)
    assert answer.status_code == 404
    assert path in answer.json()["error"]


async def test_a_wrong_method_is_405_and_names_the_right_ones(running, webhooks, client, port):
    source = webhooks(port, a=PUSH, b={"endpoint": "/push", "method": "GET"})
    async with running(source):
        answer = await client.put("/push", json=1)
        assert (await client.head("/push")).status_code == 405
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"
    assert "GET, POST" in answer.json()["error"]


async def test_a_get_endpoint_makes_an_event_of_the_query(running, webhooks, bus, client, port):
    async with running(webhooks(port, a={"endpoint": "/q", "method": "GET"})):
        assert (await client.get("/q?a=1&a=2")).status_code == 200
    assert json.loads(bus.events[0].data)["body"] == {"a": ["1", "2"]}


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
async def test_health_is_ok_without_a_token(running, webhooks, client, port, method):
    async with running(webhooks(port, example=TOKEN), secrets=SECRETS):
        answer = await client.request(method, "/health")
    assert answer.status_code == 200
    assert answer.text == ("" if method == "HEAD" else "OK")
    assert answer.headers["content-type"].startswith("text/plain")


async def test_an_event_may_claim_the_health_path(running, webhooks, bus, client, port):
    async with running(webhooks(port, example={"endpoint": "/health"})):
        assert "eventId" in (await client.post("/health", json=1)).json()
    assert len(bus.events) == 1


@pytest.mark.parametrize(
    "header",
    [None, "Bearer wrong", "Bearer  s3cret", "Bearer", "bearer s3cret", "Basic s3cret", "s3cret"],
)
async def test_a_wrong_token_is_401(running, webhooks, bus, client, port, header):
    headers = {} if header is None else {"authorization": header}
    async with running(webhooks(port, example=TOKEN), secrets=SECRETS):
        answer = await client.post("/push", json=1, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert bus.events == []


async def test_the_right_token_is_let_in_and_not_stored(running, webhooks, bus, client, port):
    async with running(webhooks(port, example=TOKEN), secrets=SECRETS):
        headers = {"authorization": "Bearer s3cret"}
        assert (await client.post("/push", json=1, headers=headers)).status_code == 200
    assert b"s3cret" not in bus.events[0].data


async def test_a_changed_token_counts_at_once(running, webhooks, client, port, tmp_path):
    (tmp_path / "login").mkdir()
    file = tmp_path / "login" / "token"
    file.write_text("first\n")
    async with running(webhooks(port, example=TOKEN), secrets=Secrets(directory=tmp_path)):

        async def status(token):
            headers = {"authorization": f"Bearer {token}"}
            return (await client.post("/push", json=1, headers=headers)).status_code

        assert await status("first") == 200
        file.write_text("second")
        assert [await status("first"), await status("second")] == [401, 200]


async def test_a_missing_token_is_503_and_the_answer_names_no_secret(
    running, webhooks, bus, client, port
):
    async with running(webhooks(port, example=TOKEN)):
        headers = {"authorization": "Bearer s3cret"}
        answer = await client.post("/push", json=1, headers=headers)
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    assert "login" not in answer.text
    assert bus.events == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[" * 101 + b"]" * 101,
        b'"\xff"',
        b'{"a":1,"a":2}',
        b"NaN",
        b"[Infinity]",
    ],
)
async def test_a_bad_body_is_400_and_says_why(running, webhooks, bus, client, port, content):
    async with running(webhooks(port, example=PUSH)):
        answer = await client.post("/push", content=content)
        assert (await client.post("/push", json=1)).status_code == 200
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("the body is not acceptable as JSON")
    assert len(bus.events) == 1


async def test_an_id_of_10_kb_is_400(running, webhooks, bus, client, port):
    async with running(webhooks(port, example=PUSH)):
        answer = await client.post("/push", json=1, headers={"ce-id": "x" * 10_240})
    assert answer.status_code == 400
    assert bus.events == []


async def test_a_body_may_be_as_large_as_the_limit(running, webhooks, bus, client, port):
    small = PUSH | {"maxPayloadSize": 100}
    async with running(webhooks(port, example=small)):
        fits = await client.post("/push", content=b'"' + b"x" * 98 + b'"')
        over = await client.post("/push", content=b'"' + b"x" * 99 + b'"')
    assert (fits.status_code, over.status_code) == (200, 413)
    assert "100 bytes" in over.json()["error"]


async def test_a_chunked_body_over_the_limit_is_413(running, webhooks, bus, client, port):
    async def chunks():
        for _ in range(50):
            yield b"x" * 10_000

    small = PUSH | {"maxPayloadSize": 100_000}
    async with running(webhooks(port, example=small)):
        answer = await client.post("/push", content=chunks())
    assert answer.status_code == 413


async def test_a_chunked_body_is_one_body(running, webhooks, bus, client, port):
    async def chunks():
        for part in (b'{"a"', b":", b"1}"):
            yield part

    async with running(webhooks(port, example=PUSH)):
        assert (await client.post("/push", content=chunks())).status_code == 200
    data = json.loads(bus.events[0].data)
    assert data["body"] == {"a": 1}
    assert "Transfer-Encoding" not in data["header"]


@pytest.mark.parametrize("name", ["gzip", "x-gzip", "GZIP"])
async def test_a_gzip_body_is_unpacked(running, webhooks, bus, client, port, name):
    async with running(webhooks(port, example=PUSH)):
        packed = gzip.compress(b'{"a":1}')
        headers = {"content-encoding": name}
        assert (await client.post("/push", content=packed, headers=headers)).status_code == 200
    assert json.loads(bus.events[0].data)["body"] == {"a": 1}


async def test_a_gzip_bomb_is_413(running, webhooks, bus, client, port):
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < 100_000
    async with running(webhooks(port, example=PUSH)):
        answer = await client.post("/push", content=bomb, headers={"content-encoding": "gzip"})
    assert answer.status_code == 413


@pytest.mark.parametrize("name", ["br", "deflate", "gzip, gzip", "x"])
async def test_an_unknown_encoding_is_415(running, webhooks, client, port, name):
    async with running(webhooks(port, example=PUSH)):
        answer = await client.post("/push", content=b"1", headers={"content-encoding": name})
    assert answer.status_code == 415
    assert answer.headers["accept-encoding"] == "gzip"


async def test_a_bus_that_is_down_is_503_with_retry_after(running, webhooks, bus, client, port):
    bus.error = TemporaryError("nats://user:pw@host is down", delay=2.5)
    async with running(webhooks(port, example=PUSH)):
        answer = await client.post("/push", json=1)
        bus.error = None
        assert (await client.post("/push", json=1)).status_code == 200
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "3"
    assert "send it again" in answer.json()["error"]
    assert "pw" not in answer.text


async def test_an_event_too_large_for_the_bus_is_413(running, webhooks, bus, client, port):
    bus.error = PermanentError("1048577 bytes", reason="TooLarge")
    async with running(webhooks(port, example=PUSH)):
        assert (await client.post("/push", json=1)).status_code == 413


async def test_another_permanent_failure_is_500(running, webhooks, bus, client, port):
    bus.error = PermanentError("no", reason="Odd")
    async with running(webhooks(port, example=PUSH)):
        answer = await client.post("/push", json=1)
    assert answer.status_code == 500
    assert "log" in answer.json()["error"]


async def test_large_bodies_waiting_together_are_bounded(
    running, webhooks, bus, client, port, until
):
    bus.hold = asyncio.Event()
    limits = Limits(held_bytes=100_000)
    async with running(webhooks(port, example=PUSH), limits=limits):
        large = b'"' + b"x" * 70_000 + b'"'
        pending = asyncio.create_task(client.post("/push", content=large))
        await until(lambda: bus.asked)
        assert (await client.post("/push", content=large)).status_code == 503
        bus.hold.set()
        assert (await pending).status_code == 200
        assert (await client.post("/push", content=large)).status_code == 200


async def test_no_body_is_larger_than_what_all_may_hold(running, webhooks, client, port):
    async with running(webhooks(port, example=PUSH), limits=Limits(held_bytes=1000)):
        answer = await client.post("/push", content=b'"' + b"x" * 2000 + b'"')
    assert answer.status_code == 413
