"""Requests for events: what is sent, what is shown, and what an answer means."""

import asyncio
import json
import ssl
import subprocess

import pytest
import yaml
from aiohttp import web

from hookline.errors import PermanentError, TemporaryError
from hookline.secrets import MissingSecretError, Secrets
from trigger.action import Doors, LeaseLostError

SECRETS = Secrets(
    {
        ("login", "user"): b"ann",
        ("login", "password"): b"s3cret",
        ("api", "token"): b"t0ken\n",
        ("api", "broken"): b"a\nb",
    }
)
LOGIN = {
    "username": {"name": "login", "key": "user"},
    "password": {"name": "login", "key": "password"},
}


def _secure(key="token", name="X-Token"):
    return [{"name": name, "valueFrom": {"secretKeyRef": {"name": "api", "key": key}}}]


def _value(dest, data_key, **src):
    return {"src": {"dependencyName": "push", "dataKey": data_key, **src}, "dest": dest}


def _text(policy=None, **http):
    trigger = {"template": {"name": "start", "http": http}}
    if policy is not None:
        trigger["policy"] = {"status": {"allow": policy}}
    return yaml.safe_dump(trigger)


@pytest.fixture
def order(read, event, due):
    """Return what a trigger orders for an event."""

    def _order(data, policy=None, happened=None, **http):
        trigger, mistakes = read(_text(policy, **http))
        assert [str(each) for each in mistakes] == []
        happened = happened or event(data)
        return trigger.launcher, trigger.launcher.order({"push": happened}, due(happened))

    return _order


@pytest.fixture
async def target(serve):
    """A server that remembers what it was asked, and answers what a test says."""

    class Target:
        def __init__(self):
            self.url, self.asked, self.answers = "", [], [web.Response]

        async def answer(self, request):
            self.asked.append(
                (request.method, request.path_qs, request.raw_headers, await request.read())
            )
            number = min(len(self.asked), len(self.answers)) - 1
            return self.answers[number]()

        def headers(self, number=-1):
            return {name.decode(): value.decode() for name, value in self.asked[number][2]}

    found = Target()
    async with serve(found.answer) as url:
        found.url = url
        yield found


@pytest.fixture
async def fire(order):
    """Order and send a request."""
    doors = Doors(kube=None, secrets=SECRETS)

    async def _fire(data=None, policy=None, lease_is_live=lambda: True, **http):
        launcher, ordered = order(data, policy, **http)
        return await launcher.launch(ordered, doors, lease_is_live, repeat=False)

    yield _fire
    await doors.close()


