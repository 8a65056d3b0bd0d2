"""One kept-alive session with an API server, on the `kubernetes` package's configuration.

Only its transport is used: bodies travel as bytes, and its typed API, which costs 150 MB, is never
imported. This module is imported when a session is made, as the package takes half a second.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from types import MappingProxyType

import aiohttp
import structlog
import yaml
import yarl
from kubernetes.aio.client.configuration import Configuration
from kubernetes.aio.client.rest import RESTClientObject
from kubernetes.aio.config import ConfigException

from hookline import __version__
from hookline.errors import TemporaryError
from hookline.kube.answer import JSON, Answer

log = structlog.get_logger(__name__)

type Load = Callable[[], Awaitable[Configuration]]

# What the package lets through when a kubeconfig is not what it should be.
CONFIG_FAULTS = (ConfigException, yaml.YAMLError, OSError, ValueError, TypeError, LookupError)

_PLAIN = MappingProxyType({"Accept": JSON, "User-Agent": f"hookline/{__version__}"})
_UNAUTHORIZED = 401
_REFUSED = 300
_RELOAD_PAUSE = 10.0
_LONGEST_SILENCE = 330.0  # seconds; the API server ends a watch of ours after 300


class _Rest(RESTClientObject):
    """The package's transport, which makes its session with the first request."""

    def session(self) -> aiohttp.ClientSession:
        """Return the one session; to be called within the event loop."""
        if self.pool_manager is None:
            self.pool_manager = self._create_pool_manager()
        return self.pool_manager


class Session:
    """Sends requests with the token of the moment, and reads it again when it is refused.

    Args:
        configuration: where and how, as the package knows it.
        load: reads the configuration anew (a token may have been rotated).
        timeout: seconds for one request, waiting for a free connection included.
    """

    def __init__(self, configuration: Configuration, load: Load, timeout: float = 30.0) -> None:
        self._configuration = configuration
        self._load = load
        self._rest = _Rest(configuration)
        self._timeout = aiohttp.ClientTimeout(total=timeout, sock_connect=min(timeout, 10.0))
        self._reloading = asyncio.Lock()
        self._reloaded_at = -_RELOAD_PAUSE

    @property
    def url(self) -> str:
        """The API server's address."""
        return str(self._configuration.host)

    async def close(self) -> None:
        """Close the connections."""
        await self._rest.close()

    async def send(
        self, method: str, path: str, body: bytes | None = None, *, media: str = JSON
    ) -> Answer:
        """Return the answer to one request; TemporaryError (NoAnswer) when there is none."""
        headers = _PLAIN if body is None else {**_PLAIN, "Content-Type": media}
        used = await self._token()
        answer = await self._send(method, path, body, _authorized(headers, used))
        if answer.status == _UNAUTHORIZED and (renewed := await self._renewed(used)) is not None:
            answer = await self._send(method, path, body, _authorized(headers, renewed))
        return answer

    async def _send(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        try:
            async with self._rest.session().request(
                method,
                yarl.URL(self._configuration.host + path, encoded=True),
                data=body,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
                proxy=self._rest.proxy,
                proxy_headers=self._rest.proxy_headers,
                server_hostname=self._configuration.tls_server_name,
            ) as response:
                return await _answer(response, headers)
        except TimeoutError as error:
            raise self._no_answer(f"no answer within {self._timeout.total:g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise self._no_answer(str(error) or type(error).__name__) from error

    async def stream(
        self, path: str, refused: Callable[[Answer], Exception]
    ) -> AsyncGenerator[bytes]:
        """Yield the bytes of a long answer as they come; raises what `refused` makes of others."""
        headers = _authorized(_PLAIN, await self._token())
        timeout = aiohttp.ClientTimeout(sock_connect=10.0, sock_read=_LONGEST_SILENCE)
        try:
            async with self._rest.session().request(
                "GET",
                yarl.URL(self._configuration.host + path, encoded=True),
                headers=headers,
                timeout=timeout,
                allow_redirects=False,
                proxy=self._rest.proxy,
                proxy_headers=self._rest.proxy_headers,
                server_hostname=self._configuration.tls_server_name,
            ) as response:
                if response.status >= _REFUSED:
                    raise refused(await _answer(response, headers))
                async for chunk in response.content.iter_any():
                    yield chunk
        except TimeoutError as error:
            raise self._no_answer("a long answer stopped") from error
        except (aiohttp.ClientError, OSError) as error:
            raise self._no_answer(str(error) or type(error).__name__) from error

    def _no_answer(self, what: str) -> TemporaryError:
        host = self._configuration.host
        return TemporaryError(
            f"the Kubernetes API at {host} did not answer: {what}",
            reason="NoAnswer",
            whole_target=True,
        )

    async def _token(self) -> str | None:
        """Return the value of the Authorization header; a pod's token is read every minute."""
        value = await self._configuration.get_api_key_with_prefix("BearerToken", "authorization")
        return value.strip() if value else None

    async def _renewed(self, used: str | None) -> str | None:
        """Return a token that is newer than `used`, the refused one; None when there is none."""
        async with self._reloading:
            token = await self._token()
            if token == used and time.monotonic() - self._reloaded_at >= _RELOAD_PAUSE:
                self._reloaded_at = time.monotonic()
                await self._reload()
                token = await self._token()
        return token if token != used else None

    async def _reload(self) -> None:
        try:
            fresh = await self._load()
        except CONFIG_FAULTS as error:
            log.warning("token not renewed", error=str(error), every="token not renewed")
            return
        self._configuration.api_key = fresh.api_key
        self._configuration.refresh_api_key_hook = fresh.refresh_api_key_hook


async def _answer(response: aiohttp.ClientResponse, sent: Mapping[str, str]) -> Answer:
    """Return a whole answer; one that refuses may say what it was sent, but not our token."""
    body = await response.read()
    token = sent.get("Authorization", "").rpartition(" ")[2].encode()
    if response.status >= _REFUSED and token:
        body = body.replace(token, b"***")
    return Answer(response.status, response.headers, body)


def _authorized(headers: Mapping[str, str], token: str | None) -> Mapping[str, str]:
    return {**headers, "Authorization": token} if token else headers
