"""Where a parameter's value comes from: a template, a path, a fixed text, or the whole event.

Ported from Argo Events (reference 5.2): data wins over context; a template that fails, or gives
nothing, falls to the path; a path that is missing falls to `value`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from pydantic import Field

from hookline.block import Block
from hookline.errors import PermanentError
from hookline.event import Event
from hookline.language import gjson, gotemplate
from hookline.language.errors import LanguageError, LeftOutError
from hookline.manifest import Place
from trigger.action import Setting
from trigger.documents import data_document
from trigger.missing import explain
from trigger.notes import absent_dependency

REASON = "Parameter"
_EMPTY = ("", "<no value>")
_encode = msgspec.json.Encoder().encode


class Source(Block):
    """Where a parameter's value comes from."""

    dependency_name: str = Field(min_length=1, description="Dependency whose event is read.")
    context_key: str = Field("", description="gjson path in the event's attributes, as `id`.")
    context_template: str = Field("", description="Go template over the event's attributes.")
    data_key: str = Field("", description="gjson path in the event's data; wins over contextKey.")
    data_template: str = Field(
        "", description="Go template over the event's data; wins over what reads the context."
    )
    value: str | None = Field(None, description="Used where the path, or the event, is missing.")
    use_raw_data: bool = Field(
        default=False, description="Keep the JSON type; without it every value becomes a string."
    )
    missing: Literal["", "error", "default", "skip"] = Field(
        "", description="Ours: what a missing value, or event, does: error, default or skip."
    )


@dataclass(frozen=True, slots=True)
class Value:
    """What a source gave: its text, and the JSON value that useRawData writes."""

    text: str
    json: Any


type Resolve = Callable[[Event], Value]


@dataclass(frozen=True, slots=True)
class Reading:
    """Where a value comes from, ready.

    Attributes:
        default: what stands in for it; missing: what happens where it is missing, empty for
            Argo Events' way: the default, else an error, else (without an event) nothing.
        label: says in errors what the value is for.
    """

    dependency: str
    resolve: Resolve
    default: Value | None
    missing: Literal["", "error", "default", "skip"]
    label: str

    def value(self, events: Mapping[str, Event]) -> Value | None:
        """Return the value, None where nothing is to be written.

        PermanentError (reason `Parameter`) when it is missing and must not be.
        """
        event = events.get(self.dependency)
        if event is None:
            return self._without_event()
        try:
            return self.resolve(event)
        except PermanentError as error:
            if self.missing == "skip":
                return None
            if self.default is not None and self.missing != "error":
                return self.default
            raise PermanentError(
                f"{self.label}: unable to resolve {self.dependency!r}: {error}", reason=REASON
            ) from error

    def _without_event(self) -> Value | None:
        if self.missing == "error":
            raise PermanentError(
                f"{self.label}: there is no event of {self.dependency!r}", reason=REASON
            )
        return None if self.missing == "skip" else self.default


def compile_reading(source: Source, label: str, place: Place, at: Setting) -> Reading | None:
    """Return where a value comes from, ready; None with mistakes noted at `place`.

    `label` says in errors what the value is for.
    """
    absent_dependency(source.dependency_name, place / "dependencyName", at)
    resolve = _resolver(source, place)
    if source.missing == "default" and source.value is None:
        (place / "value").error(
            "missing: default needs a value", code="missing-field", suggestion="write value: …"
        )
    elif resolve is not None:
        default = None if source.value is None else Value(source.value, source.value)
        return Reading(source.dependency_name, resolve, default, source.missing, label)
    return None


def _resolver(source: Source, place: Place) -> Resolve | None:
    if source.data_key or source.data_template:
        return _read(source, place, "data", data_document)
    if source.context_key or source.context_template:
        return _read(source, place, "context", _context)
    if source.value is not None:
        fixed = Value(source.value, source.value)
        return lambda _event: fixed
    return _whole


def _read(
    source: Source, place: Place, half: str, document: Callable[[Event], bytes]
) -> Resolve | None:
    """Return what reads one half of an event: by template first, then by path."""
    key, text = (getattr(source, f"{half}_{name}") for name in ("key", "template"))
    raw = source.use_raw_data
    by_path = _by_path(key, place / f"{half}Key", raw=raw) if key else None
    spare = bool(key) or source.value is not None
    by_template = _by_template(text, place / f"{half}Template", spare=spare) if text else None
    if (key and by_path is None) or (text and by_template is None):
        return None

    def resolve(event: Event) -> Value:
        read = document(event)
        try:
            if by_template is not None:
                return by_template(read)
        except PermanentError:
            if by_path is None:
                raise
        if by_path is None:
            raise TypeError("a reading has a template or a path")
        return by_path(read)

    return resolve


def _by_template(text: str, place: Place, *, spare: bool) -> Callable[[bytes], Value] | None:
    """Return what renders a template; with a `spare` one that is no template may just fail."""
    try:
        template = gotemplate.compile_template(text)
    except LanguageError as error:
        return _no_template(error, place, spare=spare)

    def render(raw: bytes) -> Value:
        try:
            made = template.render(gotemplate.read_document(raw))
        except LanguageError as error:
            raise PermanentError(f"the template {text}: {error}", reason=REASON) from error
        if made in _EMPTY:
            raise PermanentError(f"the template {text} gives {made or 'nothing'}", reason=REASON)
        return Value(made, made)

    return render


def _no_template(
    error: LanguageError, place: Place, *, spare: bool
) -> Callable[[bytes], Value] | None:
    message = str(error)
    if isinstance(error, LeftOutError):
        place.error(message, code="left-out")
        return None
    if spare:
        place.warn(f"{message}: only the key or the value is ever used", code="bad-template")
    else:
        place.fails(message, code="bad-template")

    def fail(_raw: bytes) -> Value:
        raise PermanentError(message, reason=REASON)

    return fail


def _by_path(text: str, place: Place, *, raw: bool) -> Callable[[bytes], Value] | None:
    path = gjson.compile_here(text, place)
    if path is None:
        return None

    def resolve(document: bytes) -> Value:
        try:
            found = path.get(document)
        except LanguageError as error:
            raise PermanentError(f"{text}: {error}", reason=REASON) from error
        if found is None:
            raise PermanentError(explain(text, document), reason=REASON)
        return _value(found, raw=raw)

    return resolve


def _value(found: gjson.Found, *, raw: bool) -> Value:
    # gjson's text of null is empty, upstream's parameter is the word.
    text = "null" if found.kind == "null" else found.text
    if found.kind == "string" or not raw:
        return Value(text, text)
    try:
        return Value(text, msgspec.json.decode(text))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PermanentError(f"the value cannot be read: {error}", reason=REASON) from error


def _context(event: Event) -> bytes:
    return _encode(event.context)


def _whole(event: Event) -> Value:
    text = event.whole.decode()
    return Value(text, text)
