"""The web client: redirects, bounds and kept connections."""

import pytest
import yarl
from aiohttp import web

from hookline.errors import TemporaryError
from trigger.web import WebClient, WebRequest


@pytest.fixture
async def client():
    found = WebClient()
    yield found
    await found.close()


def _request(url, method="POST", **fields):
    headers = (("X-Token", "t"), ("Authorization", "a"), ("Content-Type", "text/plain"))
    private = frozenset({"x-token", "authorization"})
    return WebRequest(method, yarl.URL(url), headers, b"body", private=private, **fields)


async def test_requests_go_over_one_connection(serve, client):
    ports = []

    async def handler(request):
        ports.append(request.transport.get_extra_info("peername")[1])
        return web.Response(text="x" * 100)

    async with serve(handler) as url:
        for _ in range(3):
            assert (await client.send(_request(url))).body == b"x" * 100

    assert len(set(ports)) == 1


async def test_a_large_answer_is_cut(serve, client):
    async def handler(_request):
        return web.Response(body=b"x" * 10_000_000)

    async with serve(handler) as url:
        answer = await client.send(_request(url))

    assert len(answer.body) == 64 * 1024
    assert len(answer.text(_request(url))) == 200


@pytest.mark.parametrize(
    ("status", "method", "body"),
    [
        (301, "GET", b""),
        (302, "GET", b""),
        (303, "GET", b""),
        (307, "POST", b"body"),
        (308, "POST", b"body"),
    ],
)
async def test_a_redirect_keeps_the_method_or_not(serve, client, status, method, body):
    asked = []

    async def handler(request):
        asked.append((request.method, request.path, await request.read(), request.headers))
        if request.path == "/":
            return web.Response(status=status, headers={"Location": "/there"})
        return web.Response(text="here")

    async with serve(handler) as url:
        assert (await client.send(_request(url))).body == b"here"

    assert asked[1][:3] == (method, "/there", body)
    assert asked[1][3]["X-Token"] == "t"
    assert ("Content-Type" in asked[1][3]) == bool(body)


async def test_another_server_does_not_see_what_is_private(serve, client):
    seen = []

    async def there(request):
        seen.append(request.headers)
        return web.Response()

    async with serve(there) as other:

        async def here(_request):
            return web.Response(status=307, headers={"Location": other})

        async with serve(here) as url:
            await client.send(_request(url))

    assert {"X-Token", "Authorization"}.isdisjoint(seen[0])
    assert seen[0]["Content-Type"] == "text/plain"


async def test_redirects_in_a_circle_end(serve, client):
    asked = []

    async def handler(request):
        asked.append(request.path)
        return web.Response(status=302, headers={"Location": "/again"})

    async with serve(handler) as url:
        with pytest.raises(TemporaryError, match="more than 10 redirects"):
            await client.send(_request(url))

    assert len(asked) == 11


@pytest.mark.parametrize("location", ["ftp://a/b", "file:///etc/passwd", "http://"])
async def test_a_redirect_out_of_the_web_is_not_followed(serve, client, location):
    async def handler(_request):
        return web.Response(status=302, headers={"Location": location})

    async with serve(handler) as url:
        with pytest.raises(TemporaryError) as caught:
            await client.send(_request(url))

    assert caught.value.reason == "Redirect"


async def test_a_connection_that_breaks_is_no_answer(serve, client):
    async def handler(request):
        request.transport.abort()
        return web.Response()

    async with serve(handler) as url:
        with pytest.raises(TemporaryError) as caught:
            await client.send(_request(f"{url}/?secret=1"))

    assert (caught.value.reason, caught.value.whole_target) == ("NoAnswer", True)
    assert "secret" not in str(caught.value)


def test_what_a_server_says_is_shown_without_the_secrets_it_was_told():
    headers = (("X-Key", "Token abcdef"), ("Authorization", "Bearer ghijkl"), ("X-Open", "open"))
    url = yarl.URL("http://a.example/")
    request = WebRequest("POST", url, headers, private=frozenset({"x-key"}))
    said = "Token abcdef, abcdef, ghijkl, open"
    assert request.masked(said) == "***, ***, ***, open"
    led = request.redirected(307, "http://b.example/abcdef?k=abcdef")
    assert led.target == "http://b.example/***"
    assert led.masked(said) == request.masked(said)
