"""The door to the web: requests and answers, bounded, redirects followed with care."""

import asyncio
import ssl
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import yarl

from hookline.errors import TemporaryError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trigger.web_session import WebSession

MOST_REDIRECTS = 10
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SAME_METHOD = frozenset({307, 308})
_PRIVATE = frozenset({"authorization", "cookie", "host"})
_SHORTEST_SECRET = 4  # of fewer letters, masking hides everything and protects nothing
_OF_BODY = frozenset({"content-type", "content-length", "content-encoding"})


@dataclass(frozen=True, slots=True)
class WebRequest:
    """What is sent.

    Attributes:
        headers: names as they are written to the wire.
        tls: how the server proves who it is; None: by the system's authorities.
        timeout: seconds for all of it, redirects included.
        private: lower-case names of headers that no other server may see.
        secrets: what no message may show, beside the values of private headers.
    """

    method: str
    url: yarl.URL
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    tls: ssl.SSLContext | None = None
    timeout: float = 60.0
    private: frozenset[str] = frozenset()
    secrets: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        """The URL for messages: without user, password and query."""
        return self.masked(str(self.url.with_user(None).with_query(None).with_fragment(None)))

    def masked(self, text: str) -> str:
        """Return what a server said, without the secrets it was told."""
        for secret in self._told():
            text = text.replace(secret, "***")
        return text

    def _told(self) -> tuple[str, ...]:
        hidden = self.private | _PRIVATE - {"host"}
        values = [value for name, value in self.headers if name.lower() in hidden]
        parts = [part for value in values for part in (value, *value.split()[1:])]
        return *self.secrets, *(part for part in parts if len(part) >= _SHORTEST_SECRET)

    def redirected(self, status: int, location: str) -> "WebRequest":
        """Return the request that a redirect asks for; ValueError when it is none."""
        url = self.url.join(yarl.URL(location))
        if url.scheme not in {"http", "https"} or not url.host:
            raise ValueError(location)
        dropped: frozenset[str] = frozenset()
        if url.origin() != self.url.origin():
            dropped |= self.private | _PRIVATE
        method, body = self.method, self.body
        if status not in _SAME_METHOD:
            method, body, dropped = "GET", None, dropped | _OF_BODY
        headers = tuple(each for each in self.headers if each[0].lower() not in dropped)
        secrets = self._told()  # the other server can have been told them by the address
        return replace(self, method=method, url=url, headers=headers, body=body, secrets=secrets)


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """What came back; the body is cut to its beginning."""

    status: int
    headers: "Mapping[str, str]"
    body: bytes = b""

    def text(self, request: WebRequest) -> str:
        """Return the beginning of the body, for people; without the secrets of the request."""
        return request.masked(self.body.decode("utf-8", "replace"))[:200].strip()


@dataclass(slots=True)
class WebClient:
    """Sends requests over kept connections; the library is loaded with the first one."""

    _session: "WebSession | None" = field(default=None, init=False)

    async def send(self, request: WebRequest) -> WebAnswer:
        """Return the answer, whatever its status; TemporaryError when there is none."""
        if self._session is None:
            # The library takes a while to import, and only those who send need it.
            from trigger.web_session import WebSession  # noqa: PLC0415  see above

            self._session = WebSession()
        try:
            async with asyncio.timeout(request.timeout):
                return await self._follow(self._session, request)
        except TimeoutError as error:
            why = f"no answer within {request.timeout:g} s"
            raise no_answer(request, why) from error

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _follow(self, session: "WebSession", request: WebRequest) -> WebAnswer:
        for _ in range(MOST_REDIRECTS + 1):
            answer = await session.send(request)
            location = answer.headers.get("Location")
            if answer.status not in _REDIRECTS or not location:
                return answer
            try:
                request = request.redirected(answer.status, location)
            except ValueError as error:
                raise _lost(request, "a redirect leads to no address of the web") from error
        raise _lost(request, f"more than {MOST_REDIRECTS} redirects")


def no_answer(request: WebRequest, why: str) -> TemporaryError:
    """Return the error for a server that did not answer."""
    return TemporaryError(
        f"{request.method} {request.target}: {request.masked(why)}",
        reason="NoAnswer",
        whole_target=True,
    )


def _lost(request: WebRequest, why: str) -> TemporaryError:
    return TemporaryError(f"{request.method} {request.target}: {why}", reason="Redirect")
