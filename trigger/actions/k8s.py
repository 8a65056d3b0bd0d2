"""`k8s`: creates, updates, patches or deletes an object of any kind through the Kubernetes API."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from hookline.errors import PermanentError
from hookline.event import Event
from hookline.kube.client import APPLY, JSON_PATCH, MERGE, STRATEGIC, KubeClient
from hookline.manifest import Place
from trigger import changing
from trigger.action import Action, Doors, Due, Order, Prepared, Setting
from trigger.blueprint import Blueprint, compile_blueprint
from trigger.creation import Reference, create_once
from trigger.marks import check_name, mark, settle
from trigger.objects import Draft, check_new, check_standing, warn_of_contents
from trigger.operations import MEMBER, check_operations, operations
from trigger.parameters import ParameterBlock
from trigger.sensitive import check_object
from trigger.sourced import Source, from_source

_STRATEGIES = (MERGE, JSON_PATCH, STRATEGIC, APPLY)
_NAMING = frozenset({"apiVersion", "kind", "metadata"})


class K8s(Action):
    """Creates (exactly once), updates, patches or deletes an object; any kind the cluster knows."""

    makes: ClassVar[bool] = True

    source: dict[str, Any] = Field(description="Where the object comes from.")
    operation: Literal["", "create", "update", "patch", "delete"] = Field(
        "", description="What is done with it: create (as without it), update, patch or delete."
    )
    parameters: list[ParameterBlock] = Field(
        default_factory=list, description="Values of the event, written into the object."
    )
    patch_strategy: str = Field(
        "", description="How a patch is meant, a media type; without it a JSON merge patch."
    )
    live_object: bool = Field(
        default=False,
        description="With update: write the parameters into the object as it stands.",
    )

    @field_validator("patch_strategy")
    @classmethod
    def _known(cls, value: str) -> str:
        if value and value not in _STRATEGIES:
            raise ValueError(f"must be one of {', '.join(_STRATEGIES)}")
        return value

    def compile(self, place: Place, at: Setting) -> Prepared | None:
        """Return the ready action; None with every mistake noted."""
        self._warn(place, at)
        return from_source(
            self.source, place / "source", at, lambda source: self._ready(source, place, at)
        )

    def _ready(self, source: Source, place: Place, at: Setting) -> Prepared | None:
        draft = Draft(*source, tuple(block.dest for block in self.parameters))
        creates = self.operation in {"", "create"}
        fits = check_new(draft) if creates else self._check_change(draft, place)
        parameters = self.parameters, place / "parameters"
        blueprint = compile_blueprint(source, parameters, at)
        if blueprint is None or not fits:
            return None
        check_object(source[1], parameters, blueprint, at)
        return _Create(at, blueprint) if creates else self._change(at, blueprint)

    def _check_change(self, draft: Draft, place: Place) -> bool:
        """Note what is wrong or without effect in the source of a change."""
        fits = check_standing(draft)
        if self._edits:
            warn_of_contents(draft, _NAMING, "with liveObject only parameters change the object")
            _warn_of_repeats(self.parameters, place / "parameters")
        if self._amends:
            warn_of_contents(draft, _NAMING | {MEMBER}, "a JSON patch is what stands under patch")
            fits = check_operations(draft) and fits
        return fits

    @property
    def _edits(self) -> bool:
        return self.live_object and self.operation == "update"

    @property
    def _amends(self) -> bool:
        return self.patch_strategy == JSON_PATCH and self.operation == "patch"

    def _warn(self, place: Place, at: Setting) -> None:
        for key, written, operation in (
            ("patchStrategy", self.patch_strategy, "patch"),
            ("liveObject", self.live_object, "update"),
        ):
            if written and self.operation != operation:
                (place / key).warn(
                    f"{key} has no effect here, and in Argo Events",
                    code="no-effect",
                    suggestion=f"it needs operation: {operation}",
                )
        if at.waits and self.operation == "delete":
            (place / "operation").warn(
                "a deleted object gets no labels: policy.k8s ends at once",
                code="no-effect",
                suggestion="with errorOnBackoffTimeout every event becomes a dead letter",
            )

    def _change(self, at: Setting, blueprint: Blueprint) -> Prepared:
        if self.operation == "delete":
            return _Change(at, blueprint, changing.delete)
        if self._amends:
            return _Change(at, blueprint, changing.amend, check=operations)
        if self.operation == "patch":
            media = self.patch_strategy or MERGE
            return _Change(at, blueprint, partial(changing.patch, media=media))
        return _Edit(at, blueprint) if self._edits else _Change(at, blueprint, changing.update)


def _warn_of_repeats(blocks: list[ParameterBlock], place: Place) -> None:
    for index, block in enumerate(blocks):
        if block.operation in {"append", "prepend"}:
            (place / index / "operation").warn(
                f"{block.operation} is done again when the event is delivered again",
                code="at-least-once",
                suggestion="overwrite instead",
            )


def _typed(tree: dict[str, Any]) -> dict[str, Any]:
    """Return an object that says what it is; PermanentError (Invalid) when events took that."""
    for key in ("apiVersion", "kind"):
        if not isinstance(tree.get(key), str) or not tree[key]:
            raise PermanentError(f"the object has no {key}", reason="Invalid")
    return tree


@dataclass(frozen=True, slots=True)
class _Create(Prepared):
    at: Setting
    blueprint: Blueprint

    def order(self, events: Mapping[str, Event], due: Due) -> Order:
        return Order(mark(_typed(self.blueprint.draw(events)), self.at, due))

    async def act(
        self, order: Order, doors: Doors, lease_is_live: Callable[[], bool], *, repeat: bool
    ) -> Reference | None:
        return await create_once(doors.cluster(), order.tree, lease_is_live, repeat=repeat)


@dataclass(frozen=True, slots=True)
class _Change(Prepared):
    at: Setting
    blueprint: Blueprint
    change: Callable[[KubeClient, dict[str, Any], Callable[[], bool]], Awaitable[Reference]]
    check: Callable[[dict[str, Any]], object] | None = None

    def order(self, events: Mapping[str, Event], due: Due) -> Order:  # noqa: ARG002  of Prepared
        tree = _found(self.blueprint, self.at, events)
        if self.check is not None:
            self.check(tree)
        return Order(tree)

    async def act(
        self,
        order: Order,
        doors: Doors,
        lease_is_live: Callable[[], bool],
        *,
        repeat: bool,  # noqa: ARG002  of Prepared
    ) -> Reference | None:
        return await self.change(doors.cluster(), order.tree, lease_is_live)


@dataclass(frozen=True, slots=True)
class _EditOrder(Order):
    """What names the object, with the parameters in it, and the events to write into the real one.

    Attributes:
        events: by dependency.
    """

    events: Mapping[str, Event]


@dataclass(frozen=True, slots=True)
class _Edit(Prepared):
    at: Setting
    blueprint: Blueprint

    def order(self, events: Mapping[str, Event], due: Due) -> Order:  # noqa: ARG002  of Prepared
        return _EditOrder(_found(self.blueprint, self.at, events), events)

    async def act(
        self,
        order: Order,
        doors: Doors,
        lease_is_live: Callable[[], bool],
        *,
        repeat: bool,  # noqa: ARG002  of Prepared
    ) -> Reference | None:
        events = order.events if isinstance(order, _EditOrder) else {}
        change = partial(self.blueprint.alter, events=events)
        return await changing.edit(doors.cluster(), order.tree, change, lease_is_live)


def _found(blueprint: Blueprint, at: Setting, events: Mapping[str, Event]) -> dict[str, Any]:
    tree = settle(_typed(blueprint.draw(events)), at)
    check_name(tree)
    return tree