def _says(status, text="", **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda: web.Response(status=status, text=text, headers=names)


async def test_a_request_carries_the_values_of_the_event(target, fire):
    payload = [
        _value("commit", "commit"),
        _value("size.total", "size", useRawData=True),
        {"src": {"dependencyName": "push", "contextKey": "subject"}, "dest": "list.1"},
    ]
    result = await fire({"commit": "c1", "size": 3}, url=f"{target.url}/a?b=c", payload=payload)
    method, path, _, body = target.asked[0]

    assert (result, method, path) == (None, "POST", "/a?b=c")
    assert json.loads(body) == {"commit": "c1", "size": {"total": 3}, "list": [None, "example-1"]}
    assert target.headers()["Content-Type"] == "application/json"
    assert target.headers()["User-Agent"].startswith("hookline/")


@pytest.mark.parametrize("method", ["GET", "DELETE", "PATCH", "PUT", "POST"])
async def test_every_method_takes_a_payload(target, fire, method):
    await fire({"a": "1"}, url=target.url, method=method, payload=[_value("a", "a")])

    assert (target.asked[0][0], target.asked[0][3]) == (method, b'{"a":"1"}')


async def test_without_a_payload_nothing_is_sent_and_no_type(target, fire):
    await fire({}, url=target.url)

    assert target.asked[0][3] == b""
    assert "Content-Type" not in target.headers()


async def test_a_value_without_a_place_is_the_whole_body(target, fire):
    payload = [_value("", "text"), _value("ignored", "text")]
    await fire({"text": "plain: ü"}, url=target.url, payload=payload)

    assert target.asked[0][3] == "plain: ü".encode()
    assert "Content-Type" not in target.headers()


async def test_the_key_against_repeats_is_the_same_every_time(target, fire, event, due):
    for _ in range(2):
        await fire({}, url=target.url)

    keys = {target.headers(number)["Idempotency-Key"] for number in range(2)}
    assert keys == {due(event({})).key}


async def test_a_key_of_ones_own_wins(target, fire):
    await fire({}, url=target.url, headers={"idempotency-key": "mine"})

    assert target.headers()["idempotency-key"] == "mine"
    assert "Idempotency-Key" not in target.headers()


async def test_headers_come_from_the_manifest_then_events_then_secrets(target, fire):
    await fire(
        {"a": "from-event"},
        url=target.url,
        headers={"x-One": "1", "X-Two": "2", "X-Token": "3"},
        dynamicHeaders=[_value("x-two", "a")],
        secureHeaders=_secure(),
        basicAuth=LOGIN,
        host="other.test",
    )
    headers = target.headers()

    assert (headers["x-One"], headers["x-two"], headers["X-Token"]) == ("1", "from-event", "t0ken")
    assert "X-Two" not in headers
    assert headers["Authorization"] == "Basic YW5uOnMzY3JldA=="
    assert headers["Host"] == "other.test"


def test_what_is_shown_holds_no_secret(order):
    _, ordered = order(
        {"a": "1"},
        url="https://a.test/b",
        method="PUT",
        payload=[_value("a", "a")],
        secureHeaders=_secure(),
        basicAuth=LOGIN,
    )
    shown = ordered.object

    assert (shown["method"], shown["url"], shown["body"]) == ("PUT", "https://a.test/b", {"a": "1"})
    assert (shown["headers"]["X-Token"], shown["headers"]["Authorization"]) == ("***", "***")


async def test_a_missing_secret_is_tried_again(target, fire):
    with pytest.raises(MissingSecretError):
        await fire({}, url=target.url, secureHeaders=_secure("missing"))

    assert target.asked == []


async def test_a_secret_that_no_header_can_hold_is_tried_again(target, fire):
    with pytest.raises(TemporaryError) as caught:
        await fire({}, url=target.url, secureHeaders=_secure("broken"))

    assert caught.value.reason == "BadSecret"


async def test_a_header_may_come_from_a_config_map(cluster, serve, read, event, due):
    seen = []

    async def handler(request):
        seen.append(request.headers["X-Team"])
        return web.Response()

    path = f"/api/v1/namespaces/{cluster.namespace}/configmaps"
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "team"}}
    cluster.request("POST", path, json={**body, "data": {"name": "blue\n"}})
    header = {"name": "X-Team", "valueFrom": {"configMapKeyRef": {"name": "team", "key": "name"}}}
    doors = Doors(kube=cluster.kube)
    async with serve(handler) as url:
        trigger, _ = read(_text(url=url, secureHeaders=[header]), namespace=cluster.namespace)
        happened = event({})
        ordered = trigger.launcher.order({"push": happened}, due(happened))
        await trigger.launcher.launch(ordered, doors, lambda: True, repeat=False)
    await doors.close()

    assert seen == ["blue"]


async def test_a_secret_of_the_cluster_is_that_of_the_sensors_namespace(target, read, event, due):
    secrets = Secrets(namespace="default")
    secrets.follow([("prod", "api"), ("prod", "login")])
    secrets.found(("prod", "api"), {"token": "dDBrZW4="})
    secrets.found(("prod", "login"), {"user": "YW5u", "password": "czNjcmV0"})
    doors = Doors(kube=None, secrets=secrets)
    text = _text(url=target.url, secureHeaders=_secure(), basicAuth=LOGIN)
    trigger, _ = read(text, namespace="prod")
    happened = event({})
    ordered = trigger.launcher.order({"push": happened}, due(happened))
    await trigger.launcher.launch(ordered, doors, lambda: True, repeat=False)
    assert target.headers()["X-Token"] == "t0ken"
    assert target.headers()["Authorization"] == "Basic YW5uOnMzY3JldA=="

    secrets.gone(("prod", "api"), "there is none")
    with pytest.raises(MissingSecretError, match=r"api, key token: .*; there is none"):
        await trigger.launcher.launch(ordered, doors, lambda: True, repeat=False)
    await doors.close()


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\x00b"])
def test_an_event_cannot_write_other_headers(order, value):
    with pytest.raises(PermanentError) as caught:
        order({"a": value}, url="http://a.test", dynamicHeaders=[_value("X-A", "a")])

    assert caught.value.reason == "Parameter"


