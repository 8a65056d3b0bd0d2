"""The login on nats-server: what the flags say, before what the manifests say."""

from collections.abc import Callable
from pathlib import Path

from hookline.errors import ManifestError
from hookline.eventbus.login import NOBODY, Login, LoginError, Tls, pair
from hookline.eventbus.spec import EventBus
from hookline.secrets import Secrets
from server.options import NatsFlags


def login_of(
    flags: NatsFlags, bus: EventBus | None = None, secrets: Secrets | None = None
) -> Login:
    """Return the login; flags win, who we are and TLS each as a whole.

    Raises:
        ManifestError: flags that go together are not given together, or exclude each other.
    """
    _check(flags)
    manifest = NOBODY if bus is None else bus.login(secrets or Secrets())
    return _from_flags(flags).over(manifest)


def _check(flags: NatsFlags) -> None:
    if (flags.user is None) != (flags.password_file is None):
        raise ManifestError("--nats-user and --nats-password-file come together")
    if (flags.cert is None) != (flags.key is None):
        raise ManifestError("--nats-cert and --nats-key come together")
    who = (flags.creds, flags.nkey, flags.user)
    if sum(each is not None for each in who) > 1:
        raise ManifestError("give one of --nats-creds, --nats-nkey and --nats-user")


def _from_flags(flags: NatsFlags) -> Login:
    basic = None
    if flags.user is not None and flags.password_file is not None:
        basic = pair(flags.user.encode, _reader(flags.password_file))
    tls = None
    if flags.ca or flags.cert:
        tls = Tls(_optional(flags.ca), _optional(flags.cert), _optional(flags.key))
    return Login(basic, None, _optional(flags.nkey), _optional(flags.creds), tls)


def _optional(path: Path | None) -> Callable[[], bytes] | None:
    return None if path is None else _reader(path)


def _reader(path: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise LoginError(f"{path} cannot be read ({error.strerror})") from error

    return read
