"""A sandbox on loopback serves programs, and no web page that is open in a browser."""

import httpx
import pytest

from server.sandbox.app import serve
from server.sandbox.visitors import is_loopback

WORKFLOWS = "/apis/argoproj.io/v1alpha1/namespaces/default/workflows"
ONE = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": {"name": "one"}}


@pytest.fixture
async def box():
    running = await serve(None)
    async with httpx.AsyncClient(base_url=running.url, trust_env=False) as client:
        yield client
    await running.stop()


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "evil.example:80"},
        {"host": "127.0.0.1.evil.example"},
        {"host": "localhost.evil.example"},
        {"host": ""},
        {"host": "10.0.0.1"},
        {"host": "[::2]:80"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:1"},
    ],
    ids=str,
)
async def test_a_web_page_reads_nothing_and_makes_nothing(box, headers):
    assert (await box.get("/api", headers=headers)).status_code == 403
    answer = await box.post(WORKFLOWS, json=ONE, headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (403, "Forbidden")
    assert (await box.get(WORKFLOWS)).json()["items"] == []


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1:80", "[::1]:80", "127.9.9.9"]
)
async def test_this_machine_is_served_by_any_of_its_names(box, host):
    assert (await box.get("/api", headers={"host": host})).status_code == 200


async def test_an_origin_of_its_own_is_served(box):
    assert (await box.get("/api", headers={"origin": str(box.base_url)})).status_code == 200


def test_an_address_of_the_network_is_no_loopback():
    assert not any(map(is_loopback, ["0.0.0.0", "::", "10.0.0.1", "sandbox", ""]))  # noqa: S104  not bound
