"""`python crash_at.py STEP N ARGV…`: a `hookline` process that dies right before the N-th STEP.

It ends as kill -9 would: nothing is flushed, nothing put back. 137 is its exit code.
"""

import os
import sys
from typing import Any

from hookline.eventbus.decisions import Decisions
from hookline.eventbus.delivery import Delivery
from hookline.eventbus.joins import Joins
from hookline.kube.client import KubeClient
from server.cli import main

STEPS: dict[str, tuple[type, str]] = {
    "entry": (Joins, "put"),
    "record": (Decisions, "record"),
    "create": (KubeClient, "create"),
    "look": (KubeClient, "get"),
    "ack": (Delivery, "ack"),
}
KILLED = 137


def die_before(owner: type, method: str, count: int) -> None:
    """Let the process die when `method` is called for the `count`-th time."""
    original = getattr(owner, method)
    calls = [0]

    def counted(*args: Any, **kwargs: Any) -> Any:
        calls[0] += 1
        if calls[0] == count:
            os._exit(KILLED)
        return original(*args, **kwargs)

    setattr(owner, method, counted)


if __name__ == "__main__":
    step, number, *argv = sys.argv[1:]
    die_before(*STEPS[step], int(number))
    sys.argv = ["hookline", *argv]
    main()
