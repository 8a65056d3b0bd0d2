"""`argoWorkflow`: submits a Workflow, by creating it through the Kubernetes API."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from hookline.errors import PermanentError
from hookline.event import Event
from hookline.manifest import Place
from trigger.action import Action, Doors, Due, Order, Prepared, Setting
from trigger.blueprint import Blueprint, compile_blueprint
from trigger.creation import create_once
from trigger.marks import mark
from trigger.notes import nearest, not_yet
from trigger.objects import Draft, check_new
from trigger.parameters import ParameterBlock
from trigger.sensitive import check_object
from trigger.sourced import Source, from_source
from trigger.workflow import check_workflow, filled_up, is_workflow

_LATER = ("submit-from", "suspend", "retry", "resume", "resubmit", "terminate", "stop")


class ArgoWorkflow(Action):
    """Submits an Argo Workflow, exactly once for each event."""

    operation: str = Field("", description="What is done; submit is the one there is so far.")
    source: dict[str, Any] = Field(description="Where the Workflow comes from.")
    parameters: list[ParameterBlock] = Field(
        default_factory=list, description="Values of the event, written into the Workflow."
    )
    args: list[str] = Field(
        default_factory=list, description="Arguments of the argo command (not there yet)."
    )

    def compile(self, place: Place, at: Setting) -> Prepared | None:
        """Return the ready action; None with every mistake noted."""
        operation_known = self._check_operation(place / "operation")
        if self.args:
            not_yet("args", place / "args", "write what they say into the Workflow")

        def ready(source: Source) -> Prepared | None:
            # Operations that are not there yet take other kinds than a Workflow.
            draft = Draft(*source, tuple(block.dest for block in self.parameters))
            fits = operation_known and check_workflow(*source) and check_new(draft)
            parameters = self.parameters, place / "parameters"
            blueprint = compile_blueprint(source, parameters, at)
            if blueprint is None or not fits:
                return None
            check_object(source[1], parameters, blueprint, at)
            return _Submit(at, blueprint)

        prepared = from_source(self.source, place / "source", at, ready)
        return None if self.args else prepared

    def _check_operation(self, place: Place) -> bool:
        if self.operation == "submit":
            return True
        if not self.operation:
            place.error(
                "operation is required; Argo Events refuses an empty one too",
                code="missing-field",
                suggestion="write operation: submit",
            )
        elif self.operation in _LATER:
            not_yet(f"the operation {self.operation}", place)
        else:
            hint = nearest(self.operation, ["submit", *_LATER])
            place.error(f"unknown operation {self.operation}", code="bad-value", suggestion=hint)
        return False


@dataclass(frozen=True, slots=True)
class _Submit(Prepared):
    at: Setting
    blueprint: Blueprint

    def order(self, events: Mapping[str, Event], due: Due) -> Order:
        tree = self.blueprint.draw(events)
        if not is_workflow(tree):
            raise PermanentError(
                f"submit takes a Workflow, the parameters made it {tree.get('kind')!r}",
                reason="Parameter",
            )
        return Order(mark(filled_up(tree, self.at.defaults), self.at, due))

    async def act(
        self, order: Order, doors: Doors, lease_is_live: Callable[[], bool], *, repeat: bool
    ) -> dict[str, str] | None:
        return await create_once(doors.cluster(), order.tree, lease_is_live, repeat=repeat)