async def test_a_lost_lease_sends_nothing(target, fire):
    once = iter([True])
    with pytest.raises(LeaseLostError):
        await fire({}, url=target.url, lease_is_live=lambda: next(once, False))

    assert target.asked == []


@pytest.mark.parametrize("status", [400, 404, 409, 410, 422, 304])
async def test_a_refusal_of_the_request_is_permanent(target, fire, status):
    target.answers = [_says(status)]
    with pytest.raises(PermanentError) as caught:
        await fire({}, url=target.url)

    assert caught.value.reason == f"Http{status}"


@pytest.mark.parametrize("status", [401, 403, 408, 425, 429, 500, 502, 503, 599])
async def test_a_service_that_cannot_now_is_tried_again(target, fire, status):
    target.answers = [_says(status, "busy", Retry_After="7")]
    with pytest.raises(TemporaryError) as caught:
        await fire({}, url=f"{target.url}/?key=hidden")
    error = caught.value

    assert (error.reason, error.whole_target, error.delay) == (f"Http{status}", True, 7.0)
    assert "busy" in str(error)
    assert "hidden" not in str(error)


async def test_a_policy_says_what_is_done(target, fire):
    target.answers = [_says(404), _says(200), _says(500)]
    await fire({}, policy=[404], url=target.url)
    with pytest.raises(TemporaryError) as caught:
        await fire({}, policy=[404], url=target.url)
    assert (caught.value.reason, caught.value.whole_target) == ("Http200", False)
    await fire({}, policy=[404, 500], url=target.url)


async def test_nobody_listening_is_no_answer(fire, unused_tcp_port):
    with pytest.raises(TemporaryError) as caught:
        await fire({}, url=f"http://127.0.0.1:{unused_tcp_port}/")

    assert (caught.value.reason, caught.value.whole_target) == ("NoAnswer", True)


async def test_no_answer_in_time_is_no_answer(serve, fire):
    done = asyncio.Event()

    async def handler(_request):
        await done.wait()
        return web.Response()

    async with serve(handler) as url:
        with pytest.raises(TemporaryError, match="no answer within 1 s"):
            await fire({}, url=url, timeout=1)
        done.set()


async def test_settings_are_filled_from_the_event(target, fire):
    await fire(
        {"path": "a/b", "who": "ann"},
        url=f"{target.url}/${{{{ $.push.path }}}}",
        headers={"X-Who": "${{ $.push.who }}!"},
        parameters=[
            {**_value("url", "path"), "operation": "append"},
            {"src": {"dependencyName": "push", "value": "PUT"}, "dest": "method"},
        ],
    )

    assert target.asked[0][:2] == ("PUT", "/a/ba/b")
    assert target.headers()["X-Who"] == "ann!"


async def test_an_event_may_give_the_address(target, fire):
    await fire({"url": f"{target.url}/x"}, url="${{ $.push.url }}")
    await fire({"url": f"{target.url}/y"}, parameters=[_value("url", "url")])

    assert [path for _, path, _, _ in target.asked] == ["/x", "/y"]


@pytest.mark.parametrize("url", ["", "ftp://a", "nonsense", "http://", "http://u:p@a.test"])
def test_an_event_that_gives_no_address_is_permanent(order, url):
    with pytest.raises(PermanentError) as caught:
        order({"url": url}, parameters=[_value("url", "url")])

    assert caught.value.reason == "Parameter"


