"""Parameters: values of an event, written into an object at a path (upstream's `parameters`).

Compiled when the manifest loads; applying them is pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from hookline.block import Block
from hookline.errors import PermanentError
from hookline.event import Event
from hookline.language import sjson
from hookline.language.errors import LanguageError
from hookline.manifest import Place
from trigger.action import Setting
from trigger.reading import REASON, Reading, Source, Value, compile_reading


class ParameterBlock(Block):
    """One parameter: where its value comes from and where it goes."""

    src: Source = Field(description="Where the value comes from.")
    dest: str = Field(min_length=1, description="sjson path in the object, as `spec.priority`.")
    operation: Literal["", "overwrite", "append", "prepend"] = Field(
        "", description="What happens to a value that is there: overwrite, append or prepend."
    )


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter, ready."""

    reading: Reading
    raw: bool
    destination: sjson.Destination
    operation: Literal["", "overwrite", "append", "prepend"]

    def apply(self, tree: Any, events: Mapping[str, Event]) -> Any:
        """Return `tree` with the value written in (it may be changed in place).

        Where nothing is to be written it stays as it is.
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
