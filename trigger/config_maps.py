"""ConfigMaps that manifests name: from documents, then files, then the cluster.

What the cluster has is kept for a few seconds.
"""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from hookline.errors import TemporaryError
from hookline.kube.client import KubeClient
from hookline.kube.errors import NotFoundError
from hookline.local_values import LocalValues

KEPT_SECONDS = 5.0
NO_SOURCE = "NoSource"
_MOST = 128


@dataclass(frozen=True, slots=True)
class _Known:
    data: dict[str, Any]
    read_at: float


class ConfigMaps:
    """Reads ConfigMaps; many who ask at a time cost one request.

    Args:
        kept: seconds for which one that was read in the cluster counts.
        local: see below.

    Attributes:
        local: what documents and files hold, which comes first; put in its place when manifests
            are read again.
    """

    def __init__(self, kept: float = KEPT_SECONDS, local: LocalValues | None = None) -> None:
        self.local = local or LocalValues("ConfigMap")
        self._seconds = kept
        self._known: OrderedDict[tuple[str, str], _Known] = OrderedDict()
        self._reading: dict[tuple[str, str], asyncio.Task[_Known]] = {}

    async def text(self, kube: KubeClient | None, namespace: str, name: str, key: str) -> str:
        """Return the text of one key; `namespace` is where it is in the cluster.

        TemporaryError (reason `NoSource`) when there is no such ConfigMap or key.
        """
        value = self.local.find(name, key)
        if value is None:
            return await self._in_cluster(kube, (namespace, name), key)
        try:
            return value.decode()
        except UnicodeDecodeError as error:
            raise _missing(f"ConfigMap {name}, key {key}: it is no UTF-8 text") from error

    async def _in_cluster(self, kube: KubeClient | None, where: tuple[str, str], key: str) -> str:
        if kube is None:
            looked = self.local.looked(where[1], key)
            raise _missing(f"ConfigMap {where[1]}, key {key}: {looked}; no cluster was asked")
        known = self._known.get(where)
        if known is None or time.monotonic() - known.read_at >= self._seconds:
            known = await self._shared(kube, where)
        text = known.data.get(key)
        if not isinstance(text, str):
            looked = self.local.looked(where[1], key)
            raise _missing(f"ConfigMap {'/'.join(where)} has no key {key} ({looked})")
        return text

    async def _shared(self, kube: KubeClient, where: tuple[str, str]) -> _Known:
        reading = self._reading.get(where)
        if reading is None:
            reading = self._reading[where] = asyncio.create_task(self._read(kube, where))
            reading.add_done_callback(lambda _: self._reading.pop(where, None))
        # One who stops waiting must not end it for the others.
        return await asyncio.shield(reading)

    async def _read(self, kube: KubeClient, where: tuple[str, str]) -> _Known:
        began = time.monotonic()
        try:
            found = await kube.get("v1", "ConfigMap", *where)
        except NotFoundError as error:
            if error.missing == "type":
                raise
            raise _missing(f"there is no ConfigMap {'/'.join(where)}") from error
        known = self._known[where] = _Known(found.get("data") or {}, began)
        self._known.move_to_end(where)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
        return known


def _missing(message: str) -> TemporaryError:
    return TemporaryError(message, reason=NO_SOURCE, whole_target=True)
