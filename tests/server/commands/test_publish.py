import json

import nats
import pytest
from hookline_processes import command, wait_until

SOURCE = """
apiVersion: argoproj.io/v1alpha1
kind: EventSource
metadata: {{name: orders}}
spec:
  nats:
    placed: {{url: "{url}", subject: orders.*, jsonBody: true}}
"""


@pytest.fixture
def order(tmp_path):
    path = tmp_path / "order.json"
    path.write_text('{"number": 7}')
    return path


async def test_a_file_becomes_one_message_with_the_id_that_is_given(nats_server, order):
    client = await nats.connect(nats_server.url)
    heard = await client.subscribe("orders.*")
    await client.flush()
    done = command("publish", "orders.new", order, "--nats", nats_server.url, "--id", "o-7")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"published 13 bytes on orders.new at {nats_server.url}\n"
    message = await heard.next_msg(20)
    assert (message.subject, message.data) == ("orders.new", order.read_bytes())
    assert message.headers == {"Nats-Msg-Id": "o-7"}
    await client.close()


def test_what_is_published_starts_an_event_of_a_running_dev(nats_server, order, hookline, tmp_path):
    folder = tmp_path / "manifests"
    folder.mkdir()
    data = ["--data-dir", tmp_path / "data"]
    (folder / "source.yaml").write_text(SOURCE.format(url=nats_server.url))
    ports = ["--api-port", "0", "--kube-port", "0"]
    hookline("dev", folder, "--nats", nats_server.url, *data, *ports)
    assert command("publish", "orders.new", order, *data, "--id", "o-7").returncode == 0
    wait_until(lambda: command("explain", "o-7", *data).returncode == 0, "the event")
    assert command("publish", "orders.new", order, *data, "--id", "o-7").returncode == 0
    ledger = json.loads(command("audit", *data, "-o", "json").stdout)
    assert ledger["unmatched"] == 1


@pytest.mark.parametrize(
    ("config", "subject", "problem"),
    [
        ('authorization { token: "t" }', "a", "Authorization Violation"),
        (
            "authorization { users: [ { user: u, password: p } ] }\nno_auth_user: u",
            "a b",
            "no subject",
        ),
        (
            (
                "authorization { users: ["
                " { user: u, password: p, permissions: { publish: c } } ] }\n"
                "no_auth_user: u"
            ),
            "a",
            "permissions violation",
        ),
        ("max_payload: 10", "a", "10 bytes"),
    ],
)
def test_a_message_that_is_not_taken_is_told(make_nats_server, order, config, subject, problem):
    server = make_nats_server(config, jetstream=False)
    done = command("publish", subject, order, "--nats", server.url)
    assert done.returncode == 1
    assert problem.lower() in done.stderr.lower()


def test_no_server_is_told_within_seconds(order):
    done = command("publish", "a", order, "--nats", "nats://127.0.0.1:9")
    assert done.returncode == 1
    assert "127.0.0.1:9" in done.stderr
