"""The verbs of the door, and the session below them, against a server of our own."""

import asyncio
import json

import pytest
import yaml
from aiohttp import web

from hookline.errors import TemporaryError
from hookline.kube.client import APPLY, MERGE, STRATEGIC
from hookline.kube.config import connect
from hookline.kube.errors import NotFoundError
from hookline.kube.session import Session

ARGO = "argoproj.io/v1alpha1"
PATH = f"/apis/{ARGO}/namespaces/prod/workflows"


@pytest.fixture
async def kube(stub):
    client = await connect(server_url=stub.url)
    yield client
    await client.close()


def _says(value, status=200):
    async def handler(_request):
        return web.json_response(value, status=status)

    return handler


async def test_a_create_sends_the_bytes_as_they_are(stub, kube):
    stub.handler = _says({"metadata": {"uid": "u1"}}, 201)

    created = await kube.create(ARGO, "Workflow", "prod", b'{"a": 1.50}')

    assert created == {"metadata": {"uid": "u1"}}
    assert stub.asked == [("POST", PATH, None, b'{"a": 1.50}')]


async def test_a_get_names_the_object(stub, kube):
    stub.handler = _says({"kind": "Workflow"})

    assert await kube.get(ARGO, "Workflow", "prod", "mine") == {"kind": "Workflow"}
    assert stub.asked == [("GET", f"{PATH}/mine", None, b"")]


async def test_a_list_is_a_consistent_read_by_labels(stub, kube):
    stub.handler = _says({"items": [{"metadata": {"name": "a"}}]})

    found = await kube.list(ARGO, "Workflow", "prod", "hookline.dev/identity=abc")

    assert found == [{"metadata": {"name": "a"}}]
    assert stub.asked[0][1] == f"{PATH}?labelSelector=hookline.dev%2Fidentity%3Dabc"


async def test_a_list_of_nothing_is_empty(stub, kube):
    stub.handler = _says({"items": None})

    assert await kube.list(ARGO, "Workflow", "prod", "a=b") == []


async def test_a_replace_puts_the_bytes_where_the_object_is(stub, kube):
    stub.handler = _says({"metadata": {"uid": "u1"}})

    assert await kube.replace(ARGO, "Workflow", "prod", "mine", b"{}") == {
        "metadata": {"uid": "u1"}
    }
    assert stub.asked == [("PUT", f"{PATH}/mine", None, b"{}")]


@pytest.mark.parametrize(
    ("media", "query"),
    [(MERGE, ""), (STRATEGIC, ""), (APPLY, "?fieldManager=hookline&force=true")],
)
async def test_a_patch_says_what_it_is_and_an_apply_whose(stub, kube, media, query):
    said = []

    async def handler(request):
        said.append(request.headers["Content-Type"])
        return web.json_response({})

    stub.handler = handler
    await kube.patch(ARGO, "Workflow", "prod", "mine", b"{}", media)

    assert stub.asked == [("PATCH", f"{PATH}/mine{query}", None, b"{}")]
    assert said == [media]


async def test_a_delete_names_the_object(stub, kube):
    stub.handler = _says({"kind": "Status", "status": "Success"})

    await kube.delete(ARGO, "Workflow", "prod", "mine")

    assert stub.asked[0][:2] == ("DELETE", f"{PATH}/mine")


async def test_well_known_kinds_need_no_discovery(stub, kube):
    resource = await kube.discover(ARGO, "CronWorkflow")

    assert (resource.plural, resource.namespaced) == ("cronworkflows", True)
    assert stub.asked == []


async def test_other_kinds_are_discovered_once(stub, kube):
    stub.handler = _says(
        {
            "resources": [
                {"name": "jobs/status", "kind": "Job", "namespaced": True},
                {"name": "jobs", "kind": "Job", "namespaced": True},
            ]
        }
    )

    assert (await kube.discover("batch/v1", "Job")).plural == "jobs"
    assert (await kube.discover("batch/v1", "Job")).plural == "jobs"
    assert [path for _, path, _, _ in stub.asked] == ["/apis/batch/v1"]


