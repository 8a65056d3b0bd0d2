"""Checks between the objects of the manifests: one name, one endpoint, events that exist."""

import difflib
import re
from collections.abc import Iterable, Iterator
from typing import Any

from eventsource.spec import FOLDER, EventSource
from hookline import kinds
from sensor.spec import Sensor
from server.candidate import Candidate

_FEW = 5
_NAMED_ON_THE_BUS = (EventSource, Sensor)
_ON_THE_BUS = re.compile(r"[A-Za-z0-9_-]+")


def check(candidates: list[Candidate], namespace: str) -> None:
    """Note what is wrong between objects; those that name no namespace are in `namespace`."""
    _one_of_each(candidates, namespace)
    _one_endpoint(each for each in candidates if not each.failed)
    known = dict(_events(candidates, namespace))
    for candidate in candidates:
        if candidate.document.kind == "Sensor":
            _dependencies(candidate, known, candidate.document.namespace or namespace)


def _one_of_each(candidates: list[Candidate], namespace: str) -> None:
    first: dict[tuple[str, ...], Candidate] = {}
    for candidate in candidates:
        document = candidate.document
        if not document.name:
            continue
        group = str(document.body.get("apiVersion")).rpartition("/")[0]
        # One process serves one bus, on which names carry no namespace.
        home = "" if isinstance(candidate.made, _NAMED_ON_THE_BUS) else document.namespace
        key = (group, document.kind, home or namespace, document.name)
        if other := first.get(key):
            where = f"{other.document.file}:{other.document.line}"
            candidate.place("metadata", "name").error(
                f"there are two objects {candidate.label}, the first in {where}",
                code="duplicate-object",
                suggestion="rename one of the two: other namespaces need names of their own too",
            )
        first.setdefault(key, candidate)


def _one_endpoint(candidates: Iterable[Candidate]) -> None:
    """Two event sources never share port, path and method; the second would get no request."""
    taken: dict[tuple[int, str, str], Candidate] = {}
    for candidate in candidates:
        if not isinstance(candidate.made, EventSource):
            continue
        for event in candidate.made.events:
            where = event.endpoint
            if where is None:
                continue
            other = taken.setdefault((where.port, where.path, where.method), candidate)
            if other is not candidate:
                place = candidate.place("spec", event.kind, event.name)
                place.error(
                    f"{where.method} {where.path} on port {where.port} already belongs to"
                    f" {other.label} ({other.document.file}:{other.document.line})",
                    code="duplicate-endpoint",
                    suggestion="give each event its own endpoint or port",
                )


def _events(
    candidates: list[Candidate], namespace: str
) -> Iterator[tuple[tuple[str, str], list[str]]]:
    """Yield (namespace, event source) and its events' names, also of sources that are refused."""
    sources = {*kinds.known(FOLDER), *kinds.not_yet(FOLDER)}
    for candidate in candidates:
        document = candidate.document
        spec = document.body.get("spec")
        if document.kind != "EventSource" or not isinstance(spec, dict):
            continue
        listens = (spec[key] for key in spec if key in sources)
        names = [str(name) for named in listens if isinstance(named, dict) for name in named]
        yield (document.namespace or namespace, document.name), names


def _dependencies(
    candidate: Candidate, known: dict[tuple[str, str], list[str]], namespace: str
) -> None:
    spec = candidate.document.body.get("spec")
    raw: Any = spec.get("dependencies") if isinstance(spec, dict) else None
    for index, item in enumerate(raw if isinstance(raw, list) else []):
        source = item.get("eventSourceName") if isinstance(item, dict) else None
        event = item.get("eventName") if isinstance(item, dict) else None
        if isinstance(source, str) and isinstance(event, str) and source and event:
            place = ("spec", "dependencies", index)
            if _fits_the_bus(candidate, place, {"eventSourceName": source, "eventName": event}):
                _exists(candidate, place, (namespace, source, event), known)


def _fits_the_bus(
    candidate: Candidate, place: tuple[str | int, ...], names: dict[str, str]
) -> bool:
    wrong = {key: name for key, name in names.items() if not _ON_THE_BUS.fullmatch(name)}
    for key, name in wrong.items():
        candidate.place(*place, key).error(
            f"{name!r} can name no event: names are part of the bus's subjects",
            code="bad-name",
            suggestion="names have letters, digits, - and _; there are no wildcards",
        )
    return not wrong


def _exists(
    candidate: Candidate,
    place: tuple[str | int, ...],
    wanted: tuple[str, str, str],
    known: dict[tuple[str, str], list[str]],
) -> None:
    """Warn of an event that no file defines; where no event source is in the files, say nothing."""
    namespace, source, event = wanted
    sources = [name for where, name in known if where == namespace]
    if source in sources:
        if event not in known[namespace, source]:
            _unknown(candidate.place(*place, "eventName"), event, known[namespace, source])
    elif sources:
        _unknown(candidate.place(*place, "eventSourceName"), source, sources)


def _unknown(place: Any, name: str, names: list[str]) -> None:
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {close[0]}?" if close else ""
    if not close and len(names) <= _FEW:
        hint = f"in these files: {', '.join(sorted(names))}"
    place.warn(f"{name} is not defined in these files", code="unknown-event", suggestion=hint)
