"""The `webhook` source: any program that can POST or GET."""

from collections.abc import Callable
from typing import Any

from pydantic import Field, field_validator, model_validator

from eventsource import body, headers, identity
from eventsource.filter import EventFilter
from eventsource.source import Endpoint, Happening, HttpSource, Receive, RefusedError, Request
from hookline.block import Block
from hookline.language.errors import LanguageError
from hookline.language.gjson import compile_here
from hookline.manifest import Place
from hookline.secrets import SecretKey

_FORM = b"application/x-www-form-urlencoded"
_LAST_PORT = 65535

type FindId = Callable[[Request, bytes], str | None]
"""Finds the sender's id in a request and its body as JSON."""


class IdFrom(Block):
    """Where the sender's id stands: exactly one of the two."""

    header: str | None = Field(None, min_length=1, description="Name of a header, `X-Order-Id`.")
    body: str | None = Field(None, min_length=1, description="Path in a JSON body, `order.id`.")

    @model_validator(mode="after")
    def _one(self) -> "IdFrom":
        if (self.header is None) == (self.body is None):
            raise ValueError("give either header or body")
        return self


class Webhook(HttpSource):
    """Receives JSON or form bodies by POST, or queries by GET, on a port and path of its own."""

    endpoint: str = Field(description="Path to listen on, `/push`; `{name}` is any one segment.")
    port: str = Field(description='Port to listen on, in quotes: `"12000"`.')
    method: str = Field(description="The only method allowed: `POST` or `GET`.")
    url: str | None = Field(None, description="Base URL seen from outside; not used by webhook.")
    metadata: dict[str, str] | None = Field(
        None, description="Copied to `metadata` in the event's data."
    )
    auth_secret: SecretKey | None = Field(
        None, description="Callers must send this value as `Authorization: Bearer …`."
    )
    max_payload_size: int = Field(
        1048576, gt=0, description="Largest body in bytes, after unpacking."
    )
    id_from: IdFrom | None = Field(
        None, description="Where the sender's id stands, before the customary headers."
    )
    keep_headers: list[str] | None = Field(
        None, description="Headers to store although they are secret: Authorization, Cookie."
    )
    filter: EventFilter | None = Field(None, description="Which events are kept.")
    server_cert_secret: SecretKey | None = Field(
        None, description="Certificate (PEM) of the port, which then serves https only."
    )
    server_key_secret: SecretKey | None = Field(None, description="Its private key (PEM).")

    @field_validator("endpoint")
    @classmethod
    def _absolute(cls, endpoint: str) -> str:
        if not endpoint.startswith("/"):
            raise ValueError(f"the endpoint must begin with a slash: /{endpoint}")
        if not endpoint.isprintable() or " " in endpoint:
            raise ValueError("the endpoint has a space or a character that no path can have")
        return endpoint

    @field_validator("port", mode="before")
    @classmethod
    def _quoted(cls, port: Any) -> Any:
        if not isinstance(port, str):
            raise ValueError(f'the port must be a string: "{port}"')  # noqa: TRY004  pydantic's way
        if not (port.isascii() and port.isdigit() and 0 < int(port) <= _LAST_PORT):
            raise ValueError(f"the port must be a number from 1 to {_LAST_PORT}")
        return port

    @field_validator("method")
    @classmethod
    def _served(cls, method: str) -> str:
        if method not in {"POST", "GET"}:
            raise ValueError("the method must be POST or GET; others were never served")
        return method

    @model_validator(mode="after")
    def _both(self) -> "Webhook":
        if (self.server_cert_secret is None) != (self.server_key_secret is None):
            raise ValueError("serverCertSecret and serverKeySecret come together")
        return self

    def where(self) -> Endpoint:
        """Return where it is called."""
        certificate = None
        if self.server_cert_secret is not None and self.server_key_secret is not None:
            certificate = self.server_cert_secret, self.server_key_secret
        return Endpoint(
            port=int(self.port),
            path=self.endpoint,
            method=self.method,
            max_payload=self.max_payload_size,
            token=self.auth_secret,
            certificate=certificate,
        )

    def compile(self, place: Place) -> Receive | None:
        """Return what makes a happening of a request; None with the mistakes noted."""
        find_id = self._find_id(place / "idFrom")
        if find_id is None:
            return None
        without = headers.dropped(self.keep_headers or ())
        metadata = body.encode_sorted(self.metadata) if self.metadata else b""
        end = b',"metadata":' + metadata + b"}" if metadata else b"}"

        def receive(request: Request) -> Happening:
            shaped = _body_of(request)
            kept = headers.headers_json(request.headers, without)
            data = body.escape(b'{"header":' + kept + b',"body":' + shaped + end)
            return Happening(data, find_id(request, shaped))

        return receive

    def _find_id(self, place: Place) -> FindId | None:
        if self.id_from is None:
            return _by_custom
        if self.id_from.header is not None:
            return _from_header(self.id_from.header.lower().encode())
        return _from_body(self.id_from.body or "", place / "body")


def _body_of(request: Request) -> bytes:
    if request.method == "GET":
        return body.form_json(request.query)
    if request.found.get(b"content-type") == _FORM:
        return body.form_json(request.body)
    return body.strict_json(request.body)


def _by_custom(request: Request, _: bytes) -> str | None:
    return identity.by_custom(request)


def _from_header(name: bytes) -> FindId:
    def find_id(request: Request, _: bytes) -> str | None:
        found = identity.in_header(request, name)
        return identity.by_custom(request) if found is None else found

    return find_id


def _from_body(text: str, place: Place) -> FindId | None:
    path = compile_here(text, place)
    if path is None:
        return None

    def find_id(request: Request, shaped: bytes) -> str | None:
        try:
            found = path.get(shaped)
        except LanguageError as error:
            raise RefusedError(400, f"the id at {text} in the body: {error}") from error
        if found is None or found.kind == "null":
            return identity.by_custom(request)
        if found.kind not in {"string", "number"}:
            raise RefusedError(400, f"the id at {text} in the body must be text or a number")
        raw = found.raw.decode() if found.kind == "number" else found.text
        return identity.checked(raw, f"{text} in the body")

    return find_id
