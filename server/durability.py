"""What an acknowledgement is worth on this bus: printed by `run` when it is ready."""

import httpx

from hookline.errors import TemporaryError
from hookline.eventbus.login import Tls
from hookline.eventbus.settings import BusSettings

_UNKNOWN = "unknown, counts as not surviving"
_DAY = 86_400


async def durability(settings: BusSettings) -> dict[str, object]:
    """Return replicas, sync_interval and the window of every "once", as fields of a log line.

    `sync_interval` is read where `monitor_url` (nats-server's monitoring address) allows it; an
    `https` one is checked as the bus is, else by the system's authorities.
    """
    return {
        "replicas": settings.replicas,
        "power_loss": await _sync_interval(settings.monitor_url, settings.login.tls or Tls()),
        "once_for": f"{settings.decisions_max_age / _DAY:g} days or "
        f"{settings.decisions_max_msgs} decisions",
    }


async def _sync_interval(monitor_url: str | None, tls: Tls) -> str:
    if monitor_url is None:
        return _UNKNOWN
    try:
        verify = tls.context() if monitor_url.startswith("https:") else True
        async with httpx.AsyncClient(timeout=2.0, trust_env=False, verify=verify) as client:
            answer = await client.get(f"{monitor_url.rstrip('/')}/jsz")
            config = answer.raise_for_status().json()["config"]
    except (httpx.HTTPError, httpx.InvalidURL, TemporaryError, ValueError, KeyError) as error:
        return f"{_UNKNOWN} ({monitor_url}: {error})"
    if config.get("sync_always"):
        return "survived: sync_interval is always"
    return f"not survived: sync_interval is {config.get('sync_interval', 0) / 1e9:g} s"
