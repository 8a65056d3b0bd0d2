"""`python -m server.sandbox`: a sandbox as a process of its own."""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from server.sandbox.app import serve
from server.sandbox.errors import SandboxError


def main() -> int:
    """Run a sandbox until SIGINT or SIGTERM; prints its URL as the first line."""
    try:
        asyncio.run(_run(_arguments()))
    except SandboxError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m server.sandbox",
        description="A small Kubernetes API server. It stores objects, it runs no containers.",
        epilog="example: python -m server.sandbox --data sandbox.db --port 8001",
    )
    parser.add_argument("--data", type=Path, help="the file of its objects (none: in memory)")
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (127.0.0.1)")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free port")
    parser.add_argument("--ready-file", type=Path, help="write the URL there when it listens")
    parser.add_argument(
        "--strict-namespaces",
        action="store_true",
        help="refuse to create in a missing namespace instead of making it",
    )
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    running = await serve(
        arguments.data,
        arguments.host,
        arguments.port,
        auto_namespaces=not arguments.strict_namespaces,
    )
    sys.stdout.write(f"{running.url}\n")
    sys.stdout.flush()
    sys.stderr.write("the sandbox stores objects, it runs no containers\n")
    if arguments.ready_file:
        _write_ready(arguments.ready_file, running.url)
    await stopped.wait()
    await running.stop()


def _write_ready(path: Path, url: str) -> None:
    """Write the file in one step, so that a reader never sees half of it."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(json.dumps({"kubernetes": url}), encoding="utf-8")
    partial.replace(path)


if __name__ == "__main__":
    sys.exit(main())
