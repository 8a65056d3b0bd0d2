"""How the bus is reached and how large it may grow."""

from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from hookline.eventbus.errors import BusRefusedError
from hookline.eventbus.login import NOBODY, Login
from hookline.names import DEFAULT_NAMESPACE

_GIB = 1 << 30
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class BusSettings:
    """The settings of the bus of one namespace.

    Attributes:
        url: of nats-server, `nats://host:4222`; several with commas; may hold user and password.
        namespace: whose streams, buckets and subjects; see hookline.names.
        replicas: of every stream and bucket.
        max_bytes: of the events stream; the dead letters have a quarter of it.
        allow_lossy: go on, degraded, with an events stream that can drop unprocessed events.
        history: seconds that events stay in the stream after they were worked on.
        decisions_max_age: seconds that decisions are kept; decisions_max_msgs: at most so many.
        monitor_url: nats-server's monitoring address, where `sync_interval` can be read.
        login: who we are there; it comes before user and password in `url`.
    """

    url: str
    namespace: str = DEFAULT_NAMESPACE
    replicas: int = 1
    max_bytes: int = _GIB
    allow_lossy: bool = False
    history: float = 7 * _DAY
    decisions_max_age: float = 7 * _DAY
    decisions_max_msgs: int = 500_000
    monitor_url: str | None = None
    login: Login = field(default=NOBODY, repr=False)

    def __post_init__(self) -> None:
        """Raise BusRefusedError when `url` cannot be one."""
        if not self.servers or not all(_is_url(server) for server in self.servers):
            raise BusRefusedError(
                "this is no address of nats-server",
                setting=f"url: {self.shown_url}",
                remedy="write it like nats://127.0.0.1:4222",
            )

    @property
    def servers(self) -> list[str]:
        """The addresses in `url`, one each."""
        return [server.strip() for server in self.url.split(",") if server.strip()]

    @property
    def secure(self) -> bool:
        """Whether nothing may be said before TLS is up."""
        return self.login.tls is not None or any(
            server.startswith("tls://") for server in self.servers
        )

    @property
    def shown_url(self) -> str:
        """`url` without user and password, for logs."""
        return ",".join(_without_password(server) for server in self.servers)


def _split(url: str) -> SplitResult:
    return urlsplit(url if "://" in url else f"nats://{url}")


def _is_url(url: str) -> bool:
    try:
        parts = _split(url)
        return parts.scheme in {"nats", "tls"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _without_password(url: str) -> str:
    scheme, separator, rest = url.rpartition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"
