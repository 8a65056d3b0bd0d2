"""Keeps what the cluster holds of the Secrets that manifests name, where nothing nearer has them.

It gets each of them every few seconds: a rule with `get` on their names is enough, which a watch
would not be content with.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

import structlog

from hookline.errors import HooklineError
from hookline.kube.client import KubeClient
from hookline.kube.errors import KubeConfigError, NotFoundError
from hookline.manifest import Named
from hookline.secrets import MissingSecretError, Secrets, Where

log = structlog.get_logger(__name__)

EVERY = 5.0
_FIRST = 10.0  # seconds that a start waits for the cluster's first answers
_AT_A_TIME = 8


class SecretKeeper:
    """Fills `secrets` with what the cluster has.

    Args:
        secrets: those of the process.
        connect: finds the way to the cluster (KubeConfigError); not called as long as documents
            and files have everything.
        always: what is named apart from what `follow` is told, in the same form.
        every: seconds between two looks.
    """

    def __init__(
        self,
        secrets: Secrets,
        connect: Callable[[], Awaitable[KubeClient]],
        always: Iterable[tuple[str, Named]] = (),
        every: float = EVERY,
    ) -> None:
        self._secrets = secrets
        self._connect = connect
        self._every = every
        self._always = list(always)
        self._named: list[tuple[str, Named]] = []
        self._kube: KubeClient | None = None
        self._looking = asyncio.Lock()
        self._places = asyncio.Semaphore(_AT_A_TIME)

    async def follow(self, named: Iterable[tuple[str, Named]], within: float = _FIRST) -> None:
        """Keep these from now on, and no others but `always`; return when all were asked for.

        Args:
            named: what manifests name, each with the namespace of who names it.
            within: seconds after which it returns all the same.
        """
        all_named = [*self._always, *named]
        self._named = [(home, each) for home, each in all_named if each.kind == "Secret"]
        with suppress(TimeoutError):
            await asyncio.wait_for(self.look(), within)
        self._say()

    async def run(self) -> None:
        """Look again and again, for ever."""
        while True:
            await asyncio.sleep(self._every)
            await self.look()
            self._say()

    async def look(self) -> None:
        """Ask the cluster once for each Secret that neither documents nor files have."""
        async with self._looking:
            wanted = {
                self._secrets.where(each.name, home)
                for home, each in self._named
                if self._secrets.local.find(each.name, each.key) is None
            }
            self._secrets.follow(wanted)
            if not wanted:
                return
            try:
                kube = self._kube = self._kube or await self._connect()
            except KubeConfigError as error:
                for where in wanted:
                    self._secrets.unanswered(where, str(error))
                return
            await asyncio.gather(*(self._get(kube, where) for where in wanted))

    async def _get(self, kube: KubeClient, where: Where) -> None:
        try:
            async with self._places:
                found = await kube.get("v1", "Secret", *where)
        except NotFoundError as error:
            if error.missing == "type":
                self._secrets.unanswered(where, str(error))
            else:
                self._secrets.gone(where, f"there is no Secret {'/'.join(where)} in the cluster")
        except HooklineError as error:
            self._secrets.unanswered(where, str(error))
            log.warning("secret-not-read", every=f"secret:{where}", problem=str(error))
        else:
            data = found.get("data")
            self._secrets.found(where, data if isinstance(data, dict) else {})

    def problems(self) -> list[str]:
        """Return what is missing, in words that name each place that was looked at."""
        return list(self._missing())

    def _say(self) -> None:
        for problem, place in self._missing().items():
            log.warning("missing-secret", every=problem, problem=problem, named_at=place)

    def _missing(self) -> dict[str, str]:
        """Return each missing secret in words, with the first place that names it."""
        found: dict[str, str] = {}
        for home, each in self._named:
            try:
                self._secrets.value(each.name, each.key, home)
            except MissingSecretError as error:
                found.setdefault(str(error), str(each.place))
        return found

    async def close(self) -> None:
        """Close the way to the cluster, if one was opened."""
        if self._kube is not None:
            await self._kube.close()
