"""Nodes at a suspend step: which go on, and how; plain, packed and out of reach."""

import base64
import gzip

import pytest

from hookline.errors import PermanentError
from trigger.nodes import LARGEST, pack, resumed, unpack

NOW = "2026-11-24T08:00:00Z"
WAITING = {"id": "a", "type": "Suspend", "phase": "Running"}
OTHERS = {
    "b": {"id": "b", "type": "Suspend", "phase": "Succeeded"},
    "c": {"id": "c", "type": "Pod", "phase": "Running"},
}
GONE_ON = {"phase": "Succeeded", "message": "by us", "finishedAt": NOW}


def test_only_what_waits_goes_on():
    status = {"nodes": {"a": WAITING, **OTHERS}}

    assert resumed(status, "by us", NOW) == {"nodes": {"a": GONE_ON}}
    assert resumed({"nodes": OTHERS}, "by us", NOW) == {}
    assert resumed({}, "by us", NOW) == {}


def test_what_a_node_says_is_kept():
    changed = resumed({"nodes": {"a": {**WAITING, "message": "wait"}}}, "by us", NOW)

    assert changed["nodes"]["a"]["message"] == "wait; by us"


def test_packed_nodes_are_packed_again():
    changed = resumed({"compressedNodes": pack({"a": WAITING, **OTHERS})}, "by us", NOW)

    assert list(changed) == ["compressedNodes"]
    assert unpack(changed["compressedNodes"]) == {"a": {**WAITING, **GONE_ON}, **OTHERS}


def test_a_default_takes_the_place_of_what_nobody_supplied():
    supplied = {"name": "ok", "valueFrom": {"supplied": {}, "default": "yes"}}
    node = {**WAITING, "outputs": {"exitCode": "0", "parameters": [supplied, {"name": "x"}]}}
    changed = resumed({"nodes": {"a": node}}, "by us", NOW)

    assert changed["nodes"]["a"]["outputs"] == {
        "exitCode": "0",
        "parameters": [{"name": "ok", "value": "yes"}, {"name": "x"}],
    }


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ({"offloadNodeStatusVersion": "fnv:1"}, "Offloaded"),
        ({"compressedNodes": "%"}, "Unreadable"),
        ({"compressedNodes": base64.b64encode(b"\x28\xb5\x2f\xfd").decode()}, "Unreadable"),
        ({"compressedNodes": base64.b64encode(gzip.compress(b"[]")).decode()}, "Unreadable"),
        ({"compressedNodes": base64.b64encode(gzip.compress(b"{}")[:-9]).decode()}, "Unreadable"),
        (
            {
                "nodes": {
                    "a": {**WAITING, "outputs": {"parameters": [{"valueFrom": {"supplied": {}}}]}}
                }
            },
            "NotSupplied",
        ),
    ],
)
def test_what_cannot_go_on_is_permanent(status, reason):
    with pytest.raises(PermanentError) as caught:
        resumed(status, "by us", NOW)

    assert caught.value.reason == reason


def test_what_is_packed_too_tightly_is_not_unpacked():
    bomb = base64.b64encode(gzip.compress(b" " * (LARGEST + 1))).decode()
    with pytest.raises(PermanentError, match="larger"):
        unpack(bomb)
