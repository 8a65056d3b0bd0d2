"""What `run` says about the worth of an acknowledgement."""

from collections.abc import Callable

import pytest
from certificates import Authority
from hookline_processes import free_port
from nats_servers import NatsServer

from hookline.eventbus.login import Login, Tls
from hookline.eventbus.settings import BusSettings
from server.durability import durability


async def test_without_a_monitor_it_counts_as_not_surviving():
    fields = await durability(BusSettings("nats://127.0.0.1:4222", replicas=3))
    assert fields["replicas"] == 3
    assert fields["power_loss"] == "unknown, counts as not surviving"
    assert fields["once_for"] == "7 days or 500000 decisions"


@pytest.mark.parametrize(
    ("interval", "says"),
    [
        ("", "not survived: sync_interval is 120 s"),
        ('sync_interval: "10s"', "not survived: sync_interval is 10 s"),
        ("sync_interval: always", "survived: sync_interval is always"),
    ],
)
async def test_the_sync_interval_is_read_from_the_monitor(
    make_nats_server: Callable[..., NatsServer], tmp_path, interval: str, says: str
):
    port = free_port()
    store = f'jetstream {{ store_dir: "{tmp_path}/js"\n {interval}\n }}'
    make_nats_server(f"http: 127.0.0.1:{port}\n{store}", jetstream=False)
    monitor = f"http://127.0.0.1:{port}"
    fields = await durability(BusSettings("nats://127.0.0.1:4222", monitor_url=monitor))
    assert fields["power_loss"] == says


async def test_a_monitor_that_does_not_answer_is_named():
    monitor = f"http://127.0.0.1:{free_port()}"
    fields = await durability(BusSettings("nats://127.0.0.1:4222", monitor_url=monitor))
    assert str(fields["power_loss"]).startswith("unknown, counts as not surviving (http://127")


async def test_a_monitor_over_tls_is_checked_as_the_bus_is(
    make_nats_server: Callable[..., NatsServer], tmp_path
):
    authority = Authority(tmp_path / "ca")
    certificate, key = authority.sign("server")
    tls = f'tls {{ cert_file: "{certificate}", key_file: "{key}" }}'
    port = free_port()
    make_nats_server(f"https: 127.0.0.1:{port}\n{tls}")

    async def says(tls: Tls | None) -> str:
        monitor = f"https://127.0.0.1:{port}"
        settings = BusSettings("tls://127.0.0.1:4222", monitor_url=monitor, login=Login(tls=tls))
        return str((await durability(settings))["power_loss"])

    assert await says(Tls(ca=authority.certificate.read_bytes)) == (
        "not survived: sync_interval is 120 s"
    )
    assert (await says(Tls(verify=False))).startswith("not survived")
    for other in (None, Tls()):
        assert "certificate verify failed" in await says(other)
    broken = await says(Tls(ca=lambda: b"no certificate"))
    assert broken.startswith("unknown, counts as not surviving")


async def test_a_monitor_that_is_no_address_is_named():
    fields = await durability(BusSettings("nats://127.0.0.1:4222", monitor_url="nats:8222"))
    assert str(fields["power_loss"]).startswith("unknown, counts as not surviving (nats:8222")
