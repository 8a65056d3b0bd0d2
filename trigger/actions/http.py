"""`http`: sends a request to a URL for each event, at least once, with a key against repeats."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import yarl
from pydantic import Field

from hookline import __version__
from hookline.errors import PermanentError
from hookline.event import Event
from hookline.manifest import Place
from hookline.tls import TlsBlock
from trigger import http_verdict
from trigger.action import Doors, Due, LeaseLostError, Order, Prepared, Setting
from trigger.filled import FilledAction
from trigger.http_secrets import SHOWN, BasicAuth, Credentials, SecureHeader, secret_headers
from trigger.parameters import ParameterBlock
from trigger.payload import Body, Payload, PayloadBlock, compile_payload
from trigger.reading import REASON, Reading, compile_reading
from trigger.web import WebRequest

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
# A wrong one of these would make two requests of one, or none.
_OF_THE_WIRE = frozenset({"connection", "content-length", "trailer", "transfer-encoding"})
_KEY = "Idempotency-Key"
_SECONDS = 60


class Http(FilledAction):
    """Sends an HTTP request. At least once: a repeat carries the same Idempotency-Key."""

    answers: ClassVar[bool] = True

    url: str = Field("", description="Where to; http or https.")
    method: Literal["", "DELETE", "GET", "PATCH", "POST", "PUT"] = Field(
        "", description="The method; POST without it."
    )
    payload: list[PayloadBlock] = Field(
        default_factory=list, description="Values of the event, of which the body is made."
    )
    headers: dict[str, str] = Field(default_factory=dict, description="Headers, as they are.")
    dynamic_headers: list[ParameterBlock] = Field(
        default_factory=list, description="Headers with values of the event; dest is the name."
    )
    secure_headers: list[SecureHeader] = Field(
        default_factory=list, description="Headers with values of secrets."
    )
    basic_auth: BasicAuth | None = Field(None, description="Login, from secrets.")
    tls: TlsBlock | None = Field(None, description="How the server's certificate is checked.")
    timeout: int = Field(0, ge=0, description="Seconds for the whole request; 60 without it.")
    host: str = Field("", description="The Host header, where it is not that of the URL.")

    def ready(self, place: Place, at: Setting) -> Prepared | None:
        """Return the action of these very settings; None with mistakes noted at `place`."""
        url = _url(self.url, place / "url")
        _check_names(self.headers, place / "headers")
        for name, value in self.headers.items():
            if value and not value.isprintable():
                (place / "headers" / name).error(
                    "the value has signs that no header can have",
                    code="bad-header",
                    suggestion="a line break at its end comes from `|` in YAML",
                )
        payload = compile_payload(self.payload, place / "payload", at)
        dynamic = [
            compile_reading(block.src, f"header {block.dest}", where / "src", at)
            for block, where in _each(self.dynamic_headers, place / "dynamicHeaders")
        ]
        secret = secret_headers(self.secure_headers, place / "secureHeaders")
        _check_names([block.name for block in self.secure_headers], place / "secureHeaders")
        readings = tuple(each for each in dynamic if each is not None)
        if url is None or payload is None or secret is None or len(readings) < len(dynamic):
            return None
        names = tuple(block.dest for block in self.dynamic_headers)
        return _Http(
            WebRequest(self.method or "POST", url, timeout=self.timeout or _SECONDS),
            tuple(self.headers.items()),
            tuple(zip(names, readings, strict=True)),
            payload,
            Credentials(at.namespace, secret, self.basic_auth, self.tls),
            self.host,
            at.allow,
        )


def _each(blocks: list[ParameterBlock], place: Place) -> list[tuple[ParameterBlock, Place]]:
    _check_names([block.dest for block in blocks], place)
    return [(block, place / index) for index, block in enumerate(blocks)]


def _check_names(names: Iterable[str], place: Place) -> None:
    for name in names:
        if not _TOKEN.fullmatch(name):
            place.error(f"{name!r} is no name of a header", code="bad-header")
        elif name.lower() in _OF_THE_WIRE:
            place.warn(
                f"{name} has no effect here, and in Argo Events: it follows from the body",
                code="no-effect",
            )


def _url(text: str, place: Place) -> yarl.URL | None:
    if not text:
        place.error("url is required", code="missing-field")
        return None
    try:
        url = yarl.URL(text)
    except ValueError:
        url = yarl.URL()
    if url.scheme not in {"http", "https"} or not url.host:
        place.error(
            f"{text!r} is no URL", code="bad-url", suggestion="write http://host/path or https://…"
        )
        return None
    if url.user is not None:
        place.error("no login stands in a URL", code="bad-url", suggestion="use basicAuth")
        return None
    return url


@dataclass(frozen=True, slots=True)
class _Call(Order):
    """A request that lacks only what secrets hold."""

    request: WebRequest


@dataclass(frozen=True, slots=True)
class _Http(Prepared):
    request: WebRequest
    headers: tuple[tuple[str, str], ...]
    dynamic: tuple[tuple[str, Reading], ...]
    payload: Payload
    credentials: Credentials
    host: str
    allow: frozenset[int] | None

    def order(self, events: Mapping[str, Event], due: Due) -> Order:
        body = self.payload.build(events)
        named = self._named(events, due, body)
        headers = tuple(named.values())
        content = None if body is None else body.content
        request = replace(self.request, headers=headers, body=content)
        shown = dict(headers) | dict.fromkeys(self.credentials.names(), SHOWN)
        return _Call(
            {
                "method": request.method,
                "url": str(request.url),
                "headers": shown,
                "body": None if body is None else body.shown,
            },
            request,
        )

    async def act(
        self,
        order: Order,
        doors: Doors,
        lease_is_live: Callable[[], bool],
        *,
        repeat: bool,  # noqa: ARG002  of Prepared
    ) -> None:
        if not isinstance(order, _Call):
            raise TypeError("this order was made by another action")
        request = await self._with_secrets(order.request, doors)
        if not lease_is_live():
            raise LeaseLostError("the lease of the delivery ended before the request")
        answer = await doors.web.send(request)
        http_verdict.check(request, answer, self.allow)

    def _named(
        self, events: Mapping[str, Event], due: Due, body: Body | None
    ) -> dict[str, tuple[str, str]]:
        """Return the headers by their lower-case names: of two, the later one counts."""
        given = list(self.headers)
        for name, reading in self.dynamic:
            if (value := reading.value(events)) is not None:
                given.append((name, _header_value(name, value.text)))
        if self.host:
            given.append(("Host", self.host))
        usual = [("User-Agent", f"hookline/{__version__}"), (_KEY, due.key)]
        if body is not None and body.is_json:
            usual.append(("Content-Type", "application/json"))
        found = {name.lower(): (name, value) for name, value in [*usual, *given]}
        dropped = _OF_THE_WIRE.union(name.lower() for name in self.credentials.names())
        return {name: header for name, header in found.items() if name not in dropped}

    async def _with_secrets(self, request: WebRequest, doors: Doors) -> WebRequest:
        names = self.credentials.names()
        values = await self.credentials.values(doors)
        return replace(
            request,
            headers=(*request.headers, *zip(names, values, strict=True)),
            secrets=self.credentials.passwords(doors.secrets),
            tls=self.credentials.context(doors.secrets),
            private=frozenset(name.lower() for name in names),
        )


def _header_value(name: str, text: str) -> str:
    if text and not text.isprintable():
        raise PermanentError(
            f"header {name}: the event's value has signs that no header can have", reason=REASON
        )
    return text
