"""Ports for the servers of tests: never one that another test process may choose as well."""

import os
import random
import socket
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from itertools import cycle

_STEP = 4  # at most so many test processes at a time


def free_port(ports: range) -> int:
    """Return a free port of `ports` that belongs to this test process alone.

    `ports` lie below the range from which systems give ports to connections, so that one stays
    free while its server is down. None comes again before all others have had their turn.
    """
    while True:
        port = next(_turns(ports))
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@cache
def _turns(ports: range) -> Iterator[int]:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _STEP
    mine = list(ports[worker::_STEP])
    random.shuffle(mine)
    return cycle(mine)
