"""`transform` of a dependency: the event's data as its filters and triggers see it.

Ported from Argo Events' documented behaviour: `jq` outdoes `script`, an event without data passes
as it is, what comes out is JSON. The event on the bus stays, and so does its identity.
"""

from collections.abc import Callable
from dataclasses import replace

from pydantic import Field

from hookline.block import Block
from hookline.event import JSON_TYPE, Event
from hookline.language.errors import LanguageError
from hookline.language.worker import EvaluationError, Kind, Program, shared
from hookline.language.worker_process import compile_program
from hookline.manifest import Place


class TransformError(Exception):
    """A transform gave nothing for an event; the message may hold event data."""


type Transform = Callable[[Event], Event]


class TransformBlock(Block):
    """Changes the data of an event before the filters see it."""

    jq: str = Field(default="", description="jq program; its first output must be an object")
    script: str = Field(
        default="", description="Lua 5.1; sees the data as event, must return a table"
    )

    def compile(self, place: Place) -> Transform | None:
        """Return the transform; None without one; what is no program fails for each event."""
        kind: Kind = "jq" if self.jq else "lua"
        source = self.jq or self.script
        if not source:
            return None
        try:
            compile_program(kind, source)
        except LanguageError as error:
            name, language = ("jq", "jq") if self.jq else ("script", "Lua")
            (place / name).fails(f"this is no {language}: {error}", code="bad-script")
        return _transform(Program(kind, source))


def _transform(program: Program) -> Transform:
    def transform(event: Event) -> Event:
        if not event.data:
            return event
        try:
            data = shared().evaluate(program, event.data)
        except EvaluationError as error:
            raise TransformError(str(error)) from error
        return replace(event, data=data, content_type=JSON_TYPE)

    return transform
