"""One object of the manifests on its way: its document, what was made of it, what is wrong."""

import copy
import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from eventsource.spec import EventSource, read_event_source
from hookline.eventbus.spec import EventBus, read_event_bus
from hookline.manifest import Document, Mistake, Path, Place, show
from sensor.spec import Sensor, read_sensor

API_VERSION = "argoproj.io/v1alpha1"
type Made = EventSource | Sensor | EventBus
type Reader = Callable[[Document, list[Mistake]], Made | None]

_MEMBERS = ("apiVersion", "kind", "metadata", "spec", "status")
_DROPPED = frozenset(["unknown-field", "misplaced-field"])
_ALIKE = 0.8
_LONGEST_NAME = 253


@dataclass(slots=True)
class Candidate:
    """An object that may be used, or refused.

    Attributes:
        document: as it was read.
        made: what its room made of it; None for other kinds and when it has errors.
        mistakes: of this object, errors and warnings.
    """

    document: Document
    made: Made | None
    mistakes: list[Mistake]

    @property
    def failed(self) -> bool:
        """Whether it is refused."""
        return self.document.broken or any(each.level == "error" for each in self.mistakes)

    @property
    def label(self) -> str:
        """What it is called in lists: `Sensor push`, with its namespace if it names one."""
        document = self.document
        place = f"{document.namespace}/" if document.namespace else ""
        return f"{document.kind or 'object'} {place}{document.name or document.file}"

    def place(self, *path: str | int) -> Place:
        """Return a place in its document; mistakes that are noted there are its own."""
        return Place(self.document, path, self.mistakes)


def readers(namespace: str) -> Mapping[str, Reader]:
    """Return how each kind of ours is read; objects that name no namespace are in `namespace`."""
    return {
        "EventSource": read_event_source,
        "Sensor": lambda document, mistakes: read_sensor(document, mistakes, namespace),
        "EventBus": read_event_bus,
    }


def read(document: Document, namespace: str, *, lenient: bool) -> Candidate:
    """Return the candidate that a document holds, all mistakes of its own noted."""
    candidate = Candidate(document, None, [])
    reader = readers(namespace).get(document.kind)
    if not _is_object(candidate, list(readers(namespace))) or reader is None:
        return candidate
    _check_outline(candidate)
    if isinstance(document.body.get("spec"), dict) and document.name:
        candidate.made, found = _made(document, reader, lenient=lenient)
        candidate.mistakes += found
    if lenient:
        candidate.mistakes = [_softer(each) for each in candidate.mistakes]
    candidate.mistakes = list({(m.path, m.code): m for m in candidate.mistakes}.values())
    return candidate


def _is_object(candidate: Candidate, ours: list[str]) -> bool:
    """Check apiVersion and kind: whether this is an object, and of ours where it looks so."""
    body = candidate.document.body
    for key in ("apiVersion", "kind"):
        if not isinstance(body.get(key), str) or not body[key]:
            message = f"{key} is required: every document is a Kubernetes object"
            candidate.place(key).error(message, code="missing-field")
    version, kind = body.get("apiVersion"), candidate.document.kind
    if kind in ours and version and version != API_VERSION:
        candidate.place("apiVersion").error(
            f"{kind} is known in {API_VERSION} only, not in {version}",
            code="bad-api-version",
            suggestion=f"write {API_VERSION}",
        )
    close = difflib.get_close_matches(kind, ours, n=1, cutoff=_ALIKE)
    if version == API_VERSION and kind not in ours and (close or kind.lower() in _lower(ours)):
        meant = close[0] if close else _lower(ours)[kind.lower()]
        hint = f"did you mean {meant}?"
        candidate.place("kind").error(f"unknown kind {kind}", code="unknown-kind", suggestion=hint)
    return not candidate.mistakes


def _lower(words: list[str]) -> dict[str, str]:
    return {word.lower(): word for word in words}


def _check_outline(candidate: Candidate) -> None:
    body = candidate.document.body
    for key in body:
        if key not in _MEMBERS:
            close = difflib.get_close_matches(key, _MEMBERS, n=1)
            hint = f"did you mean {close[0]}?" if close else "most fields belong under spec"
            place = candidate.place(key)
            place.error(f"unknown field {key}", code="unknown-field", suggestion=hint)
    for key in ("metadata", "spec"):
        if body.get(key) is None:
            candidate.place(key).error(f"{key} is required", code="missing-field")
        elif not isinstance(body[key], dict):
            candidate.place(key).error("must be a mapping", code="bad-type")
    metadata = body.get("metadata")
    if isinstance(metadata, dict):
        _check_metadata(candidate, metadata)


def _check_metadata(candidate: Candidate, metadata: dict[str, object]) -> None:
    if metadata.get("name") is None:
        hint = "generateName is no name" if "generateName" in metadata else ""
        place = candidate.place("metadata", "name")
        place.error("name is required", code="missing-field", suggestion=hint)
    for key in ("name", "namespace"):
        if len(str(metadata.get(key, ""))) > _LONGEST_NAME:
            place, length = candidate.place("metadata", key), len(str(metadata[key]))
            message = f"{key} has {length} characters: Kubernetes takes {_LONGEST_NAME}"
            place.error(message, code="bad-name")
        elif not isinstance(metadata.get(key, ""), str) and metadata[key] is not None:
            candidate.place("metadata", key).error(
                f'must be text: write it in quotes ("{metadata[key]}")', code="bad-type"
            )


def _made(
    document: Document, reader: Reader, *, lenient: bool
) -> tuple[Made | None, list[Mistake]]:
    mistakes: list[Mistake] = []
    made = reader(document, mistakes)
    if not lenient:
        return made, mistakes
    dropped: list[Mistake] = []
    while extra := [each for each in mistakes if each.code in _DROPPED]:
        paths = {show(path): path for path in document.lines}
        known = [paths[each.path] for each in extra if each.path in paths]
        if not known:
            break
        dropped += extra
        document = _without(document, known)
        mistakes = []
        made = reader(document, mistakes)
    return made, [*map(_softer, dropped), *mistakes]


def _without(document: Document, paths: list[Path]) -> Document:
    """Return the document without the members at `paths`."""
    body = copy.deepcopy(document.body)
    for *parents, last in paths:
        inside = body
        for step in parents:
            inside = inside[step]  # type: ignore[index]  # a path of the document exists in it
        inside.pop(last, None)  # type: ignore[arg-type]  # a member of a mapping
    lines = {path: line for path, line in document.lines.items() if path not in paths}
    return replace(document, body=body, lines=lines)


def _softer(mistake: Mistake) -> Mistake:
    return replace(mistake, level="warning") if mistake.code in _DROPPED else mistake