@pytest.mark.parametrize(
    ("http", "path", "code"),
    [
        ({}, "url", "missing-field"),
        ({"url": "a"}, "url", "bad-url"),
        ({"url": "http://u:p@a"}, "url", "bad-url"),
        ({"url": "http://a", "method": "HEAD"}, "method", "bad-value"),
        ({"url": "http://a", "headers": {"a b": "c"}}, "headers", "bad-header"),
        ({"url": "http://a", "headers": {"a": "c\n"}}, "headers.a", "bad-header"),
        (
            {"url": "http://a", "dynamicHeaders": [_value("a:", "x")]},
            "dynamicHeaders",
            "bad-header",
        ),
        ({"url": "http://a", "payload": [_value("a", "")]}, "", ""),
        ({"url": "http://a", "payload": [_value("a" * 2000, "x")]}, "payload[0].dest", "bad-path"),
        (
            {"url": "http://a", "secureHeaders": [{"name": "a", "valueFrom": {}}]},
            "secureHeaders[0].valueFrom",
            "missing-field",
        ),
        (
            {"url": "http://a", "secureHeaders": _secure(name="a:")},
            "secureHeaders",
            "bad-header",
        ),
        ({"url": "http://a", "tls": {}}, "tls", "bad-value"),
        ({"url": "${{ $.push.a }}", "headers": {"a b": "c"}}, "headers", "bad-header"),
        ({"url": "${{ $.pul.a }}"}, "url", "unknown-dependency"),
    ],
)
def test_mistakes_are_found_when_the_manifest_loads(read, http, path, code):
    trigger, mistakes = read(_text(**http))
    found = [
        (each.path.removeprefix("spec.triggers[0].template.http."), each.code) for each in mistakes
    ]

    assert found == ([(path, code)] if code else [])
    assert (trigger is None) == bool(code)


async def test_headers_that_follow_from_the_body_are_not_taken(target, read, event, due):
    headers = {"Content-Length": "100", "transfer-encoding": "chunked", "X-A": "b"}
    text = _text(url=target.url, headers=headers, payload=[_value("a", "a")])
    trigger, mistakes = read(text)
    happened = event({"a": "1"})
    order = trigger.launcher.order({"push": happened}, due(happened))
    doors = Doors(kube=None)
    await trigger.launcher.launch(order, doors, lambda: True, repeat=False)
    await doors.close()

    assert {each.code for each in mistakes} == {"no-effect"}
    assert target.headers()["Content-Length"] == "9"
    assert "transfer-encoding" not in target.headers()
    assert target.asked[0][3] == b'{"a":"1"}'


async def test_a_part_without_an_event_is_left_out(read, event, due):
    """Argo Events crashes here."""
    http = {
        "url": "http://a",
        "payload": [_value("a", "a"), {"src": {"dependencyName": "pull"}, "dest": "b"}],
        "dynamicHeaders": [{"src": {"dependencyName": "pull"}, "dest": "X-Pull"}],
    }
    text = yaml.safe_dump({"template": {"name": "s", "conditions": "push || pull", "http": http}})
    trigger, _ = read(text, dependencies=("push", "pull"))
    happened = event({"a": "1"})
    shown = trigger.launcher.order({"push": happened}, due(happened)).object

    assert shown["body"] == {"a": "1"}
    assert "X-Pull" not in shown["headers"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that signed itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    argv = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    argv += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    argv += ["-keyout", folder / "key", "-out", folder / "cert"]
    try:
        subprocess.run(argv, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl on this machine")
    return folder / "cert", folder / "key"


@pytest.fixture
async def secure_url(certificate):
    async def handler(_request):
        return web.Response()

    app = web.Application()
    app.router.add_get("/", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    yield f"https://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


@pytest.mark.parametrize(
    ("tls", "works"),
    [
        (None, False),
        ({"enabled": True}, False),
        ({"caCertSecret": {"name": "ca", "key": "cert"}}, True),
        ({"insecureSkipVerify": True}, True),
    ],
)
async def test_the_servers_certificate_is_checked(secure_url, certificate, order, tls, works):
    doors = Doors(kube=None, secrets=Secrets({("ca", "cert"): certificate[0].read_bytes()}))
    http = {"url": secure_url, "method": "GET"} | ({} if tls is None else {"tls": tls})
    launcher, ordered = order({}, **http)
    sending = launcher.launch(ordered, doors, lambda: True, repeat=False)
    if works:
        assert await sending is None
    else:
        with pytest.raises(TemporaryError) as caught:
            await sending
        assert caught.value.reason == "NoAnswer"
    await doors.close()
