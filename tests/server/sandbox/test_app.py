"""A sandbox inside a running event loop."""

import asyncio
import signal
import socket

import httpx
import pytest

from server.sandbox.app import create_app, serve
from server.sandbox.errors import SandboxError
from server.sandbox.store import Store

WORKFLOWS = "/apis/argoproj.io/v1alpha1/namespaces/{}/workflows"
ONE = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": {"name": "one"}}


@pytest.fixture
async def running():
    running = await serve(None)
    yield running
    await running.stop()


async def test_it_says_where_it_listens_and_answers_there(running):
    assert running.url == f"http://127.0.0.1:{running.port}"
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"{running.url}/livez")).text == "ok"


async def test_signals_stay_with_the_caller():
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    running = await serve(None)
    during = {number: signal.getsignal(number) for number in before}
    await running.stop()
    assert during == before


async def test_a_stop_ends_watches_and_frees_port_and_file(tmp_path):
    path = tmp_path / "objects.db"
    running = await serve(path)
    async with httpx.AsyncClient(base_url=running.url, trust_env=False, timeout=30) as client:
        query = {"watch": "true"}
        async with client.stream("GET", WORKFLOWS.format("default"), params=query) as answer:
            stopping = asyncio.create_task(running.stop())
            assert [line async for line in answer.aiter_lines()] == []
            await asyncio.wait_for(stopping, 30)
    again = await serve(path, port=running.port)
    assert again.port == running.port
    await again.stop()


async def test_many_watches_hear_of_one_change(running):
    path = WORKFLOWS.format("default")
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(
        base_url=running.url, trust_env=False, timeout=30, limits=limits
    ) as client:

        async def hear(started):
            async with client.stream("GET", path, params={"watch": "true"}) as answer:
                started.set()
                return await anext(answer.aiter_lines())

        starts = [asyncio.Event() for _ in range(50)]
        watches = [asyncio.create_task(hear(start)) for start in starts]
        await asyncio.gather(*(start.wait() for start in starts))
        await client.post(path, json=ONE)
        lines = await asyncio.wait_for(asyncio.gather(*watches), 30)
    assert len(set(lines)) == 1
    assert '"type":"ADDED"' in lines[0]


async def test_a_port_in_use_is_one_clear_error(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SandboxError, match=f"port {port} on 127.0.0.1 cannot be used"):
            await serve(tmp_path / "objects.db", port=port)


async def test_a_file_in_use_is_one_clear_error_and_frees_the_port(tmp_path):
    path = tmp_path / "objects.db"
    running = await serve(path)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(SandboxError, match="locked"):
        await serve(path, port=port)
    socket.create_server(("127.0.0.1", port)).close()
    await running.stop()


async def test_a_missing_namespace_is_made_on_first_use(running):
    async with httpx.AsyncClient(base_url=running.url, trust_env=False) as client:
        assert (await client.post(WORKFLOWS.format("fresh"), json=ONE)).status_code == 201
        assert (await client.get("/api/v1/namespaces/fresh")).status_code == 200
        answer = await client.post(WORKFLOWS.format("No_Name"), json=ONE)
        assert answer.status_code == 422


async def test_some_namespaces_are_there_from_the_start(running):
    async with httpx.AsyncClient(base_url=running.url, trust_env=False) as client:
        items = (await client.get("/api/v1/namespaces")).json()["items"]
    assert [item["metadata"]["name"] for item in items] == ["argo", "default", "kube-system"]
    assert items[0]["status"] == {"phase": "Active"}


async def test_a_fault_of_the_sandbox_is_an_answer_and_it_lives_on(tmp_path, capsys):
    store = Store(tmp_path / "objects.db")
    transport = httpx.ASGITransport(create_app(store))
    async with httpx.AsyncClient(transport=transport, base_url="http://box") as client:
        assert (await client.get("/api/v1/namespaces/default")).status_code == 200
        store.close()
        answer = await client.get("/api/v1/namespaces/default")
        assert (answer.status_code, answer.json()["reason"]) == (500, "InternalError")
        assert (await client.get("/version")).status_code == 200
    assert "the sandbox failed" in capsys.readouterr().out
