"""The event: a CloudEvents 1.0 envelope around JSON data, as it travels on the bus.

The wire is shared with Argo Events: structured JSON, `source` is the EventSource, `subject` the
event name; both `data` and `data_base64` are read, `data` is written.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import msgspec

from hookline.errors import PermanentError
from hookline.surrogates import replace_halves

JSON_TYPE = "application/json"

# The form in which Hookline writes a time; others are read by the rules.
_OURS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


class _Envelope(msgspec.Struct, omit_defaults=True):
    """The wire form; `data` stays the bytes that the source made."""

    specversion: str = ""
    id: str = ""
    source: str = ""
    type: str = ""
    subject: str = ""
    datacontenttype: str = ""
    time: str = ""
    data: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    data_base64: str | None = None


_decoder = msgspec.json.Decoder(_Envelope)
_encoder = msgspec.json.Encoder()
_any = msgspec.json.Decoder()


@dataclass(frozen=True)
class Event:
    """One happening.

    Attributes:
        id: unique within (namespace, source, name).
        source: name of the EventSource object.
        name: name of the event within it (CloudEvents `subject`).
        type: kind of the source (`webhook`).
        time: when it was received, RFC 3339, UTC.
        data: the payload, as bytes; JSON unless `content_type` says otherwise; empty for none.
        content_type: CloudEvents `datacontenttype`; empty where the event came without one.
    """

    id: str
    source: str
    name: str
    type: str
    time: str
    data: bytes
    content_type: str = JSON_TYPE

    @cached_property
    def value(self) -> Any:
        """The data as Python values (large integers kept); PermanentError if it is no JSON."""
        if not self.data:
            return None
        try:
            return _read(_any, self.data)
        except (msgspec.DecodeError, RecursionError) as error:
            raise PermanentError(
                f"the data of event {self.id} is no JSON: {error}", reason="BadEvent"
            ) from error

    @cached_property
    def context(self) -> dict[str, str]:
        """The CloudEvents attributes, under upstream's context keys (time in whole seconds)."""
        return {
            "id": self.id,
            "source": self.source,
            "specversion": "1.0",
            "type": self.type,
            "datacontenttype": self.content_type,
            "subject": self.name,
            "time": _whole_seconds(self.time),
        }

    @cached_property
    def whole(self) -> bytes:
        """The whole event as upstream's parameters see it: context, and data as base64."""
        data = base64.b64encode(self.data).decode("ascii")
        return _encoder.encode({"context": self.context, "data": data})


def now() -> str:
    """Return this moment as CloudEvents write it."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _whole_seconds(time: str) -> str:
    if _OURS.fullmatch(time):
        return f"{time[:19]}Z"
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        return time
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def encode(event: Event) -> bytes:
    """Return the wire form of an event; JSON data stands in it as it is, not as base64."""
    plain = event.content_type == JSON_TYPE
    return _encoder.encode(
        _Envelope(
            specversion="1.0",
            id=event.id,
            source=event.source,
            type=event.type,
            subject=event.name,
            datacontenttype=event.content_type,
            time=event.time,
            data=msgspec.Raw(event.data) if plain and event.data else msgspec.UNSET,
            data_base64=None if plain else base64.b64encode(event.data).decode("ascii"),
        )
    )


def decode(raw: bytes) -> Event:
    """Return the event that `raw` carries; PermanentError (BadEvent) when it is no CloudEvent."""
    try:
        envelope = _read(_decoder, raw)
        data = _data(envelope)
    except (msgspec.MsgspecError, binascii.Error, ValueError, RecursionError) as error:
        raise PermanentError(f"not a CloudEvent: {error}", reason="BadEvent") from error
    if not (envelope.id and envelope.source and envelope.subject):
        raise PermanentError(
            "not a CloudEvent: id, source or subject is missing", reason="BadEvent"
        )
    return Event(
        id=envelope.id,
        source=envelope.source,
        name=envelope.subject,
        type=envelope.type,
        time=envelope.time,
        data=data,
        content_type=envelope.datacontenttype,
    )


def _read[T](decoder: msgspec.json.Decoder[T], text: bytes) -> T:
    try:
        return decoder.decode(text)
    except msgspec.DecodeError:
        if (whole := replace_halves(text)) is text:
            raise
        return decoder.decode(whole)


def _data(envelope: _Envelope) -> bytes:
    if envelope.data_base64 is not None:
        return base64.b64decode(envelope.data_base64, validate=True)
    return b"" if envelope.data is msgspec.UNSET else bytes(envelope.data)
