"""EventSource manifests: read to a list of events, each with its kind, every mistake at once."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from eventsource.filter import EventFilter, Judge
from eventsource.source import (
    Endpoint,
    HttpSource,
    Listen,
    ListeningSource,
    Receive,
    Source,
)
from hookline import __version__, kinds
from hookline.block import Block
from hookline.manifest import Document, Mistake, Named, Place

FOLDER = "eventsource.sources"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,253}")


@dataclass(frozen=True)
class SourceEvent:
    """One named event of an EventSource.

    Attributes:
        name: the event's name; kind: its YAML key (`webhook`), the event's CloudEvents type.
        source: the settings.
        receive, listen: made of them, one of the two: what turns a request into a happening, or
            what goes and listens.
        judge: its filter, if it has one.
    """

    name: str
    kind: str
    source: Source
    receive: Receive | None = None
    listen: Listen | None = None
    judge: Judge | None = None

    @property
    def endpoint(self) -> Endpoint | None:
        """Where it is called; None when it listens by itself."""
        return self.source.where() if isinstance(self.source, HttpSource) else None


@dataclass(frozen=True)
class EventSource:
    """One EventSource object of `file`; `namespace` is empty when the manifest names none.

    `named` are the secrets that it names.
    """

    name: str
    namespace: str
    events: list[SourceEvent]
    file: str = ""
    named: tuple[Named, ...] = ()


class _Outer(Block):
    """The object around `spec`."""

    api_version: str
    kind: str
    metadata: dict[str, Any]
    spec: dict[str, Any]
    status: dict[str, Any] | None = None


class _Pod(Block):
    """Fields of `spec` that only concern pods upstream: checked loosely, without effect."""

    event_bus_name: str | None = Field(None, description="Name of the EventBus; no effect here.")
    template: dict[str, Any] | None = Field(None, description="Pod template; no effect here.")
    service: dict[str, Any] | None = Field(None, description="Service ports; no effect here.")
    replicas: int | None = Field(None, description="Number of pods; no effect here.")


_POD_FIELDS = frozenset(field.alias or name for name, field in _Pod.model_fields.items())


def read_event_source(document: Document, mistakes: list[Mistake]) -> EventSource | None:
    """Return the EventSource that a document holds; None with all its errors noted."""
    place = Place(document)
    outer = _Outer.read(document.body, place)
    events = [] if outer is None else _read_spec(outer, place)
    if outer is not None:
        _check_name(document.name, place / "metadata" / "name", "the EventSource")
    mistakes.extend(place.mistakes)
    return (
        None
        if place.failed
        else EventSource(
            document.name, document.namespace, events, document.file, tuple(place.named)
        )
    )


def _read_spec(outer: _Outer, place: Place) -> list[SourceEvent]:
    spec = place / "spec"
    _Pod.read({key: value for key, value in outer.spec.items() if key in _POD_FIELDS}, spec)
    events: list[SourceEvent] = []
    seen: dict[str, str] = {}
    for kind, name, raw in _named(outer.spec, spec):
        here = spec / kind / name
        _check_name(name, here, "an event")
        if name in seen:
            message = f"{seen[name]} has an event of that name as well; names are unique"
            here.error(message, code="duplicate-name", suggestion="rename one of the two")
        seen[name] = kind
        if event := _read_event(kind, name, raw, here):
            events.append(event)
    _check_endpoints(events, spec)
    return events


def _named(spec: dict[str, Any], place: Place) -> Iterator[tuple[str, str, Any]]:
    """Yield (kind, event name, settings) of the kinds that exist, mistakes noted for others."""
    found = False
    for kind, named in spec.items():
        if kind in _POD_FIELDS:
            continue
        found = True
        if not _exists(kind, place / kind):
            continue
        if not isinstance(named, dict) or not named:
            (place / kind).error(f"{kind} must map event names to settings", code="bad-type")
            continue
        for name, raw in named.items():
            yield kind, str(name), raw
    if not found:
        place.error("no event is defined", code="missing-field", suggestion="add webhook: …")


def _exists(kind: str, place: Place) -> bool:
    known = kinds.known(FOLDER)
    if kind in known:
        return True
    if kind in kinds.not_yet(FOLDER):
        place.error(f"{kind} is not there yet in Hookline {__version__}", code="not-yet")
        return False
    names = sorted({*known, *kinds.not_yet(FOLDER), *_POD_FIELDS})
    close = difflib.get_close_matches(kind, names, n=1)
    hint = f"did you mean {close[0]}?" if close else f"known here: {', '.join(sorted(known))}"
    place.error(f"unknown field {kind}", code="unknown-field", suggestion=hint)
    return False


def _read_event(kind: str, name: str, raw: Any, place: Place) -> SourceEvent | None:
    found = kinds.find(FOLDER, kind, Source)
    source = found.read(raw, place) if found else None
    rule = getattr(source, "filter", None)
    judge = rule.compile(place / "filter") if isinstance(rule, EventFilter) else None
    if isinstance(source, HttpSource):
        receive = source.compile(place)
        return SourceEvent(name, kind, source, receive=receive, judge=judge) if receive else None
    if isinstance(source, ListeningSource):
        listen = source.compile(place)
        return SourceEvent(name, kind, source, listen=listen, judge=judge) if listen else None
    return None


def _check_name(name: str, place: Place, what: str) -> None:
    if not _NAME.fullmatch(name):
        place.error(
            f"{name[:300]!r} cannot name {what}: names are part of the bus's subjects",
            code="bad-name",
            suggestion="use letters, digits, - and _, at most 253",
        )


def _check_endpoints(events: list[SourceEvent], spec: Place) -> None:
    taken: dict[tuple[int, str, str], str] = {}
    shown: dict[int, SourceEvent] = {}
    for event in events:
        where = event.endpoint
        if where is None:
            continue
        key = (where.port, where.path, where.method)
        if key in taken:
            (spec / event.kind / event.name).error(
                f"{where.method} {where.path} on port {where.port} already belongs to"
                f" {taken[key]}, which would get every request",
                code="duplicate-endpoint",
                suggestion="give each event its own endpoint or port",
            )
        taken.setdefault(key, event.name)
        first = shown.setdefault(where.port, event)
        if first.endpoint is not None and first.endpoint.certificate != where.certificate:
            (spec / event.kind / event.name).error(
                f"port {where.port} has another certificate, or none, for {first.name};"
                " a port has one",
                code="duplicate-endpoint",
                suggestion="give both the same secrets, or another port",
            )
