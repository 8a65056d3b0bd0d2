"""Clients that only hold connections, or send byte by byte, keep nobody from being served."""

import asyncio
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

TARGET = Path(__file__).parents[1] / "eventsource" / "hostile_target.py"
IDLE, DRIBBLING = 1000, 100
FILES = IDLE + DRIBBLING + 300
BEGUN = b"POST /push HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n"
ALL_OF_IT = b"POST /push HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\n1"


@pytest.fixture
def files():
    """Let this process (and its children) have as many open files as the crowd needs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < FILES:
        if hard != resource.RLIM_INFINITY and hard < FILES:
            pytest.skip(f"needs {FILES} open files")
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def port(files):
    with subprocess.Popen(
        [sys.executable, TARGET],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(TARGET.parents[2])},
    ) as process:
        yield int(process.stdout.readline())
        process.stdin.close()


async def served(port):
    """Return the status of a whole request of somebody else."""
    async with asyncio.timeout(30):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ALL_OF_IT)
        head = await reader.readuntil(b"\r\n\r\n")
        writer.close()
    return int(head.split()[1])


async def test_a_thousand_idle_and_a_hundred_dribbling_clients_keep_nobody_out(port):
    crowd = [await asyncio.open_connection("127.0.0.1", port) for _ in range(IDLE)]
    slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(DRIBBLING)]
    try:
        for _, writer in slow:
            writer.write(BEGUN + b"x")
        assert [await served(port) for _ in range(5)] == [200] * 5
        for _, writer in slow:
            writer.write(b"x")
        assert [await served(port) for _ in range(5)] == [200] * 5
    finally:
        for _, writer in (*crowd, *slow):
            writer.transport.abort()
