"""The Sensor object: from a document to dependencies and triggers that are ready to run."""

import asyncio
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from pydantic import Field

from hookline import names
from hookline.block import Block
from hookline.decision import Clause
from hookline.event import Event
from hookline.language.worker import shared
from hookline.manifest import Document, Mistake, Named, Place
from sensor.filter import Judge, Judgement, compile_filters
from sensor.transform import Transform, TransformBlock, TransformError
from trigger.spec import Home, Trigger, read_trigger
from trigger.workflow import WorkflowDefaults, warn_of_short_lives

_SHOWN = 200
_canonical = msgspec.json.Encoder(order="deterministic").encode


class DependencyBlock(Block):
    """One event that a Sensor waits for."""

    name: str = Field(min_length=1, description="Name by which triggers and parameters refer to it")
    event_source_name: str = Field(min_length=1, description="Name of the EventSource object")
    event_name: str = Field(min_length=1, description="Name of the event within the EventSource")
    filters: dict[str, Any] | None = Field(default=None, description="What the event must be like")
    filters_logical_operator: Literal["", "and", "or"] = Field(
        default="", description="How kinds of filters combine (and)"
    )
    transform: TransformBlock | None = Field(
        default=None, description="Changes the event's data before the filters see it"
    )


class SensorBlock(Block):
    """The `spec` of a Sensor."""

    dependencies: list[Any] = Field(min_length=1, description="Events that the Sensor waits for")
    triggers: list[Any] = Field(min_length=1, description="What is done, and when it is due")
    event_bus_name: str = Field(default="default", description="EventBus object to use")
    template: dict[str, Any] | None = Field(
        default=None, description="Pod template of Argo Events; no pod is made here"
    )
    replicas: int | None = Field(default=None, description="Pods of Argo Events; no pod is made")
    revision_history_limit: int | None = Field(
        default=None, description="For the Deployment of Argo Events; none is made here"
    )
    workflow_defaults: WorkflowDefaults | None = Field(
        default=None, description="Fields that its Workflows get where they leave them out"
    )
    error_on_failed_round: bool | None = Field(default=None, description="Has no effect")
    logging_fields: dict[str, str] | None = Field(default=None, description="Has no effect")


@dataclass(frozen=True, slots=True)
class Examined:
    """What a dependency makes of an event: how its triggers see it, and whether they do."""

    event: Event
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Dependency:
    """A dependency, ready: which event it is, its transform, and the judge of its filters.

    Attributes:
        scripted: a process of its own has a part in it, so that the event loop must not wait.
    """

    name: str
    source: str
    event: str
    judge: Judge
    fingerprint: str
    transform: Transform | None = None
    scripted: bool = False

    def examine(self, event: Event) -> Examined:
        """Transform an event, then ask the filters; a transform that fails says no."""
        try:
            seen = self.transform(event) if self.transform else event
        except TransformError as error:
            return Examined(event, _untransformed(str(error)))
        return Examined(seen, self.judge(seen))

    async def examined(self, event: Event) -> Examined:
        """Examine an event, without holding up the event loop."""
        if not self.scripted:
            return self.examine(event)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(shared().thread, self.examine, event)

    async def transformed(self, event: Event) -> Event:
        """Return an event as the triggers see it; TransformError when the transform fails."""
        if self.transform is None:
            return event
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(shared().thread, self.transform, event)


@dataclass(frozen=True, slots=True)
class Sensor:
    """A Sensor, ready to run.

    Attributes:
        digest: hash of its spec; equal digests mean the same.
        modified: modification time of its file, seconds since 1970.
        file: where it was read.
        named: the secrets and ConfigMaps that its triggers name.
    """

    name: str
    namespace: str
    dependencies: dict[str, Dependency]
    triggers: tuple[Trigger, ...]
    digest: str
    modified: float
    file: str
    named: tuple[Named, ...] = ()


