"""A webhook in a process of its own, for `test_hostile.py`: prints its port, ends with stdin."""

import asyncio
import socket
import sys
from types import SimpleNamespace

from eventsource.runner import SourceRunner
from eventsource.spec import read_event_source
from hookline.manifest import Document
from hookline.metrics import Metrics
from hookline.secrets import Secrets

SECRETS = Secrets({("hooks", "token"): b"right"})


async def publish(_event, _made):
    return SimpleNamespace(duplicate=False)


async def main():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "EventSource",
        "metadata": {"name": "hooks"},
        "spec": {
            "webhook": {
                "push": {"port": port, "endpoint": "/push", "method": "POST"},
                "guarded": {
                    "port": port,
                    "endpoint": "/guarded",
                    "method": "POST",
                    "authSecret": {"name": "hooks", "key": "token"},
                },
            }
        },
    }
    source = read_event_source(Document("f", 1, body), [])
    runner = SourceRunner(publish, host="127.0.0.1", secrets=SECRETS, metrics=Metrics())
    await runner.start([source])
    sys.stdout.write(port + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await runner.drain(1)


asyncio.run(main())
