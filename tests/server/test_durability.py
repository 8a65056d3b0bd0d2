"""What `run` says about the worth of an acknowledgement."""

from collections.abc import Callable

import pytest
from hookline_processes import free_port
from nats_servers import NatsServer

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
