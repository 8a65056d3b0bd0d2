"""Finds the way to an API server: an address, a kubeconfig, or the account of the pod."""

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from hookline.kube.client import KubeClient
from hookline.kube.errors import KubeConfigError

if TYPE_CHECKING:
    from kubernetes.aio.client.configuration import Configuration

_IN_POD = "KUBERNETES_SERVICE_HOST"


async def connect(
    server_url: str | None = None, kubeconfig: Path | None = None, context: str | None = None
) -> KubeClient:
    """Return a client; nothing is sent yet.

    Args:
        server_url: an API server that asks for no account, on this machine (the sandbox).
        kubeconfig: a kubeconfig file; without one the pod's account, else the usual kubeconfig.
        context: a context of the kubeconfig, else its current one.

    Raises:
        KubeConfigError: there is no way to any server.
    """
    # The package takes half a second to import, and only those who connect need it.
    from hookline.kube.session import CONFIG_FAULTS, Session  # noqa: PLC0415  see above

    async def load() -> "Configuration":
        return await _load(server_url, kubeconfig, context)

    try:
        return KubeClient(Session(await load(), load))
    except CONFIG_FAULTS as error:
        by = kubeconfig or "the pod's account or the usual kubeconfig"
        raise KubeConfigError(f"no way to a Kubernetes API by {by}: {error}") from error


async def _load(
    server_url: str | None, kubeconfig: Path | None, context: str | None
) -> "Configuration":
    from kubernetes.aio import config  # noqa: PLC0415  as in connect
    from kubernetes.aio.client.configuration import Configuration  # noqa: PLC0415  as in connect

    found = Configuration()
    # Otherwise aiohttp looks through the environment and ~/.netrc at every request.
    found.client_session_kwargs = {"trust_env": False}
    if server_url is not None:
        # A proxy of the environment does not see this machine's loopback.
        found.host = server_url.rstrip("/")
        return found
    if kubeconfig is None and context is None and os.environ.get(_IN_POD):
        config.load_incluster_config(found)  # type: ignore[no-untyped-call]  # the package's
    else:
        file = None if kubeconfig is None else str(kubeconfig)
        loading = config.load_kube_config(  # type: ignore[no-untyped-call]  # the package's
            file, context, found, persist_config=False
        )
        await loading
    found.proxy = found.proxy or _proxy(found.host)
    return found


def _proxy(url: str) -> str | None:
    """Return the proxy that the environment names for a URL (`HTTPS_PROXY`, `NO_PROXY`)."""
    parts = urlsplit(url)
    if proxy_bypass(parts.netloc):
        return None
    return getproxies().get(parts.scheme)
