"""The server that the `http` triggers of a soak call: it writes down every call."""

import json
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

_ANSWERS = {"/called": 200, "/broken": 422}


class Call(NamedTuple):
    """One call: the number in its body and its Idempotency-Key."""

    number: int
    key: str


class Receiver:
    """Answers 200 on `/called` and 422 on `/broken`.

    Attributes:
        port: of the server; calls: by the path without its slash.
    """

    def __init__(self) -> None:
        self.calls: dict[str, list[Call]] = defaultdict(list)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,))
        self._thread.start()

    def stop(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        calls = self.calls

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                number = json.loads(self.rfile.read(length))["number"]
                key = self.headers.get("Idempotency-Key") or ""
                calls[self.path.lstrip("/")].append(Call(number, key))
                self.send_response(_ANSWERS[self.path])
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        return Handler
