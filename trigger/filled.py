"""Actions whose own settings events fill: with templates in them, and with `parameters`."""

from abc import ABC, abstractmethod
from collections.abc import Collection
from typing import Any, ClassVar

from pydantic import Field

from hookline.manifest import Place
from trigger.action import Action, Prepared, Setting
from trigger.blueprint import Blueprint, compile_blueprint
from trigger.parameters import ParameterBlock
from trigger.reshaped import Reshaped, check_shape


class FilledAction(Action, ABC):
    """An action that is compiled for its settings as each event makes them.

    Attributes:
        unmoved: settings that no parameter changes in Argo Events, and so neither here; all of
            them with `*`.
    """

    unmoved: ClassVar[Collection[str]] = ()

    parameters: list[ParameterBlock] = Field(
        default_factory=list, description="Values of the event, written into these settings."
    )

    def compile(self, place: Place, at: Setting) -> Prepared | None:
        """Return the ready action; None with every mistake noted at `place`."""
        written = self.model_dump(mode="json", by_alias=True, exclude_unset=True)
        written.pop("parameters", None)
        moving = self._moving(place / "parameters")
        blueprint = compile_blueprint(
            (written, place), (moving, place / "parameters"), at, lambda _path: True
        )
        if blueprint is None:
            return None
        if blueprint.fixed:
            return self.ready(place, at)
        return self._reshaped(blueprint, written, [block.dest for block in moving], place, at)

    @abstractmethod
    def ready(self, place: Place, at: Setting) -> Prepared | None:
        """Return the action of these very settings; None with mistakes noted at `place`."""

    def _reshaped(
        self,
        blueprint: Blueprint,
        written: dict[str, Any],
        dests: list[str],
        place: Place,
        at: Setting,
    ) -> Prepared | None:
        def compiled(settings: Any, where: Place) -> Prepared | None:
            block = type(self).read(settings, where)
            return None if block is None else block.ready(where, at)

        holes = [".".join(map(str, path)) for path in blueprint.template.paths]
        check_shape(written, place, holes + dests, compiled)
        return Reshaped(blueprint.draw, compiled, place.path)

    def _moving(self, place: Place) -> list[ParameterBlock]:
        """Return the parameters that do something; the others are warned of."""
        moving: list[ParameterBlock] = []
        for index, block in enumerate(self.parameters):
            if "*" in self.unmoved or block.dest.partition(".")[0] in self.unmoved:
                (place / index).warn(
                    f"writing {block.dest} has no effect here, and in Argo Events",
                    code="no-effect",
                    suggestion="use the parameters beside template",
                )
            else:
                moving.append(block)
        return moving
