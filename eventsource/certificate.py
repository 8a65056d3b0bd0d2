"""The certificate of a port: read from secrets, and exchanged while it serves when they change."""

import ssl
from collections.abc import Callable

import structlog

from hookline.errors import HooklineError
from hookline.tls import load_certificate, server_context

log = structlog.get_logger(__name__)


class Certificate:
    """What a port shows; handshakes after a rotation see the new one.

    Args:
        read: returns certificate and key (PEM), raises what secrets raise.
        port: whose it is, for the log.
    """

    def __init__(self, read: Callable[[], tuple[bytes, bytes]], port: int) -> None:
        self._read = read
        self._port = port
        self._shown = (b"", b"")
        self._context: ssl.SSLContext | None = None

    def context(self) -> ssl.SSLContext:
        """Return the context to serve with; TemporaryError when a secret is missing or broken."""
        self._shown = self._read()
        self._context = server_context(*self._shown)
        return self._context

    def refresh(self) -> None:
        """Show what the secrets hold now; what is missing or broken leaves the old one in place."""
        if self._context is None:
            return
        try:
            current = self._read()
            if current != self._shown:
                server_context(*current)  # a context that is in use must not meet a broken pair
                load_certificate(self._context, *current)
                self._shown = current
                log.info("certificate-exchanged", port=self._port)
        except HooklineError as error:
            log.warning(
                "certificate-not-exchanged",
                every=f"certificate:{self._port}",
                port=self._port,
                problem=str(error),
            )