def read_sensor(
    document: Document, mistakes: list[Mistake], namespace: str = names.DEFAULT_NAMESPACE
) -> Sensor | None:
    """Return the Sensor that a document holds; None with every mistake noted in `mistakes`.

    `namespace` is where the Sensor is when its metadata does not say so.
    """
    place = Place(document)
    block = SensorBlock.read(document.body.get("spec") or {}, place / "spec")
    home = document.namespace or namespace
    sensor = None if block is None else _compile(document, block, place / "spec", home)
    mistakes.extend(place.mistakes)
    return None if place.failed else sensor


def _compile(document: Document, block: SensorBlock, place: Place, namespace: str) -> Sensor:
    for name in ("error_on_failed_round", "logging_fields"):
        if name in block.model_fields_set:
            key = SensorBlock.model_fields[name].alias or name
            (place / key).warn(f"{key} has no effect, here and in Argo Events", code="no-effect")
    if block.workflow_defaults is not None:
        warn_of_short_lives(block.workflow_defaults.written(), place / "workflowDefaults")
    dependencies = _dependencies(block.dependencies, place / "dependencies")
    declared = tuple(_declared_names(block.dependencies))
    defaults = block.workflow_defaults.written() if block.workflow_defaults else {}
    at = Home(document.name, namespace, declared, defaults)
    triggers = _triggers(block.triggers, place / "triggers", at)
    return Sensor(
        name=document.name,
        namespace=namespace,
        dependencies=dependencies,
        triggers=triggers,
        digest=names.fingerprint("spec", _canonical(document.body.get("spec")).decode()),
        modified=document.modified,
        file=document.file,
        named=tuple({each.place.path: each for each in place.named}.values()),
    )


def _declared_names(raw: list[Any]) -> list[str]:
    found = [item.get("name") for item in raw if isinstance(item, dict)]
    return [name for name in found if isinstance(name, str) and name]


def _dependencies(raw: list[Any], place: Place) -> dict[str, Dependency]:
    ready: dict[str, Dependency] = {}
    for index, item in enumerate(raw):
        dependency = _dependency(item, place / index)
        if dependency is None:
            continue
        if dependency.name in ready:
            (place / index / "name").fails(
                f"two dependencies are named {dependency.name}, only the last one counts",
                code="duplicate-name",
                suggestion="give each dependency a name of its own",
            )
        ready[dependency.name] = dependency
    return ready


def _dependency(raw: Any, place: Place) -> Dependency | None:
    block = DependencyBlock.read(raw, place)
    if block is None:
        return None
    transform = block.transform.compile(place / "transform") if block.transform else None
    operator = block.filters_logical_operator or "and"
    judge = compile_filters(block.filters, operator, place / "filters")
    if block.filters == {} and operator == "or":
        (place / "filters").warn(
            "empty filters under or drop every event, here and in Argo Events", code="drops-all"
        )
    if judge is None:
        return None
    written = _canonical(block.model_dump()).decode()
    return Dependency(
        block.name,
        block.event_source_name,
        block.event_name,
        judge,
        names.fingerprint(written),
        transform,
        scripted=transform is not None or bool((block.filters or {}).get("script")),
    )


def _untransformed(error: str) -> Judgement:
    clause = Clause("transform", passed=False, expected="a result", actual=error[:_SHOWN])
    public = "transform error (the transform gave no result)"
    return Judgement(
        passed=False, clauses=(clause,), error=f"transform error ({error})", public=public
    )


def _triggers(raw: list[Any], place: Place, at: Home) -> tuple[Trigger, ...]:
    ready: dict[str, Trigger] = {}
    for index, item in enumerate(raw):
        trigger = read_trigger(item, place / index, at)
        if trigger is None:
            continue
        if trigger.name in ready:
            (place / index / "template" / "name").error(
                f"two triggers are named {trigger.name}",
                code="duplicate-name",
                suggestion="give each trigger a name of its own",
            )
        ready[trigger.name] = trigger
    return tuple(ready.values())
