"""`argoWorkflow`: what the argo command does with Workflows, through the Kubernetes API."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import Field

from hookline.errors import PermanentError
from hookline.event import Event
from hookline.kube.errors import NotFoundError
from hookline.manifest import Place
from trigger import control, submitting
from trigger.action import Action, Doors, Due, Order, Prepared, Setting
from trigger.arguments import Arguments, compile_arguments
from trigger.artifact import no_source
from trigger.blueprint import Blueprint, compile_blueprint
from trigger.creation import Reference, create_once
from trigger.marks import check_name, mark
from trigger.objects import Draft, check_new, check_standing, warn_of_contents
from trigger.parameters import ParameterBlock
from trigger.sensitive import check_object
from trigger.sourced import Source, from_source
from trigger.workflow import KINDS, check_kind, check_operation, filled_up, takes

type Tree = dict[str, Any]
type Parameters = tuple[list[ParameterBlock], Place]

_NAMING = ("apiVersion", "kind", "metadata")
_MAKES = frozenset({"submit", "submit-from"})


class ArgoWorkflow(Action):
    """Submits an Argo Workflow, exactly once for each event, or suspends, resumes or ends one."""

    makes: ClassVar[bool] = True

    operation: str = Field(
        "", description="submit, submit-from, suspend, resume, stop or terminate; required."
    )
    source: dict[str, Any] = Field(
        description="Where the Workflow comes from; unless it is submitted, what names the object."
    )
    parameters: list[ParameterBlock] = Field(
        default_factory=list, description="Values of the event, written into the source."
    )
    args: list[str] = Field(
        default_factory=list,
        description="Arguments of `argo submit` that change the Workflow, as -p and its value.",
    )

    def compile(self, place: Place, at: Setting) -> Prepared | None:
        """Return the ready action; None with every mistake noted."""
        known = check_operation(self.operation, place / "operation")
        arguments = self._arguments(place, at)
        parameters = self.parameters, place / "parameters"

        def ready(source: Source) -> Prepared | None:
            fits = known and check_kind(self.operation, *source)
            if fits and arguments is not None:
                fits = self._check(source, parameters, arguments)
            blueprint = compile_blueprint(source, parameters, at)
            if blueprint is None or arguments is None or not fits:
                return None
            check_object(source[1], parameters, blueprint, at)
            return self._prepared(at, blueprint, arguments)

        prepared = from_source(self.source, place / "source", at, ready)
        return None if arguments is None else prepared

    def _arguments(self, place: Place, at: Setting) -> Arguments | None:
        if self.args and self.operation in control.OPERATIONS:
            (place / "args").error(
                f"{self.operation} takes no arguments in Hookline",
                code="bad-args",
                suggestion="the source names the object; all that waits in it is meant",
            )
            return None
        return compile_arguments(self.args, place, at)

    def _check(self, source: Source, parameters: Parameters, arguments: Arguments) -> bool:
        """Note what is wrong or without effect in the source."""
        dests = tuple(block.dest for block in self.parameters)
        if self.operation == "submit":
            return check_new(Draft(*source, dests + arguments.dests))
        why = f"{self.operation} takes the object as it is in the cluster"
        draft = Draft(*source, dests)
        warn_of_contents(draft, _NAMING, why)
        for index, dest in enumerate(dests):
            if dest.partition(".")[0] not in _NAMING:
                hint = "write args: [-p, 'NAME=${{ $… }}']" if self.operation in _MAKES else ""
                (parameters[1] / index / "dest").warn(
                    f"{dest} has no effect: {why}", code="no-effect", suggestion=hint
                )
        return check_standing(draft)

    def _prepared(self, at: Setting, blueprint: Blueprint, arguments: Arguments) -> Prepared:
        if self.operation == "submit":
            return _Submit(self.operation, at, blueprint, arguments)
        if self.operation == "submit-from":
            return _SubmitFrom(self.operation, at, blueprint, arguments)
        return _Control(self.operation, at, blueprint)


@dataclass(frozen=True, slots=True)
class _Operation(Prepared):
    operation: str
    at: Setting
    blueprint: Blueprint

    def draw(self, events: Mapping[str, Event]) -> Tree:
        """Return the source that events fill; PermanentError if it is of a wrong kind now."""
        tree = self.blueprint.draw(events)
        if not takes(self.operation, tree):
            kinds, made = " or ".join(KINDS[self.operation]), tree.get("kind")
            message = f"{self.operation} takes a {kinds}, the parameters made it {made!r}"
            raise PermanentError(message, reason="Parameter")
        return tree

    def named(self, events: Mapping[str, Event]) -> tuple[str, str, str]:
        """Return kind, namespace and name of the object in the cluster that is meant."""
        tree = self.draw(events)
        name, home = check_name(tree), tree["metadata"].get("namespace") or self.at.namespace
        if not isinstance(home, str):
            raise PermanentError(f"{home!r} is no name of a namespace", reason="Invalid")
        return tree["kind"], home, name


@dataclass(frozen=True, slots=True)
class _Submit(_Operation):
    arguments: Arguments

    def order(self, events: Mapping[str, Event], due: Due) -> Order:
        tree = self.arguments.apply(self.draw(events), events)
        return Order(mark(filled_up(tree, self.at.defaults), self.at, due))

    async def act(
        self, order: Order, doors: Doors, lease_is_live: Callable[[], bool], *, repeat: bool
    ) -> Reference | None:
        return await create_once(doors.cluster(), order.tree, lease_is_live, repeat=repeat)


@dataclass(frozen=True, slots=True)
class _From(Order):
    """The order of a Workflow that is made of what stands in the cluster.

    Attributes:
        kind, home, name: what it is made of.
        fixed: whether it is the same for every event.
        made: returns the Workflow, of that object as it stands.
    """

    kind: str
    home: str
    name: str
    fixed: bool
    made: Callable[[Tree], Tree]

    @property
    def elsewhere(self) -> str:
        whole = self.kind in submitting.TEMPLATES
        return "" if whole else f"the {self.kind} {self.home}/{self.name}"

    async def filled(self, doors: Doors) -> Order:
        for document in doors.documents:
            what = document.kind, document.namespace or self.home, document.name
            if what == (self.kind, self.home, self.name):
                return Order(self.made(document.body))
        if doors.kube is not None:
            return Order(self.made(await self._standing(doors)))
        if not self.elsewhere:
            return Order(self.object)
        raise no_source("it is not among the manifests, and no cluster was asked")

    async def _standing(self, doors: Doors) -> Tree:
        """Return what the Workflow is made of, which Argo does not submit before it is there."""
        try:
            return await doors.cluster().get(
                submitting.API_VERSION, self.kind, self.home, self.name
            )
        except NotFoundError as error:
            if self.fixed and error.missing == "object":
                raise no_source(str(error)) from error
            raise


@dataclass(frozen=True, slots=True)
class _SubmitFrom(_Operation):
    arguments: Arguments

    def order(self, events: Mapping[str, Event], due: Due) -> Order:
        kind, home, name = self.named(events)

        def made(source: Tree | None) -> Tree:
            tree = submitting.outline(kind, name, home)
            if source is not None:
                tree = submitting.complete(tree, source, due.event.time)
            if "spec" in tree:
                tree = filled_up(tree, self.at.defaults)
            return mark(self.arguments.apply(tree, events), self.at, due)

        return _From(made(None), kind, home, name, self.blueprint.fixed, made)

    async def act(
        self, order: Order, doors: Doors, lease_is_live: Callable[[], bool], *, repeat: bool
    ) -> Reference | None:
        order = await order.filled(doors)
        return await create_once(doors.cluster(), order.tree, lease_is_live, repeat=repeat)


@dataclass(frozen=True, slots=True)
class _Commanded(Order):
    """The order to change what is there."""

    command: control.Command


@dataclass(frozen=True, slots=True)
class _Control(_Operation):
    def order(self, events: Mapping[str, Event], due: Due) -> Order:
        kind, home, name = self.named(events)
        metadata = {"name": name, "namespace": home}
        target = {"apiVersion": submitting.API_VERSION, "kind": kind, "metadata": metadata}
        who = f"Resumed by: Hookline, Sensor {self.at.sensor}, trigger {self.at.trigger}"
        command = control.Command(self.operation, target, due.key, who)
        return _Commanded(command.shown, command)

    async def act(
        self,
        order: Order,
        doors: Doors,
        lease_is_live: Callable[[], bool],
        *,
        repeat: bool,  # noqa: ARG002  the object itself says what was done
    ) -> Reference | None:
        if not isinstance(order, _Commanded):
            raise TypeError("this order was made by another action")
        return await control.carry_out(doors.cluster(), order.command, lease_is_live)
