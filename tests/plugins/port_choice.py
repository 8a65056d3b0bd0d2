"""Ports for the servers of tests: never one that another test process may choose as well."""

import os
import secrets
import socket
from contextlib import suppress

_STEP = 8  # at most so many test processes at a time


def free_port(ports: range) -> int:
    """Return a free port of `ports` that belongs to this test process alone.

    `ports` lie below the range from which systems give ports to connections, so that one stays
    free while its server is down.
    """
    mine = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _STEP
    while True:
        port = secrets.choice(ports[mine::_STEP])
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
