"""A Kubernetes API that does what it is asked and then answers something else.

It stands in front of a real one; what it gets it passes on, and only the answer is changed.
"""

import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

type Fault = Callable[[str, str], "Answer | None"]


class Answer:
    """What is answered instead: a status with headers, or (status 0) silence and a closed door."""

    def __init__(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.status = status
        self.headers = headers or {}


_KEPT = frozenset({"content-type", "accept", "authorization"})


def _asked(client: httpx.Client, *request: Any) -> httpx.Response | None:
    """Ask the target; None when it is away, and so is then what stands before it."""
    method, url, body, headers = request
    try:
        return client.request(method, url, content=body, headers=headers)
    except httpx.TransportError:
        return None


class _Server(ThreadingHTTPServer):
    """Says nothing of connections that were reset."""

    daemon_threads = True

    def handle_error(self, *about: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(*about)


class FaultyApi:
    """A proxy to `target`; `before(method, path)` and `after(…)` may return a fault.

    A fault of `before` is answered without asking the target, one of `after` instead of its answer.
    """

    def __init__(self, target: str, client: httpx.Client | None = None) -> None:
        self.target = target
        self.client = client or httpx.Client(timeout=30)
        self.before: Fault = lambda _method, _path: None
        self.after: Fault = lambda _method, _path: None
        self.asked: list[tuple[str, str]] = []
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self
        client = self.client

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self) -> None:
                method, path = self.command, self.path
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                api.asked.append((method, path))
                fault = api.before(method, path)
                if fault is None:
                    headers = {k: v for k, v in self.headers.items() if k.lower() in _KEPT}
                    answer = _asked(client, method, api.target + path, body, headers)
                    fault = api.after(method, path) if answer is not None else Answer(0)
                if fault is not None:
                    self._fail(fault)
                    return
                self._reply(answer.status_code, dict(answer.headers), answer.content)

            def _fail(self, fault: Answer) -> None:
                if fault.status == 0:
                    self.close_connection = True
                    return
                self._reply(fault.status, fault.headers, b"")

            def _reply(self, status: int, headers: dict[str, str], content: bytes) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    if name.lower() in ("content-type", "retry-after"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = pass_on  # noqa: N815  its names

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        return Handler


@pytest.fixture
def faulty_api() -> Iterator[Callable[..., FaultyApi]]:
    """Return a function that puts a faulty API in front of a real one's URL.

    It may be given the client that asks there, with its token and certificates.
    """
    made: list[FaultyApi] = []

    def make(target: str, client: httpx.Client | None = None) -> FaultyApi:
        made.append(FaultyApi(target, client))
        return made[-1]

    yield make
    for api in made:
        api.stop()
