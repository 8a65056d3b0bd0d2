"""The hostile events on the bus: each has its record, and the Sensor goes on after all of them."""

import base64
import json
import re
from pathlib import Path

import pytest
from bus_work import eventually
from hookline_processes import kubeconfig_for

from hookline.eventbus.bus import Bus
from hookline.eventbus.settings import BusSettings

pytestmark = pytest.mark.timeout(180)

ALLOWED_KB = 150 * 1024
SENSOR = """\
apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {name: s}
spec:
  dependencies:
    - name: a
      eventSourceName: hooks
      eventName: push
      filters: {data: [{path: body.n, type: number, comparator: ">", value: ["0"]}]}
  triggers:
    - {template: {name: t, log: {}}}
"""


def event(name, data=b'{"body": {"n": 1}}', **more):
    """Return an event with these data, as bytes on the wire."""
    head = {
        "specversion": "1.0", "id": name, "source": "hooks", "type": "webhook", "subject": "push",
        "datacontenttype": "application/json", "time": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    return json.dumps(head | more)[:-1].encode() + b', "data": ' + data + b"}"


def packed(name, text):
    return event(name, b"null", data_base64=text).replace(b', "data": null', b"")


GOOD = base64.b64encode(b'{"body": {"n": 1}}').decode()
# name (and id), what lies on the stream, the verdict, and the reason of a dead letter
CORPUS = [
    ("plain", event("plain"), "launched"),
    ("base64", packed("base64", GOOD), "launched"),
    ("unpadded", packed("unpadded", GOOD.rstrip("=") + "A"), "deadLettered BadEvent"),
    ("url-base64", packed("url-base64", "_-_-"), "deadLettered BadEvent"),
    ("number-base64", packed("number-base64", 7), "deadLettered BadEvent"),
    ("packed-no-json", packed("packed-no-json", "eyI="), "filtered"),
    ("nothing", b"", "deadLettered BadEvent"),
    ("nul", b"\0" * 100, "deadLettered BadEvent"),
    ("noise", bytes(range(256)), "deadLettered BadEvent"),
    ("half", event("half")[:-20], "deadLettered BadEvent"),
    ("list", b"[]", "deadLettered BadEvent"),
    ("text", b'"text"', "deadLettered BadEvent"),
    ("brackets", b"[" * 500_000, "deadLettered BadEvent"),
    ("no-id", event(""), "deadLettered BadEvent"),
    ("id-number", event("x", id=7), "deadLettered BadEvent"),
    ("no-subject", event("no-subject", subject=""), "deadLettered BadEvent"),
    ("stranger", event("stranger", subject="other"), "skipped"),
    ("long-id", event("i" * 100_000), "launched"),
    ("odd-id", event("*.> \u202e/\\"), "launched"),
    ("no-time", event("no-time", time="yesterday"), "launched"),
    ("huge", event("huge", b'{"body": {"n": 1, "x": "' + b"x" * 900_000 + b'"}}'), "launched"),
    ("deep", event("deep", b'{"body": ' * 400 + b"1" + b"}" * 400), "filtered"),
    ("very-deep", event("very-deep", b"[" * 100_000 + b"]" * 100_000), "deadLettered BadEvent"),
    ("half-pair", event("half-pair", rb'{"body": {"n": 1, "x": "\ud800"}}'), "launched"),
    ("twice", event("twice", b'{"body": {"n": 0}, "body": {"n": 1}}'), "filtered"),
    ("no-utf-8", event("no-utf-8", b'{"body": {"n": 1, "x": "\xff"}}'), "launched"),
    ("digits", event("digits", b'{"body": {"n": ' + b"9" * 5000 + b"}}"), "launched"),
    ("other-type", event("other-type", datacontenttype="text/plain"), "launched"),
    ("no-data", packed("no-data", ""), "launched"),
    ("last", event("last"), "launched"),
]


async def records(bus):
    """Return verdict (and reason of a dead letter) by the stream's sequence."""
    info = await bus.connection.api("STREAM.INFO.hookline-decisions", {})
    found = {}
    for number in range(1, info["state"]["last_seq"] + 1):
        answer = await bus.connection.api("STREAM.MSG.GET.hookline-decisions", {"seq": number})
        said = json.loads(base64.b64decode(answer["message"]["data"]))
        reason = f" {said['reason']}" if said["verdict"] == "deadLettered" else ""
        found[said["sequence"]] = f"{said['verdict']}{reason}"
    return found


def most_kb(process):
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to read memory")
async def test_each_event_has_its_record_and_the_process_stays_small(
    nats_server, hookline, tmp_path
):
    (tmp_path / "sensor.yaml").write_text(SENSOR)
    config = kubeconfig_for("http://127.0.0.1:1", tmp_path / "kubeconfig")
    process = hookline(
        "run", tmp_path / "sensor.yaml", "--role", "sensor", "--nats", nats_server.url,
        "--kubeconfig", config, "--api-port", "0", "--host", "127.0.0.1", "--log-level", "error",
    )  # fmt: skip
    before = most_kb(process.process)
    bus = Bus(BusSettings(nats_server.url))
    await bus.start()
    named = {}
    for name, raw, _ in CORPUS:
        ack = json.loads(await bus.connection.request("default.hooks.push", raw))
        named[ack["seq"]] = name

    async def all_said():
        found = await records(bus)
        return found if len(found) >= len(CORPUS) else None

    found = await eventually(all_said)
    assert {named[seq]: said for seq, said in found.items()} == {
        name: expected for name, _, expected in CORPUS
    }
    assert most_kb(process.process) - before < ALLOWED_KB
    assert process.process.poll() is None
    assert "Traceback" not in process.said()
    await bus.close()
