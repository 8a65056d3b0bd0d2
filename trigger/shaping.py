"""Parameters beside the template: events change what is done, before it is looked at."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from hookline.errors import PermanentError
from hookline.event import Event
from hookline.manifest import Place
from trigger.action import Prepared, Setting
from trigger.parameters import Parameter, ParameterBlock, compile_parameters
from trigger.reading import REASON
from trigger.reshaped import Reshaped, check_shape
from trigger.sensitive import RUNNING, check_parameters
from trigger.template import HEAD, read_action, read_template

_PLACEHOLDER = re.compile(r"\$\{\{\s*\$.*?\}\}", re.DOTALL)
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class _Draft:
    """A template that parameters change.

    Attributes:
        frame: it as JSON.
        own: the placeholders of JSONPath templates in it, and in values of the parameters.
    """

    frame: bytes
    own: frozenset[str]
    parameters: tuple[Parameter, ...]

    def draw(self, events: Mapping[str, Event]) -> Any:
        """Return the template as events change it; PermanentError if they cannot."""
        tree = _decode(self.frame)
        for parameter in self.parameters:
            tree = parameter.apply(tree, events)
        if not self.own.issuperset(_placeholders(tree)):
            # What an event brings is data, it must not be read as a part of the manifest.
            raise PermanentError(
                "a parameter's value holds a template ${{ $… }}, which no event may bring",
                reason=REASON,
            )
        return tree


def compile_shaped(
    written: dict[str, Any], blocks: list[ParameterBlock], place: Place, at: Setting
) -> Prepared | None:
    """Return the action of a trigger whose `parameters` change its template; None with mistakes.

    Args:
        written: the template as it was read.
        blocks: the parameters.
        place: where the trigger stands.
        at: of the trigger; in labels its name is what the parameters make of it.
    """

    def compiled(settings: Any, where: Place) -> Prepared | None:
        template = read_template(settings, where) if isinstance(settings, dict) else None
        if template is None:
            return None
        head, rest = template
        return read_action(rest, where, replace(at, trigger=head.name))

    dests = [block.dest for block in blocks]
    for index, dest in enumerate(dests):
        if dest.partition(".")[0] in HEAD - {"name"}:
            (place / "parameters" / index / "dest").warn(
                f"{dest} has no effect: the trigger is due already", code="no-effect"
            )
    action = {key: value for key, value in written.items() if key not in HEAD}
    below = place / "template"
    check_shape(action, below, dests, lambda rest, where: read_action(rest, where, at))
    parameters = compile_parameters(blocks, place / "parameters", at)
    check_parameters(blocks, place / "parameters", at, RUNNING)
    if len(parameters) < len(blocks):
        return None
    own = frozenset(_placeholders([written, [block.src.value for block in blocks]]))
    draft = _Draft(_encode(written), own, parameters)
    return Reshaped(draft.draw, compiled, below.path)


def _placeholders(node: Any) -> Iterator[str]:
    """Yield the JSONPath placeholders in all texts of a tree."""
    if isinstance(node, str):
        yield from _PLACEHOLDER.findall(node)
    elif isinstance(node, dict | list):
        for value in node.values() if isinstance(node, dict) else node:
            yield from _placeholders(value)
