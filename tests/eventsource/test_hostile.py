"""Everything hostile at once against a process of its own: it must stay small and alive."""

import asyncio
import gzip
import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ALLOWED_KB = 50 * 1024
MANY = 16
MB = 1024 * 1024


def post(body, *fields):
    head = [b"POST /push HTTP/1.1", b"host: x", b"content-length: %d" % len(body), *fields]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def filled(unit):
    """A JSON array of about 1 MB."""
    return b"[" + b",".join([unit] * ((MB - 10) // (len(unit) + 1))) + b"]"


ATTACKS = {
    "small objects": (200, post(filled(b"{}"))),
    "small lists": (200, post(filled(b"[1]"))),
    "small texts": (200, post(filled(b'"ab"'))),
    "odd numbers": (200, post(filled(b"1.50"))),
    "brackets": (400, post(b"[" * MB)),
    "objects in objects": (400, post(b'{"a":' * (MB // 5))),
    "a huge number": (400, post(b"9" * MB)),
    "duplicate keys": (400, post(b"{" + b",".join([b'"a":1.0'] * 100_000) + b"}")),
    "invalid utf-8": (400, post(b'"' + b"\xff" * (MB - 2) + b'"')),
    "gzip bomb": (413, post(gzip.compress(b" " * 200 * MB, 9), b"content-encoding: gzip")),
    "a large id": (400, post(b"1", b"ce-id: " + b"x" * 10_240)),
    "form fields": (
        400,
        post(b"&".join([b"a"] * 500_000), b"content-type: application/x-www-form-urlencoded"),
    ),
    "headers": (431, post(b"1", *[b"x-%d: 1" % number for number in range(10_000)])),
    "no http": (400, b"\x00" * MB),
    "a large body": (413, post(b"x" * (8 * MB))),
    "a pipeline": (404, b"GET / HTTP/1.1\r\n\r\n" * 50_000),
}


@pytest.fixture
def target():
    with subprocess.Popen(
        [sys.executable, HERE / "hostile_target.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(HERE.parents[1])},
    ) as process:
        yield process, int(process.stdout.readline())
        process.stdin.close()


def resident(process):
    """Memory of the process in KB."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]), int(
        re.search(r"VmRSS:\s+(\d+)", status)[1]
    )


async def attack(port, data):
    """Return the first answer's status, 0 without one."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    first = asyncio.create_task(reader.read(12))
    with suppress(ConnectionError):
        writer.write(data)
        await writer.drain()
    status = b""
    with suppress(ConnectionError):
        async with asyncio.timeout(30):
            status = await first
    writer.transport.abort()
    return int(status[9:12] or 0)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to read memory")
async def test_the_process_stays_small_and_alive_under_every_attack(target):
    process, port = target
    for _ in range(50):
        assert await attack(port, post(b'{"a":1}')) == 200
    before = resident(process)[1]
    for name, (expected, data) in ATTACKS.items():
        answers = await asyncio.gather(*(attack(port, data) for _ in range(MANY)))
        assert set(answers) <= {expected, 0, 503}, name
        assert expected in answers, name
        peak, after = resident(process)
        assert after - before < ALLOWED_KB, name
        assert peak - before < 2 * ALLOWED_KB, name
        assert await attack(port, post(b'{"a":1}')) == 200, name
    assert process.poll() is None


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to read memory")
async def test_many_slow_senders_leave_room_for_others(target):
    process, port = target
    before = resident(process)[1]
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(200)]
    for _, writer in lines:
        writer.write(b"POST /push HTTP/1.1\r\ncontent-length: 1000000\r\n\r\n" + b"x" * 50_000)
    await asyncio.gather(*(writer.drain() for _, writer in lines))
    assert await attack(port, post(b'{"a":1}')) == 200
    assert resident(process)[1] - before < ALLOWED_KB
    for _, writer in lines:
        writer.transport.abort()
