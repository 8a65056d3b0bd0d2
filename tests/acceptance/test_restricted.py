"""The whole path as a user of nats-server with just the rights that the docs name."""

import json
import re
from pathlib import Path

import httpx
import nats
import pytest
from hookline_processes import command, wait_until

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def rights() -> str:
    """The configuration on the page of rights."""
    page = (DOCS / "nats-permissions.md").read_text("utf-8")
    return re.findall(r"```\n(.*?)```", page, re.DOTALL)[0]


def test_a_restricted_user_can_do_all_that_hookline_does(
    make_nats_server, hookline, write_manifests, tmp_path, rights
):
    server = make_nats_server(rights)
    manifests = tmp_path / "manifests"
    write_manifests()
    password = tmp_path / "password"
    password.write_text("change-me")
    bus = ["--nats", server.url, "--nats-user", "hookline", "--nats-password-file", password]
    ports = ["--api-port", "0", "--kube-port", "0", "--data-dir", tmp_path / "data"]
    process = hookline("dev", manifests, *bus, *ports)
    event_id = httpx.post(process.url("number"), json={"number": 7}).json()["eventId"]
    explained = wait_until(lambda: command("explain", event_id, *bus).stdout, "explained")
    assert "launched" in explained
    ready = httpx.get(process.ready["api"] + "/readyz?verbose")
    assert ready.status_code == 200, ready.text
    assert json.loads(command("audit", *bus, "-o", "json").stdout)["launched"] == 1
    listed = command("deadletters", "list", *bus)
    assert listed.stdout == "no dead letters\n", listed.stderr
    process.kill()
    done = wait_until(lambda: (found := command("forget", "s", *bus)) and found, "forgotten")
    assert "removed" in done.stdout or "nothing is kept" in done.stderr
    assert "violation" not in process.said().lower()


async def test_a_nats_source_needs_no_more_than_its_rows_say(make_nats_server, hookline, tmp_path):
    page = (DOCS / "nats-permissions.md").read_text("utf-8")
    row = next(line for line in page.splitlines() if line.startswith("| `jetstream`"))
    subjects = re.findall(r"`(\$JS[^`]*)`", row)
    allowed = ", ".join(
        f'"{each.replace("STREAM.DURABLE", "ORDERS.d").replace("INFO.STREAM", "INFO.ORDERS")}"'
        for each in subjects
    )
    rules = f'{{ publish: {{ allow: [{allowed}] }}, subscribe: {{ allow: ["_INBOX.>"] }} }}'
    server = make_nats_server(
        f"authorization {{ users: [ {{ user: a, password: a }}, "
        f"{{ user: b, password: b, permissions: {rules} }} ] }}"
    )
    client = await nats.connect(server.url, user="a", password="a")
    js = client.jetstream()
    await js.add_stream(name="ORDERS", subjects=["orders.*"])
    for number in range(3):
        await js.publish("orders.new", b"%d" % number)
    manifest = tmp_path / "manifests" / "source.yaml"
    manifest.parent.mkdir()
    manifest.write_text(f"""
apiVersion: argoproj.io/v1alpha1
kind: EventSource
metadata: {{name: orders}}
spec:
  nats:
    placed:
      url: {server.url}
      subject: orders.*
      jsonBody: true
      jetstream: {{stream: ORDERS, durable: d}}
      auth: {{basic: {{username: {{name: login, key: u}}, password: {{name: login, key: u}}}}}}
---
apiVersion: v1
kind: Secret
metadata: {{name: login}}
stringData: {{u: b}}
""")
    own = make_nats_server()
    run = ["--nats", own.url, "--role", "source", "--api-port", "0", "--host", "127.0.0.1"]
    process = hookline("run", manifest.parent, *run)
    audit = lambda: json.loads(command("audit", "--nats", own.url, "-o", "json").stdout)  # noqa: E731
    wait_until(lambda: audit()["unmatched"] == 3, f"three events; {process.tail()}")
    info = await js.consumer_info("ORDERS", "d")
    assert info.num_ack_pending == 0
    assert process.process.poll() is None
    assert "violation" not in process.said().lower()
    await client.close()
