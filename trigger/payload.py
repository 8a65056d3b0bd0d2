"""The body of a message: built of values of events, from nothing (upstream's `payload`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from pydantic import Field

from hookline.event import Event
from hookline.manifest import Place
from trigger.action import Setting
from trigger.parameters import Parameter, ParameterBlock, compile_parameter
from trigger.reading import Reading, compile_reading

_encode = msgspec.json.Encoder().encode


class PayloadBlock(ParameterBlock):
    """One value of a body, and where in it it goes."""

    dest: str = Field(
        "", description="sjson path in the body; without it the value's text is the whole body."
    )


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent.

    Attributes:
        shown: as people read it: JSON, or a text.
        is_json: it was built as JSON.
    """

    content: bytes
    shown: Any
    is_json: bool


@dataclass(frozen=True, slots=True)
class Payload:
    """The parts of a body, ready."""

    parts: tuple[Parameter | Reading, ...]

    def build(self, events: Mapping[str, Event]) -> Body | None:
        """Return the body for `events` (by dependency), None when there is nothing to say.

        A part whose dependency has no event is left out.
        PermanentError (reason `Parameter`) when an event does not have what a part needs.
        """
        tree: Any = None
        for part in self.parts:
            if isinstance(part, Parameter):
                tree = part.apply(tree, events)
            elif (value := part.value(events)) is not None:
                return Body(value.text.encode(), value.text, is_json=False)
        return None if tree is None else Body(_encode(tree), tree, is_json=True)


def compile_payload(blocks: Sequence[PayloadBlock], place: Place, at: Setting) -> Payload | None:
    """Return the payload, ready; None with mistakes noted at `place`."""
    parts = [_compile(block, place / index, at) for index, block in enumerate(blocks)]
    ready = tuple(part for part in parts if part is not None)
    return Payload(ready) if len(ready) == len(parts) else None


def _compile(block: PayloadBlock, place: Place, at: Setting) -> Parameter | Reading | None:
    if block.dest:
        return compile_parameter(block, place, at, order=None)
    return compile_reading(block.src, "the payload", place / "src", at)
