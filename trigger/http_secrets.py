"""What a request takes from secrets at the moment it is sent: headers, a login, certificates."""

import base64
import ssl
from dataclasses import dataclass
from functools import lru_cache

from pydantic import Field

from hookline.block import Block
from hookline.errors import TemporaryError
from hookline.manifest import Place
from hookline.secrets import SecretKey, Secrets
from hookline.tls import TlsBlock, client_context
from trigger.notes import not_yet

SHOWN = "***"


class ValueFrom(Block):
    """Where the value of a header comes from."""

    secret_key_ref: SecretKey | None = Field(None, description="A key of a Secret.")
    config_map_key_ref: SecretKey | None = Field(
        None, description="A key of a ConfigMap (not there yet)."
    )


class SecureHeader(Block):
    """A header whose value does not stand in the manifest."""

    name: str = Field(min_length=1, description="Name of the header.")
    value_from: ValueFrom = Field(description="Where its value comes from.")


class BasicAuth(Block):
    """A login with user name and password."""

    username: SecretKey = Field(description="Secret that holds the user name.")
    password: SecretKey = Field(description="Secret that holds the password.")


@dataclass(frozen=True, slots=True)
class Credentials:
    """The secrets of a request; their values are read each time."""

    headers: tuple[tuple[str, SecretKey], ...] = ()
    login: BasicAuth | None = None
    tls: TlsBlock | None = None

    def names(self) -> list[str]:
        """Return the names of the headers that come from secrets."""
        return [name for name, _ in self.headers] + (["Authorization"] if self.login else [])

    def values(self, secrets: Secrets) -> list[str]:
        """Return the values of these headers; TemporaryError when a secret is missing or broken."""
        found = [_header_value(_text(secrets, key), key) for _, key in self.headers]
        if self.login is not None:
            user, password = self.login.username, self.login.password
            pair = f"{_text(secrets, user)}:{_text(secrets, password)}".encode()
            found.append(f"Basic {base64.b64encode(pair).decode('ascii')}")
        return found

    def context(self, secrets: Secrets) -> ssl.SSLContext | None:
        """Return how the server proves who it is; None: by the system's authorities."""
        if self.tls is None:
            return None
        if self.tls.insecure_skip_verify:
            return _context(None, None, verify=False)
        certificate = None
        if self.tls.client_cert_secret and self.tls.client_key_secret:
            certificate = (
                _bytes(secrets, self.tls.client_cert_secret),
                _bytes(secrets, self.tls.client_key_secret),
            )
        authorities = self.tls.ca_cert_secret
        ca = None if authorities is None else _bytes(secrets, authorities)
        return _context(ca, certificate, verify=True)


def secret_headers(
    blocks: list[SecureHeader], place: Place
) -> tuple[tuple[str, SecretKey], ...] | None:
    """Return names and secrets of headers; None with mistakes noted at `place`."""
    found: list[tuple[str, SecretKey]] = []
    for index, block in enumerate(blocks):
        where = place / index / "valueFrom"
        if block.value_from.config_map_key_ref is not None:
            not_yet("configMapKeyRef", where / "configMapKeyRef")
        elif block.value_from.secret_key_ref is None:
            where.error("secretKeyRef is required", code="missing-field")
        else:
            found.append((block.name, block.value_from.secret_key_ref))
    return tuple(found) if len(found) == len(blocks) else None


@lru_cache(32)
def _context(
    ca: bytes | None, certificate: tuple[bytes, bytes] | None, *, verify: bool
) -> ssl.SSLContext:
    """Return one context for the same certificates, as connections are kept by their context."""
    return client_context(ca, certificate, verify=verify)


def _bytes(secrets: Secrets, key: SecretKey) -> bytes:
    return secrets.value(key.name, key.key)


def _text(secrets: Secrets, key: SecretKey) -> str:
    try:
        return _bytes(secrets, key).decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise _broken(key, "it is no text") from error


def _header_value(text: str, key: SecretKey) -> str:
    if not text.isprintable():
        raise _broken(key, "it has signs that no header can have")
    return text


def _broken(key: SecretKey, why: str) -> TemporaryError:
    return TemporaryError(f"secret {key.name}, key {key.key}: {why}", reason="BadSecret", delay=5.0)
