"""How a client of nats-server says who it is and checks whom it talks to.

Everything is read when a connection is made, so that rotated files and secrets count from then on.
"""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml

from hookline.errors import TemporaryError
from hookline.secrets import SecretKey
from hookline.tls import TlsBlock, client_context

type Read = Callable[[], bytes]

_SEED_BEGIN = "-----BEGIN USER NKEY SEED-----"


class LoginError(TemporaryError):
    """What a login needs is there, but is not what it must be."""

    def __init__(self, message: str) -> None:
        super().__init__(message, reason="Login", delay=5.0)


@dataclass(frozen=True, slots=True)
class Tls:
    """How TLS is done, each part read when it is needed.

    Attributes:
        ca: authorities (PEM); None: the system's.
        certificate, key: shown to the server, both or none.
        verify: whether the server must prove its name.
    """

    ca: Read | None = None
    certificate: Read | None = None
    key: Read | None = None
    verify: bool = True

    def context(self) -> ssl.SSLContext:
        """Return how a client does it; TemporaryError when a part cannot be read or is broken."""
        shown = None
        if self.certificate is not None and self.key is not None:
            shown = self.certificate(), self.key()
        return client_context(self.ca() if self.ca else None, shown, verify=self.verify)


@dataclass(frozen=True, slots=True)
class Login:
    """Who we are on nats-server; without anything, nobody, and what the URL says.

    Attributes:
        basic: reads user and password; token, nkey, creds: read what their names say (an nkey is
            a user's seed, creds a file of JWT and seed).
        tls: None: TLS only when nats-server or a `tls://` address wants it.
    """

    basic: Callable[[], tuple[str, str]] | None = None
    token: Read | None = None
    nkey: Read | None = None
    creds: Read | None = None
    tls: Tls | None = None

    @property
    def names_somebody(self) -> bool:
        """Whether it says who we are, besides how TLS is done."""
        return any(part is not None for part in (self.basic, self.token, self.nkey, self.creds))

    def over(self, other: "Login") -> "Login":
        """Return this login, with what it does not say taken from the other."""
        who = self if self.names_somebody else other
        return Login(who.basic, who.token, who.nkey, who.creds, self.tls or other.tls)

    def options(self) -> dict[str, Any]:
        """Return arguments for nats-py's `connect`; TemporaryError when one cannot be read."""
        options: dict[str, Any] = {}
        if self.basic is not None:
            options["user"], options["password"] = self.basic()
        if self.token is not None:
            options["token"] = _text(self.token(), "the token")
        if self.nkey is not None:
            options["nkeys_seed_str"] = _seed(_text(self.nkey(), "the nkey"))
        if self.creds is not None:
            options["user_credentials"] = _credentials(_text(self.creds(), "the credentials"))
        if self.tls is not None:
            options["tls"] = self.tls.context()
        return options


NOBODY = Login()


def pair(user: Read, password: Read) -> Callable[[], tuple[str, str]]:
    """Return what reads user and password, one each."""

    def read() -> tuple[str, str]:
        return _text(user(), "the user name"), _text(password(), "the password")

    return read


def pair_in_yaml(read: Read) -> Callable[[], tuple[str, str]]:
    """Return what reads user and password of an access secret: YAML, `username` and `password`."""

    def both() -> tuple[str, str]:
        try:
            found = yaml.safe_load(read())
        except yaml.YAMLError as error:
            raise LoginError("the access secret is no YAML") from error
        names = ("username", "password")
        if not isinstance(found, dict) or not all(found.get(name) for name in names):
            raise LoginError("the access secret must be YAML with username and password")
        return str(found["username"]), str(found["password"])

    return both


def tls_of(block: TlsBlock | None, secret: Callable[[SecretKey], Read]) -> Tls | None:
    """Return the TLS that a manifest asks for; `secret` gives what reads a secret."""
    if block is None:
        return None

    def read(key: SecretKey | None) -> Read | None:
        return None if key is None else secret(key)

    return Tls(
        read(block.ca_cert_secret),
        read(block.client_cert_secret),
        read(block.client_key_secret),
        not block.insecure_skip_verify,
    )


def _text(raw: bytes, what: str) -> str:
    try:
        return raw.decode().strip("\r\n")
    except UnicodeDecodeError as error:
        raise LoginError(f"{what} is no UTF-8 text") from error


def _seed(text: str) -> str:
    import nkeys  # type: ignore[import-untyped]  # noqa: PLC0415  no types; lint does without it

    try:
        nkeys.from_seed(bytearray(text.strip().encode()))
    except (nkeys.NkeysError, ValueError) as error:
        raise LoginError("the nkey is no seed: it begins with SU and has 58 characters") from error
    return text.strip()


def _credentials(text: str) -> Any:
    from nats.aio.client import RawCredentials  # noqa: PLC0415  lint does without nats-py

    text = text.replace("\r\n", "\n") + "\n"
    if "-----BEGIN NATS USER JWT-----" not in text or _SEED_BEGIN not in text:
        raise LoginError("the credentials hold no user JWT and seed, as nsc writes them")
    _seed(text.partition(_SEED_BEGIN)[2].strip().partition("\n")[0])
    return RawCredentials(text)
