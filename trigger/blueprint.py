"""An object that events fill: JSONPath templates first, then parameters; pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hookline.errors import PermanentError
from hookline.event import Event
from hookline.language import template
from hookline.language.errors import LanguageError
from hookline.manifest import Path, Place
from trigger.action import Setting
from trigger.notes import below, known_dependency
from trigger.parameters import Parameter, ParameterBlock, compile_parameters
from trigger.reading import REASON

type TextFields = Callable[[Path], bool]

_CONTEXT = template.CONTEXT


@dataclass(frozen=True, slots=True)
class Blueprint:
    """An object with holes, and the parameters that change it afterwards."""

    template: template.Template
    parameters: tuple[Parameter, ...]

    @property
    def fixed(self) -> bool:
        """Whether no event changes anything in it."""
        return not self.template.holes and not self.parameters

    def draw(self, events: Mapping[str, Event]) -> dict[str, Any]:
        """Return the object that `events` (by dependency) fill; PermanentError if they cannot."""
        return self.alter(self.template.fill(self._root(events)), events)

    def alter(self, tree: Any, events: Mapping[str, Event]) -> dict[str, Any]:
        """Return `tree` (it may be changed in place) with the parameters written into it."""
        for parameter in self.parameters:
            tree = parameter.apply(tree, events)
        if not isinstance(tree, dict):
            raise PermanentError("the parameters left no object", reason=REASON)
        return tree

    def _root(self, events: Mapping[str, Event]) -> dict[str, Any]:
        every = self.template.whole
        wanted = [name for name in events if every or name in self.template.dependencies]
        root: dict[str, Any] = {name: events[name].value for name in wanted}
        root[_CONTEXT] = {name: events[name].context for name in wanted}
        return root


def compile_blueprint(
    source: tuple[dict[str, Any], Place],
    parameters: tuple[list[ParameterBlock], Place],
    at: Setting,
    text_fields: TextFields = template.is_text_field,
) -> Blueprint | None:
    """Return the blueprint, ready; None with mistakes noted. Both come with their places.

    `text_fields` tells at which paths a placeholder is always text.
    """
    tree, place = source
    ready = compile_parameters(*parameters, at)
    filled = _compile_template(tree, place, at, text_fields)
    if filled is None or len(ready) < len(parameters[0]):
        return None
    return Blueprint(filled, ready)


def _compile_template(
    tree: dict[str, Any], place: Place, at: Setting, text_fields: TextFields
) -> template.Template | None:
    wrong: list[LanguageError] = []
    try:
        compiled = template.compile_tree(tree, text_fields, wrong.append)
    except LanguageError as error:
        wrong.append(error)
    for each in wrong:
        code = "not-yet" if each.not_yet else "bad-template"
        below(place, each.path).error(str(each), code=code)
    if wrong or not _check_dependencies(compiled, tree, place, at):
        return None
    return compiled


def _check_dependencies(
    compiled: template.Template, tree: dict[str, Any], place: Place, at: Setting
) -> bool:
    if (compiled.dependencies or compiled.whole) and _CONTEXT in at.dependencies:
        place.error(
            "a dependency named context hides $.context of the templates",
            code="reserved-name",
            suggestion="give the dependency another name",
        )
        return False
    if compiled.dependencies <= set(at.dependencies):
        return True
    for path in compiled.paths:
        text: Any = tree
        for step in path:
            text = text[step]
        for name in sorted(template.compile_tree(text, template.is_text_field).dependencies):
            known_dependency(name, below(place, path), at)
    return False
