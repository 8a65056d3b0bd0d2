"""ConfigMaps are read when they are needed, and not more often than that."""

import asyncio

import pytest
from aiohttp import web

from hookline.errors import TemporaryError
from hookline.kube.config import connect
from hookline.local_values import LocalValues
from trigger.config_maps import ConfigMaps


@pytest.fixture
async def kube(serve):
    """A client of a server that knows the ConfigMap `a`; `asked` counts."""
    asked = []

    async def handler(request):
        if request.path == "/api/v1":
            found = [{"name": "configmaps", "kind": "ConfigMap", "namespaced": True}]
            return web.json_response({"resources": found})
        asked.append(request.path)
        if request.path.endswith("/a"):
            return web.json_response({"data": {"key": "text"}})
        details = {"name": "b", "kind": "configmaps"}
        status = {"kind": "Status", "reason": "NotFound", "details": details}
        return web.json_response(status, status=404)

    async with serve(handler) as url:
        client = await connect(server_url=url)
        client.asked = asked
        yield client
        await client.close()


async def test_many_who_ask_at_a_time_cost_one_request(kube):
    maps = ConfigMaps()
    texts = await asyncio.gather(*(maps.text(kube, "prod", "a", "key") for _ in range(20)))

    assert set(texts) == {"text"}
    assert kube.asked == ["/api/v1/namespaces/prod/configmaps/a"]


async def test_it_is_read_again_when_it_is_old(kube):
    maps = ConfigMaps(kept=0)
    for _ in range(3):
        await maps.text(kube, "prod", "a", "key")

    assert len(kube.asked) == 3


@pytest.mark.parametrize(("name", "key"), [("a", "other"), ("b", "key")])
async def test_what_is_missing_is_named(kube, name, key):
    with pytest.raises(TemporaryError, match=f"prod/{name}") as caught:
        await ConfigMaps().text(kube, "prod", name, key)

    assert (caught.value.reason, caught.value.whole_target) == ("NoSource", True)


async def test_what_is_kept_is_bounded(kube):
    maps = ConfigMaps()
    for number in range(200):
        await maps.text(kube, f"n{number}", "a", "key")

    assert len(maps._known) == 128


async def test_a_document_comes_before_a_file_and_a_file_before_the_cluster(kube, tmp_path):
    maps = ConfigMaps(kept=0, local=LocalValues("ConfigMap", {}, tmp_path))
    assert await maps.text(kube, "prod", "a", "key") == "text"

    (tmp_path / "a").mkdir()
    for content in ("one\n", "another\n"):
        (tmp_path / "a" / "key").write_text(content)
        assert await maps.text(kube, "prod", "a", "key") == content

    maps.local = LocalValues("ConfigMap", {("a", "key"): b"document"}, tmp_path)
    assert await maps.text(kube, "prod", "a", "key") == "document"
    assert len(kube.asked) == 1


async def test_without_a_cluster_the_message_says_where_it_looked(tmp_path):
    local = LocalValues("ConfigMap", {("a", "raw"): b"\xff"}, tmp_path)
    maps = ConfigMaps(local=local)
    for key, said in (("key", f"{tmp_path / 'a' / 'key'} cannot be read"), ("raw", "no UTF-8")):
        with pytest.raises(TemporaryError, match=said) as caught:
            await maps.text(None, "prod", "a", key)
        assert caught.value.reason == "NoSource"