async def test_a_kind_that_is_not_served_yet_is_asked_for_again(stub, kube):
    stub.handler = _says({"resources": []})
    with pytest.raises(NotFoundError) as caught:
        await kube.discover("batch/v1", "Job")
    assert (caught.value.missing, caught.value.whole_target) == ("type", True)

    stub.handler = _says({"resources": [{"name": "jobs", "kind": "Job", "namespaced": True}]})
    assert (await kube.discover("batch/v1", "Job")).namespaced


async def test_one_connection_serves_request_after_request(stub, kube):
    ports = []

    async def handler(request):
        ports.append(request.transport.get_extra_info("peername")[1])
        return web.json_response({})

    stub.handler = handler
    for _ in range(3):
        await kube.get(ARGO, "Workflow", "prod", "mine")

    assert len(set(ports)) == 1


async def test_a_redirect_is_not_followed_with_the_token(stub, kube):
    async def handler(_request):
        raise web.HTTPFound("/elsewhere")

    stub.handler = handler
    with pytest.raises(TemporaryError):
        await kube.get(ARGO, "Workflow", "prod", "mine")
    assert len(stub.asked) == 1


async def test_nobody_listening_is_no_answer_of_the_whole_target(unused_tcp_port):
    client = await connect(server_url=f"http://127.0.0.1:{unused_tcp_port}")
    with pytest.raises(TemporaryError) as caught:
        await client.get(ARGO, "Workflow", "prod", "mine")
    await client.close()

    assert (caught.value.reason, caught.value.whole_target) == ("NoAnswer", True)
    assert f"http://127.0.0.1:{unused_tcp_port}" in str(caught.value)


async def test_a_connection_that_breaks_is_no_answer(stub, kube):
    async def handler(request):
        request.transport.abort()
        return web.Response()

    stub.handler = handler
    with pytest.raises(TemporaryError) as caught:
        await kube.create(ARGO, "Workflow", "prod", b"{}")

    assert (caught.value.reason, caught.value.whole_target) == ("NoAnswer", True)
    assert len(stub.asked) == 1, "a create is never sent twice behind our back"


async def test_an_answer_that_takes_too_long_is_no_answer(stub):
    never = asyncio.Event()

    async def handler(_request):
        await never.wait()
        return web.Response()

    stub.handler = handler
    session = Session(_configuration(stub.url), _never_loaded, timeout=0.05)
    with pytest.raises(TemporaryError) as caught:
        await session.send("GET", "/")
    never.set()
    await session.close()

    assert caught.value.reason == "NoAnswer"
    assert "within 0.05 s" in str(caught.value)


def _configuration(url):
    from kubernetes.aio.client.configuration import Configuration  # noqa: PLC0415  half a second

    return Configuration(host=url)


async def _never_loaded():
    raise AssertionError


class Cluster:
    """A kubeconfig with a token in a file, and a stub that takes one token only."""

    def __init__(self, folder, stub):
        self.file, self.token_file = folder / "config", folder / "token"
        self.accepted = "first"
        self.token_file.write_text("first")
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": {"server": stub.url}}],
            "users": [{"name": "u", "user": {"tokenFile": str(self.token_file)}}],
            "contexts": [
                {"name": "one", "context": {"cluster": "c", "user": "u"}},
                {"name": "two", "context": {"cluster": "c"}},
            ],
            "current-context": "one",
        }
        self.file.write_text(yaml.safe_dump(config))
        stub.handler = self._handle

    async def _handle(self, request):
        good = request.headers.get("Authorization") == f"Bearer {self.accepted}"
        body = {} if good else {"kind": "Status", "reason": "Unauthorized"}
        return web.json_response(body, status=200 if good else 401)


@pytest.fixture
def cluster(tmp_path, stub):
    return Cluster(tmp_path, stub)


