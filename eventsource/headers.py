"""Request headers as event data has them: under Go's canonical names, sorted, no secrets."""

from collections.abc import Iterable
from functools import lru_cache

from eventsource.body import encode_sorted

SECRETS = frozenset({"Authorization", "Proxy-Authorization", "Cookie"})
"""Not stored unless `keepHeaders` names them."""

_NEVER = frozenset({"Host", "Transfer-Encoding", "Trailer"})
"""About the connection, not the message: Go's server takes them out as well."""


@lru_cache(maxsize=1024)
def canonical(name: bytes) -> str:
    """Return a header's name as Go writes it: `x-github-event` is `X-Github-Event`."""
    return "-".join(part.capitalize() for part in name.decode("latin-1").split("-"))


def dropped(keep: Iterable[str]) -> frozenset[str]:
    """Return the canonical names of the headers that are not stored."""
    return _NEVER | (SECRETS - {canonical(name.encode()) for name in keep})


def headers_json(headers: list[tuple[bytes, bytes]], without: frozenset[str]) -> bytes:
    """Return the headers as `{"Name": ["value", ...]}`, names sorted, those of `without` left out.

    Bytes that are no UTF-8 become U+FFFD.
    """
    values: dict[str, list[str]] = {}
    for raw, value in headers:
        name = canonical(raw)
        if name not in without:
            values.setdefault(name, []).append(value.decode("utf-8", "replace"))
    return encode_sorted(values)
