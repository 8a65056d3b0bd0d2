"""Who may ask a sandbox that listens on loopback: programs of this machine, but no web page.

A page of any site can send requests to loopback from the browser of whoever looks at it, and
read the answers once its name leads to 127.0.0.1. Both show in `Origin` and `Host`.
"""

import ipaddress
from collections.abc import Mapping

from server.sandbox.status import StatusError


def is_loopback(host: str) -> bool:
    """Return whether a name or address means this machine only."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def stranger(headers: Mapping[bytes, bytes]) -> StatusError | None:
    """Return why a request to a loopback address is refused (403); None when it is not."""
    host = headers.get(b"host", b"").decode("latin-1")
    if not is_loopback(_name(host)):
        return _refusal(f"the sandbox serves this machine only, not {host[:100]!r}")
    origin = headers.get(b"origin")
    if origin is not None and origin.decode("latin-1") != f"http://{host}":
        return _refusal("the sandbox serves no web pages of other sites")
    return None


def _name(host: str) -> str:
    """Return the name or address of a Host header, without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _refusal(message: str) -> StatusError:
    return StatusError(403, "Forbidden", message)