async def test_the_token_of_the_kubeconfig_is_sent(stub, cluster):
    client = await connect(kubeconfig=str(cluster.file))
    await client.get(ARGO, "Workflow", "prod", "mine")
    await client.close()

    assert [token for _, _, token, _ in stub.asked] == ["Bearer first"]


async def test_another_context_is_another_user(stub, cluster):
    client = await connect(kubeconfig=str(cluster.file), context="two")
    with pytest.raises(TemporaryError):
        await client.get(ARGO, "Workflow", "prod", "mine")
    await client.close()

    assert [token for _, _, token, _ in stub.asked] == [None]


async def test_a_rotated_token_is_read_and_used_at_once(stub, cluster):
    client = await connect(kubeconfig=str(cluster.file))
    await client.get(ARGO, "Workflow", "prod", "mine")
    cluster.accepted = "second"
    cluster.token_file.write_text("second")

    await asyncio.gather(*(client.get(ARGO, "Workflow", "prod", "mine") for _ in range(4)))
    await client.close()

    assert stub.asked[-1][2] == "Bearer second"


async def test_a_token_that_stays_wrong_is_unauthorized_and_not_sent_twice(stub, cluster):
    client = await connect(kubeconfig=str(cluster.file))
    cluster.accepted = "another"
    with pytest.raises(TemporaryError) as caught:
        await client.get(ARGO, "Workflow", "prod", "mine")
    await client.close()

    assert (caught.value.reason, caught.value.whole_target) == ("Unauthorized", True)
    assert len(stub.asked) == 1


async def test_a_kubeconfig_that_is_broken_now_leaves_the_refusal_as_it_is(stub, cluster):
    client = await connect(kubeconfig=str(cluster.file))
    cluster.accepted = "another"
    cluster.file.write_text("a: [")
    with pytest.raises(TemporaryError) as caught:
        await client.get(ARGO, "Workflow", "prod", "mine")
    await client.close()

    assert caught.value.reason == "Unauthorized"


async def test_the_status_of_a_refusal_is_read(stub, kube):
    stub.handler = _says({"kind": "Status", "reason": "Invalid", "message": "no"}, 422)

    with pytest.raises(Exception, match=r"no \(Invalid\)"):
        await kube.create(ARGO, "Workflow", "prod", json.dumps({}).encode())


async def test_the_proxy_of_the_kubeconfig_is_used(stub, cluster):
    config = yaml.safe_load(cluster.file.read_text())
    config["clusters"][0]["cluster"] = {
        "server": "http://cluster.example",
        "proxy-url": stub.url,
    }
    cluster.file.write_text(yaml.safe_dump(config))
    client = await connect(kubeconfig=str(cluster.file))
    await client.get(ARGO, "Workflow", "prod", "mine")
    await client.close()

    assert [(path, token) for _, path, token, _ in stub.asked] == [(f"{PATH}/mine", "Bearer first")]


@pytest.mark.parametrize(
    ("exception", "is_used"), [("", True), ("cluster.example", False), ("*", False)]
)
async def test_the_proxy_of_the_environment_is_used_but_for_its_exceptions(
    stub, cluster, monkeypatch, exception, is_used
):
    config = yaml.safe_load(cluster.file.read_text())
    config["clusters"][0]["cluster"] = {"server": "http://cluster.example"}
    cluster.file.write_text(yaml.safe_dump(config))
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, stub.url)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, exception)
    client = await connect(kubeconfig=str(cluster.file))
    try:
        await client.get(ARGO, "Workflow", "prod", "mine")
    except TemporaryError:
        assert not is_used
    finally:
        await client.close()

    assert bool(stub.asked) is is_used


async def test_a_proxy_of_the_environment_does_not_stand_before_the_sandbox(stub, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    stub.handler = _says({"kind": "Workflow"})
    client = await connect(server_url=stub.url)

    assert await client.get(ARGO, "Workflow", "prod", "mine")
    await client.close()
