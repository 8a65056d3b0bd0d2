"""TLS as manifests write it, and the contexts made of it; keys never touch the disk on Linux.

Certificates and keys are PEM, read from secrets or files when a connection is made, so that rotated
ones count from the next connection on.
"""

import os
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import Field, model_validator

from hookline.block import Block
from hookline.errors import TemporaryError
from hookline.secrets import SecretKey


class TlsError(TemporaryError):
    """A certificate or key cannot be used as it is; another may be put there later."""

    def __init__(self, message: str) -> None:
        super().__init__(message, reason="Tls", delay=5.0)


class TlsBlock(Block):
    """How the server's certificate is checked, and which certificate is shown to it."""

    ca_cert_secret: SecretKey | None = Field(
        None, description="Authorities (PEM) that may have signed the server's certificate."
    )
    client_cert_secret: SecretKey | None = Field(
        None, description="Certificate (PEM) to show to the server."
    )
    client_key_secret: SecretKey | None = Field(None, description="Its private key (PEM).")
    insecure_skip_verify: bool | None = Field(
        None, description="Do not check the server's certificate: only for trying things out."
    )
    enabled: bool | None = Field(
        None, description="TLS with the system's authorities, without any of the above."
    )

    @model_validator(mode="after")
    def _complete(self) -> "TlsBlock":
        if (self.client_cert_secret is None) != (self.client_key_secret is None):
            raise ValueError("clientCertSecret and clientKeySecret come together")
        if not (
            self.insecure_skip_verify
            or self.enabled
            or self.ca_cert_secret
            or self.client_cert_secret
        ):
            raise ValueError("write enabled: true for TLS with the system's authorities")
        return self


def client_context(
    ca: bytes | None, certificate: tuple[bytes, bytes] | None, *, verify: bool
) -> ssl.SSLContext:
    """Return the context of a client; TlsError when a part of it is broken.

    Args:
        ca: authorities (PEM); None: the system's.
        certificate: what is shown to the server, and its key (PEM both).
        verify: whether the server must prove its name.
    """
    try:
        context = ssl.create_default_context(cadata=None if ca is None else ca.decode("ascii"))
    except (ssl.SSLError, ValueError) as error:
        raise TlsError(f"the authorities are no certificates in PEM: {error}") from error
    # Python 3.13 refuses authorities that lack extensions, which Go and OpenSSL take as they are.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if certificate is not None:
        load_certificate(context, *certificate)
    return context


def server_context(certificate: bytes, key: bytes) -> ssl.SSLContext:
    """Return the context of a server that shows `certificate`; TlsError when it is broken."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["http/1.1"])
    load_certificate(context, certificate, key)
    return context


def load_certificate(context: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    """Let `context` show another certificate from the next handshake on; TlsError if broken."""
    try:
        with _as_file(certificate.rstrip() + b"\n" + key.strip() + b"\n") as path:
            context.load_cert_chain(path, password=_no_password)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise TlsError(f"certificate and key cannot be used together: {error}") from error


def _no_password() -> bytes:
    """Answer OpenSSL, which would ask at the terminal: encrypted keys are refused."""
    return b""


@contextmanager
def _as_file(content: bytes) -> Iterator[str]:
    """Yield a path where OpenSSL finds the bytes; in memory where the system has that."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("tls")
        try:
            os.write(descriptor, content)
            yield f"/proc/self/fd/{descriptor}"
        finally:
            os.close(descriptor)
        return
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(content)
        file.flush()
        yield file.name
