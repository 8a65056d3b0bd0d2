"""What a request takes from secrets at the moment it is sent: headers, a login, certificates."""

import base64
import ssl
from dataclasses import dataclass
from functools import lru_cache

from pydantic import Field

from hookline.block import Block
from hookline.config_map_key import ConfigMapKey
from hookline.errors import TemporaryError
from hookline.manifest import Place
from hookline.secrets import SecretKey, Secrets
from hookline.tls import TlsBlock, client_context
from trigger.action import Doors

SHOWN = "***"


class ValueFrom(Block):
    """Where the value of a header comes from."""

    secret_key_ref: SecretKey | None = Field(None, description="A key of a Secret.")
    config_map_key_ref: ConfigMapKey | None = Field(None, description="A key of a ConfigMap.")

    async def current(self, doors: Doors, namespace: str) -> str:
        """Return the value of the moment; TemporaryError when there is none."""
        if self.config_map_key_ref is not None:
            key = self.config_map_key_ref
            return await doors.config_maps.text(doors.kube, namespace, key.name, key.key)
        if self.secret_key_ref is None:
            return ""
        return secret_text(doors.secrets, self.secret_key_ref, namespace)


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
    """The secrets of a request; their values are read each time.

    Attributes:
        namespace: of the Secrets and ConfigMaps.
    """

    namespace: str
    headers: tuple[tuple[str, ValueFrom], ...] = ()
    login: BasicAuth | None = None
    tls: TlsBlock | None = None

    def names(self) -> list[str]:
        """Return the names of the headers that come from secrets."""
        return [name for name, _ in self.headers] + (["Authorization"] if self.login else [])

    async def values(self, doors: Doors) -> list[str]:
        """Return the values of these headers; TemporaryError when one is missing or broken."""
        found = [
            _header_value(name, await source.current(doors, self.namespace))
            for name, source in self.headers
        ]
        if self.login is not None:
            user, password = (
                secret_text(doors.secrets, key, self.namespace)
                for key in (self.login.username, self.login.password)
            )
            pair = f"{user}:{password}".encode()
            found.append(f"Basic {base64.b64encode(pair).decode('ascii')}")
        return found

    def passwords(self, secrets: Secrets) -> tuple[str, ...]:
        """Return what stands encoded in a header, as a server may say it decoded."""
        if self.login is None:
            return ()
        return (secret_text(secrets, self.login.password, self.namespace),)

    def context(self, secrets: Secrets) -> ssl.SSLContext | None:
        """Return how the server proves who it is; None: by the system's authorities."""
        if self.tls is None:
            return None
        if self.tls.insecure_skip_verify:
            return _context(None, None, verify=False)
        certificate = None
        if self.tls.client_cert_secret and self.tls.client_key_secret:
            certificate = (
                _bytes(secrets, self.tls.client_cert_secret, self.namespace),
                _bytes(secrets, self.tls.client_key_secret, self.namespace),
            )
        authorities = self.tls.ca_cert_secret
        ca = None if authorities is None else _bytes(secrets, authorities, self.namespace)
        return _context(ca, certificate, verify=True)


def secret_headers(
    blocks: list[SecureHeader], place: Place
) -> tuple[tuple[str, ValueFrom], ...] | None:
    """Return names and sources of headers; None with mistakes noted at `place`."""
    found: list[tuple[str, ValueFrom]] = []
    for index, block in enumerate(blocks):
        source = block.value_from
        if (source.secret_key_ref is None) == (source.config_map_key_ref is None):
            (place / index / "valueFrom").error(
                "a value comes from one place: secretKeyRef or configMapKeyRef",
                code="missing-field",
            )
        else:
            found.append((block.name, source))
    return tuple(found) if len(found) == len(blocks) else None


@lru_cache(32)
def _context(
    ca: bytes | None, certificate: tuple[bytes, bytes] | None, *, verify: bool
) -> ssl.SSLContext:
    """Return one context for the same certificates, as connections are kept by their context."""
    return client_context(ca, certificate, verify=verify)


def _bytes(secrets: Secrets, key: SecretKey, namespace: str) -> bytes:
    return secrets.value(key.name, key.key, namespace)


def secret_text(secrets: Secrets, key: SecretKey, namespace: str) -> str:
    """Return the text of a secret; TemporaryError when it is missing or no text."""
    try:
        return _bytes(secrets, key, namespace).decode()
    except UnicodeDecodeError as error:
        raise _broken(f"secret {key.name}, key {key.key}: it is no text") from error


def _header_value(name: str, text: str) -> str:
    text = text.removesuffix("\n").removesuffix("\r")
    if not text.isprintable():
        raise _broken(f"the value of header {name} has signs that no header can have")
    return text


def _broken(why: str) -> TemporaryError:
    return TemporaryError(why, reason="BadSecret", delay=5.0)
