"""The private names of nats-py that BusClient builds on; a new nats-py has to keep them all."""

import inspect
import re

import pytest
from nats.aio.client import Client
from nats.aio.subscription import Subscription
from nats.aio.transport import TcpTransport
from nats.protocol.parser import Parser

from hookline.eventbus.client import BusClient


@pytest.mark.parametrize(
    "name",
    [
        "_pending",
        "_pending_data_size",
        "_flush_queue",
        "_flusher_task",
        "_reading_task",
        "_ping_interval_task",
        "_transport",
        "_subs",
    ],
)
def test_a_client_of_nats_py_has_the_attribute_we_use(name):
    assert name in vars(Client())


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("_process_msg", ["self", "sid", "subject", "reply", "data", "headers"]),
        ("_process_op_err", ["self", "e"]),
        ("_attempt_reconnect", ["self"]),
        ("_connect_to_server", ["self", "s"]),
        ("_send_unsubscribe", ["self", "sid", "limit"]),
    ],
)
def test_a_method_of_nats_py_that_we_use_is_still_what_it_was(name, parameters):
    method = getattr(Client, name)
    assert inspect.iscoroutinefunction(method)
    assert list(inspect.signature(method).parameters) == parameters


def test_nats_py_calls_the_methods_that_we_override():
    assert "self.nc._process_msg(sid, subject, reply, payload, hdr)" in inspect.getsource(Parser)
    source = inspect.getsource(Client)
    assert "self._attempt_reconnect()" in source
    assert "self._connect_to_server(s)" in source


def test_a_reconnected_client_subscribes_before_it_can_publish():
    # The subscriptions go straight to the socket, after the state became CONNECTED but before
    # the first await that really waits; our frames wait for the flusher.
    source = inspect.getsource(Client._attempt_reconnect)
    assert re.search(
        r"_process_connect_init\(\)(?:(?!await).)*sub_cmd\(.*?_transport\.write\(sub_cmd\)",
        source,
        re.DOTALL,
    )


def test_a_transport_has_the_writer_that_can_be_aborted():
    assert "_io_writer" in vars(TcpTransport())


async def test_a_subscription_tells_its_id(nats_server):
    client = BusClient(lambda: None)
    await client.connect(nats_server.url)
    subscription = await client.subscribe("a")
    assert isinstance(subscription, Subscription)
    assert client._subs[subscription._id] is subscription
    await client.shut(5)


async def test_what_is_listened_to_goes_past_the_queues_until_it_is_unlistened(nats_server, until):
    client = BusClient(lambda: None)
    await client.connect(nats_server.url)
    heard = []
    await client.listen("a.*", lambda *message: heard.append(message))
    client.send(b"HPUB a.b r 12 14\r\nNATS/1.0\r\n\r\nhi\r\n")
    await until(lambda: heard)
    assert heard == [(b"a.b", b"r", b"hi", b"NATS/1.0\r\n\r\n")]
    await client.unlisten("a.*")
    await client.unlisten("a.*")
    client.send(b"PUB a.b 0\r\n\r\n")
    await client.flush()
    assert len(heard) == 1
    assert not client._subs
    await client.shut(5)


async def test_closing_does_not_wait_for_a_server_that_never_reads(nats_server):
    client = BusClient(lambda: None)
    await client.connect(nats_server.url)
    nats_server.pause()
    for _ in range(40):
        client.send(b"PUB a 900000\r\n" + bytes(900_000) + b"\r\n")
    assert client.has_unsent
    await client.shut(0.1)
    assert client.is_closed
    assert not client.has_unsent
