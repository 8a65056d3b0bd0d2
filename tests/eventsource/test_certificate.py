import asyncio
import ssl
from contextlib import suppress

import httpx
import pytest
from certificates import Authority
from structlog.testing import capture_logs

from eventsource.limits import Limits
from eventsource.server import ListenError
from hookline.secrets import Secrets

TLS = {
    "serverCertSecret": {"name": "tls", "key": "crt"},
    "serverKeySecret": {"name": "tls", "key": "key"},
}


class Folder:
    """A folder of secrets as Kubernetes mounts it: a rotation exchanges files at once."""

    def __init__(self, path):
        self.path = path
        (path / "tls").mkdir(parents=True)
        self.secrets = Secrets(directory=path)

    def put(self, certificate, key):
        for name, source in (("crt", certificate), ("key", key)):
            new = self.path / f"new-{name}"
            new.write_bytes(source.read_bytes())
            new.replace(self.path / "tls" / name)


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "ca")


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "secrets")


async def post(port, authority, event="a"):
    context = ssl.create_default_context(cafile=str(authority.certificate))
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    async with httpx.AsyncClient(verify=context) as client:
        return await client.post(f"https://127.0.0.1:{port}/{event}", json={})


async def shown(port):
    """Return the certificate that a port shows."""
    context = ssl._create_unverified_context()  # noqa: S323  to look at any certificate
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    found = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return found


async def test_a_port_with_a_certificate_serves_https_only(
    webhooks, running, port, authority, folder, bus
):
    folder.put(*authority.sign("one"))
    source = webhooks(port, a={"endpoint": "/a", **TLS}, b={"endpoint": "/b", **TLS})
    async with running(source, secrets=folder.secrets) as runner:
        assert runner.urls()[0]["url"] == f"https://127.0.0.1:{port}/a"
        assert (await post(port, authority)).status_code == 200
        assert (await post(port, authority, "b")).status_code == 200
        with pytest.raises(httpx.HTTPError):
            async with httpx.AsyncClient() as client:
                await client.post(f"http://127.0.0.1:{port}/a", json={})
    assert len(bus.stored) == 2


async def test_a_rotated_certificate_is_shown_without_a_restart_a_broken_one_is_not(
    webhooks, running, port, authority, folder, until
):
    folder.put(*authority.sign("one"))
    async with running(webhooks(port, a={"endpoint": "/a", **TLS}), secrets=folder.secrets):
        first = await shown(port)
        certificate, key = authority.sign("two")
        with capture_logs() as said:
            (folder.path / "tls" / "crt").write_bytes(certificate.read_bytes())  # not yet its key
            await until(lambda: "certificate-not-exchanged" in {each["event"] for each in said})
        assert await shown(port) == first
        folder.put(certificate, key)
        current = first
        async with asyncio.timeout(20):
            while current == first:
                current = await shown(port)
                await asyncio.sleep(0.05)
        assert (await post(port, authority)).status_code == 200


async def test_a_missing_certificate_is_a_problem_and_tried_again(
    webhooks, running, port, authority, folder, until
):
    source = webhooks(port, a={"endpoint": "/a", **TLS})
    async with running(secrets=folder.secrets) as runner:
        await runner.replace([source])
        assert "secret tls, key crt" in runner.listening()["hooks/a"]
        folder.put(*authority.sign("one"))
        await until(lambda: runner.listening() == {"hooks/a": None})
        assert (await post(port, authority)).status_code == 200
    (folder.path / "tls" / "crt").unlink()
    with pytest.raises(ListenError, match="has no certificate"):
        async with running(source, secrets=folder.secrets):
            pass


async def test_a_reload_that_takes_tls_away_or_adds_it_changes_the_port(
    webhooks, running, port, authority, folder, until
):
    folder.put(*authority.sign("one"))
    plain, secure = (
        webhooks(port, a={"endpoint": "/a"}),
        webhooks(port, a={"endpoint": "/a", **TLS}),
    )
    async with running(plain, secrets=folder.secrets) as runner:
        await runner.replace([secure])
        await until(lambda: runner.listening() == {"hooks/a": None})
        assert (await post(port, authority)).status_code == 200
        await runner.replace([plain])
        await until(lambda: runner.listening() == {"hooks/a": None})
        async with httpx.AsyncClient() as client:
            answer = await client.post(f"http://127.0.0.1:{port}/a", json={})
        assert answer.status_code == 200


async def test_a_client_that_never_shakes_hands_is_cut(webhooks, running, port, authority, folder):
    folder.put(*authority.sign("one"))
    limits = Limits(head_seconds=0.3)
    source = webhooks(port, a={"endpoint": "/a", **TLS})
    async with running(source, secrets=folder.secrets, limits=limits):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.timeout(20):
            with suppress(ConnectionResetError):
                assert await reader.read() == b""
        writer.close()


def test_a_port_has_one_certificate(read_source):
    base = {"port": "12000", "method": "POST"}
    _, mistakes = read_source(
        webhook={"a": {**base, "endpoint": "/a"}, "b": {**base, "endpoint": "/b", **TLS}}
    )
    assert [(each.path, each.code) for each in mistakes] == [
        ("spec.webhook.b", "duplicate-endpoint")
    ]


async def test_of_two_sources_on_a_port_the_one_with_another_certificate_is_not_served(
    webhooks, running, free_ports, folder
):
    (port,) = free_ports(1)
    one = webhooks(port, name="one", a={"endpoint": "/a"})
    two = webhooks(port, name="two", b={"endpoint": "/b", **TLS})
    async with running(one, two, secrets=folder.secrets) as runner:
        assert runner.listening()["one/a"] is None
        assert "another certificate" in runner.listening()["two/b"]


def test_certificate_and_key_come_together(read_source):
    settings = {"port": "12000", "method": "POST", "endpoint": "/a"}
    settings["serverCertSecret"] = TLS["serverCertSecret"]
    _, mistakes = read_source(webhook={"a": settings})
    assert "come together" in mistakes[0].message
