"""Parameters: values of an event, written into an object at a path (upstream's `parameters`).

Compiled when the manifest loads; applying them is pure.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from pydantic import Field

from hookline.block import Block
from hookline.errors import PermanentError
from hookline.event import JSON_TYPE, Event
from hookline.language import gjson, sjson
from hookline.language.errors import LanguageError
from hookline.manifest import Place
from trigger.action import Setting
from trigger.missing import explain
from trigger.notes import known_dependency, not_yet

REASON = "Parameter"
_encode = msgspec.json.Encoder().encode


class Source(Block):
    """Where a parameter's value comes from."""

    dependency_name: str = Field(min_length=1, description="Dependency whose event is read.")
    context_key: str = Field("", description="gjson path in the event's attributes, as `id`.")
    context_template: str = Field("", description="Go template (not there yet).")
    data_key: str = Field("", description="gjson path in the event's data; wins over contextKey.")
    data_template: str = Field("", description="Go template (not there yet).")
    value: str | None = Field(None, description="Used where the path, or the event, is missing.")
    use_raw_data: bool = Field(
        default=False, description="Keep the JSON type; without it every value becomes a string."
    )


class ParameterBlock(Block):
    """One parameter: where its value comes from and where it goes."""

    src: Source = Field(description="Where the value comes from.")
    dest: str = Field(min_length=1, description="sjson path in the object, as `spec.priority`.")
    operation: Literal["", "overwrite", "append", "prepend"] = Field(
        "", description="What happens to a value that is there: overwrite, append or prepend."
    )


@dataclass(frozen=True, slots=True)
class Value:
    """What a source gave: its text, and the JSON value that useRawData writes."""

    text: str
    json: Any


type Resolve = Callable[[Event], Value]


@dataclass(frozen=True, slots=True)
class Reading:
    """Where a value comes from, ready."""

    dependency: str
    resolve: Resolve
    default: str | None
    label: str

    def value(self, events: Mapping[str, Event]) -> Value | None:
        """Return the value, None for a dependency without an event and without `value`.

        PermanentError (reason `Parameter`) when an event does not have it.
        """
        event = events.get(self.dependency)
        default = None if self.default is None else Value(self.default, self.default)
        if event is None:
            return default
        try:
            return self.resolve(event)
        except PermanentError as error:
            if default is not None:
                return default
            raise PermanentError(
                f"{self.label}: unable to resolve {self.dependency!r}: {error}", reason=REASON
            ) from error


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter, ready."""

    reading: Reading
    raw: bool
    destination: sjson.Destination
    operation: Literal["", "overwrite", "append", "prepend"]

    def apply(self, tree: Any, events: Mapping[str, Event]) -> Any:
        """Return `tree` with the value written in (it may be changed in place).

        A dependency without an event and without `value` leaves it as it is.
        PermanentError (reason `Parameter`) when the value or its place is missing.
        """
        value = self.reading.value(events)
        if value is None:
            return tree
        try:
            return self.destination.set(tree, self._written(tree, value))
        except LanguageError as error:
            raise PermanentError(f"{self.reading.label}: dest: {error}", reason=REASON) from error

    def _written(self, tree: Any, value: Value) -> Any:
        there = self.destination.existing(tree) if self.operation in {"append", "prepend"} else None
        if there is None:
            return value.json if self.raw else value.text
        return there + value.text if self.operation == "append" else value.text + there


def compile_parameters(
    blocks: Sequence[ParameterBlock], place: Place, at: Setting
) -> tuple[Parameter, ...]:
    """Return the parameters, ready; those with mistakes are noted at `place` and left out."""
    compiled = [compile_parameter(block, place / index, at) for index, block in enumerate(blocks)]
    return tuple(parameter for parameter in compiled if parameter is not None)


def compile_parameter(
    block: ParameterBlock, place: Place, at: Setting, order: sjson.Order = "sorted"
) -> Parameter | None:
    """Return the parameter, ready; None with mistakes noted at `place`.

    `order` is that of the members of the object it is written in, where Go has them as text.
    """
    reading = compile_reading(block.src, f"parameter for {block.dest}", place / "src", at)
    try:
        destination = sjson.compile_destination(block.dest, order)
    except LanguageError as error:
        (place / "dest").error(str(error), code="bad-path")
        return None
    if reading is None:
        return None
    return Parameter(reading, block.src.use_raw_data, destination, block.operation)


def compile_reading(source: Source, label: str, place: Place, at: Setting) -> Reading | None:
    """Return where a value comes from, ready; None with mistakes noted at `place`.

    `label` says in errors what the value is for.
    """
    known = known_dependency(source.dependency_name, place / "dependencyName", at)
    resolve = _resolver(source, place)
    if resolve is None or not known:
        return None
    return Reading(source.dependency_name, resolve, source.value, label)


def _resolver(source: Source, place: Place) -> Resolve | None:
    for written, key in (
        (source.context_template, "contextTemplate"),
        (source.data_template, "dataTemplate"),
    ):
        if written:
            not_yet(key, place / key, "use a ${{ $… }} template or a path")
            return None
    if source.data_key:
        return _by_path(source, source.data_key, _data, place / "dataKey")
    if source.context_key:
        return _by_path(source, source.context_key, _context, place / "contextKey")
    if source.value is not None:
        fixed = Value(source.value, source.value)
        return lambda _event: fixed
    return _whole


def _by_path(
    source: Source, text: str, document: Callable[[Event], bytes], place: Place
) -> Resolve | None:
    path = gjson.compile_here(text, place)
    if path is None:
        return None

    def resolve(event: Event) -> Value:
        raw = document(event)
        try:
            found = path.get(raw)
        except LanguageError as error:
            raise PermanentError(f"{text}: {error}", reason=REASON) from error
        if found is None:
            raise PermanentError(explain(text, raw), reason=REASON)
        return _value(found, raw=source.use_raw_data)

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


def _data(event: Event) -> bytes:
    # An event without a type is JSON, says CloudEvents; Argo Events would lose it here.
    if event.content_type not in {"", JSON_TYPE}:
        raise PermanentError(
            f"the data of event {event.id} is {event.content_type}, a path needs {JSON_TYPE}",
            reason=REASON,
        )
    return event.data


def _context(event: Event) -> bytes:
    return _encode(event.context)


def _whole(event: Event) -> Value:
    text = event.whole.decode()
    return Value(text, text)
