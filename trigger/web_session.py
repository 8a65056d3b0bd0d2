"""One kept session of the web client; imported with the first request."""

import ipaddress
import urllib.request

import aiohttp
import yarl

from trigger.web import WebAnswer, WebRequest, no_answer

_LARGEST_ANSWER = 64 * 1024
_CONNECT_SECONDS = 10.0
# What the library would add by itself; an unpacked answer could be any size.
_NOT_ADDED = ("Content-Type", "Accept-Encoding", "User-Agent")


class WebSession:
    """Sends one request at a time per connection, over as many as are needed.

    How many that can be is bounded by the triggers: each has a window of its own, and a slow
    target of one must not take the connections of another.
    """

    def __init__(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS),
            auto_decompress=False,
            skip_auto_headers=_NOT_ADDED,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def send(self, request: WebRequest) -> WebAnswer:
        """Return the answer to one request; TemporaryError (NoAnswer) when there is none."""
        try:
            async with self._session.request(
                request.method,
                request.url,
                headers=dict(request.headers),
                data=request.body,
                ssl=request.tls or True,
                proxy=_proxy(request.url),
                allow_redirects=False,
            ) as response:
                body = await _beginning(response)
                return WebAnswer(response.status, response.headers, body)
        except aiohttp.ConnectionTimeoutError as error:
            raise no_answer(request, f"no connection within {_CONNECT_SECONDS:g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise no_answer(request, str(error) or type(error).__name__) from error


async def _beginning(response: aiohttp.ClientResponse) -> bytes:
    """Read a little of the body; a connection with more than that on it is given up."""
    body = b""
    while len(body) < _LARGEST_ANSWER:
        chunk = await response.content.read(_LARGEST_ANSWER - len(body))
        if not chunk:
            return body
        body += chunk
    response.close()
    return body


def _proxy(url: yarl.URL) -> str | None:
    """Return the proxy that the environment names for a URL; this machine itself needs none."""
    host = url.host or ""
    if host == "localhost" or _is_loopback(host) or urllib.request.proxy_bypass(host):
        return None
    return urllib.request.getproxies().get(url.scheme)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
