"""One trigger of a Sensor: from its YAML to something that can be launched."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import msgspec
from pydantic import Field

from hookline import kinds, names
from hookline.block import Block
from hookline.duration import Duration
from hookline.manifest import Place
from trigger.action import FOLDER, Prepared, Setting
from trigger.conditions import Condition, read_conditions
from trigger.launch import Launcher
from trigger.parameters import ParameterBlock
from trigger.policy import PolicyBlock, allowed, label_wait
from trigger.rate import RateLimit
from trigger.retry import Backoff, RetryStrategy
from trigger.shaping import compile_shaped
from trigger.template import HEAD, TemplateBlock, read_action, read_template
from trigger.waiting import Waiting, read_resets

DAY = 86_400.0
_canonical = msgspec.json.Encoder(order="deterministic").encode


class TriggerBlock(Block):
    """What is done when it is due, and how often it is tried."""

    elsewhere = dict.fromkeys(
        [*sorted(HEAD), *kinds.known(FOLDER), *kinds.not_yet(FOLDER)], "under template"
    )

    template: dict[str, Any] = Field(description="Name, conditions and the one action.")
    parameters: list[ParameterBlock] = Field(
        default_factory=list, description="Values of the event, written into the template."
    )
    policy: PolicyBlock | None = Field(None, description="What counts as done.")
    retry_strategy: Backoff | None = Field(None, description="Waits between attempts.")
    rate_limit: RateLimit | None = Field(None, description="How often it may fire.")
    at_least_once: bool = Field(
        default=False, description="One event at a time, in the order of the stream."
    )
    dlq_trigger: dict[str, Any] | None = Field(
        None, description="A trigger that gets the events which this one has given up."
    )
    give_up_after: Duration = Field(
        DAY, description="An event that failed for so long becomes a dead letter."
    )
    allow_sensitive: bool = Field(
        default=False, description="Events may write into image, command, args and the like."
    )
    max_active: int | None = Field(
        None, gt=0, description="At most so many of its Workflows are unfinished at a time."
    )
    start_from: str = Field(
        "now", description="Where a new trigger begins: now, beginning or an RFC 3339 time."
    )


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger, ready.

    Attributes:
        condition: when it is due, by the dependencies that have an event.
        waiting: how long those of a join wait for each other.
        serial: one event at a time, in order (`atLeastOnce`, and every join).
        give_up_after: seconds from the first failed attempt to the dead letter.
        fingerprint: hash of what was written; equal ones mean the same.
        start_from: `beginning` or an RFC 3339 time; None: the moment of the first load.
        interval: seconds between two attempts (`rateLimit`), 0 for no limit.
        max_active: most of its Workflows that are unfinished at a time; None: any number.
        home: namespace of Workflows that name none.
        dlq: what is done with events that this trigger has given up, before they are dead letters.
    """

    name: str
    condition: Condition
    serial: bool
    retry: RetryStrategy
    give_up_after: float
    launcher: Launcher
    fingerprint: str
    start_from: str | None = None
    interval: float = 0.0
    max_active: int | None = None
    home: str = names.DEFAULT_NAMESPACE
    dlq: "Trigger | None" = None
    waiting: Waiting = field(default_factory=Waiting)

    @property
    def waits_for(self) -> tuple[str, ...]:
        """The dependencies whose events it is given."""
        return self.condition.names


@dataclass(frozen=True, slots=True)
class Home:
    """The Sensor that a trigger is in.

    Attributes:
        sensor: its name.
        namespace: its own, for objects that name none; empty is `default`.
        dependencies: names of its dependencies, in their order.
        defaults: its `workflowDefaults`.
    """

    sensor: str
    namespace: str
    dependencies: tuple[str, ...]
    defaults: Mapping[str, Any] = field(default_factory=dict)


def read_trigger(raw: Any, place: Place, sensor: Home) -> Trigger | None:
    """Return the trigger that `raw` holds; None with every mistake noted.

    Args:
        raw: the item of `spec.triggers` as it was read.
        place: where it stands.
        sensor: where it belongs.
    """
    before = _errors(place)
    block = TriggerBlock.read(raw, place)
    written = raw.get("template") if isinstance(raw, dict) else None
    template = read_template(written, place / "template") if isinstance(written, dict) else None
    if block is not None:
        _check(block, place)
    if template is None:
        return None
    head, rest = template
    if block is not None and block.max_active:
        _check_countable(rest, place / "maxActive")
    home = sensor.namespace or names.DEFAULT_NAMESPACE
    dependencies = sensor.dependencies
    at = Setting(sensor.sensor, head.name, home, dependencies, defaults=sensor.defaults)
    at = _with_policy(at, block)
    prepared = _prepare(block, (written or {}, rest), place, at)
    condition = read_conditions(head.conditions, dependencies, place / "template" / "conditions")
    waiting = _waiting(head, condition, place / "template")
    dlq = None
    if block is not None and block.dlq_trigger is not None:
        dlq = _read_dlq(block.dlq_trigger, place / "dlqTrigger", at)
    if block is None or prepared is None or condition is None or waiting is None:
        return None
    if _errors(place) > before:
        return None
    return Trigger(
        name=head.name,
        condition=condition,
        serial=block.at_least_once or condition.joins,
        retry=block.retry_strategy.strategy() if block.retry_strategy else RetryStrategy(),
        give_up_after=block.give_up_after,
        launcher=Launcher(prepared, label_wait(block.policy, place / "policy")),
        fingerprint=names.fingerprint("trigger", _canonical(raw).decode()),
        start_from=None if block.start_from == "now" else block.start_from,
        interval=block.rate_limit.interval if block.rate_limit else 0.0,
        max_active=block.max_active,
        home=home,
        dlq=dlq,
        waiting=waiting,
    )


def _waiting(head: TemplateBlock, condition: Condition | None, place: Place) -> Waiting | None:
    """Return how a join's events wait; it is warned of what has no effect without a join."""
    schedules = read_resets(head.conditions_reset, place / "conditionsReset")
    if condition is not None and not condition.joins:
        for name in ("conditions_reset", "within", "on_repeat"):
            if name in head.model_fields_set:
                key = TemplateBlock.model_fields[name].alias or name
                (place / key).warn(
                    f"{key} has no effect: no event waits for another without &&",
                    code="no-effect",
                    suggestion=f"remove {key}",
                )
    return None if schedules is None else Waiting(schedules, head.within, head.on_repeat)


def _with_policy(at: Setting, block: TriggerBlock | None) -> Setting:
    """Return the setting with what stands beside the template and actions have to know."""
    if block is None:
        return at
    return replace(
        at,
        allow=allowed(block.policy),
        allow_sensitive=block.allow_sensitive,
        waits=block.policy is not None and block.policy.k8s is not None,
    )


def _read_dlq(raw: dict[str, Any], place: Place, at: Setting) -> Trigger | None:
    """Return the trigger for given-up events; it is warned of what has no effect in it."""
    template = raw.get("template")
    idle = [("dlqTrigger", place), ("startFrom", place), ("rateLimit", place), ("maxActive", place)]
    idle += [(key, place / "template") for key in sorted(HEAD - {"name"})]
    for key, where in idle:
        there = raw if where is place else template
        if isinstance(there, dict) and key in there:
            (where / key).warn(
                f"{key} has no effect in a dlqTrigger: it gets the events of the trigger around it",
                code="no-effect",
                suggestion=f"remove {key}",
            )
    return read_trigger(raw, place, Home(at.sensor, at.namespace, at.dependencies, at.defaults))


def _prepare(
    block: TriggerBlock | None,
    template: tuple[dict[str, Any], dict[str, Any]],
    place: Place,
    at: Setting,
) -> Prepared | None:
    """Return the action of a template, given as it was written and without its own fields."""
    written, rest = template
    if block is not None and block.parameters:
        return compile_shaped(written, block.parameters, place, at)
    return read_action(rest, place / "template", at)


def _errors(place: Place) -> int:
    return sum(mistake.level == "error" for mistake in place.mistakes)


def _check(block: TriggerBlock, place: Place) -> None:
    if block.start_from not in {"now", "beginning"} and not _is_moment(block.start_from):
        (place / "startFrom").error(
            f"{block.start_from!r} is no start",
            code="bad-start",
            suggestion="write now, beginning or a time like 2026-11-24T08:00:00Z",
        )


def _check_countable(template: dict[str, Any], place: Place) -> None:
    """Check that what a trigger makes are Workflows, which end and are counted."""
    action = template.get("argoWorkflow")
    operation = action.get("operation") if isinstance(action, dict) else None
    if operation not in {"submit", "submit-from"}:
        place.error(
            "maxActive counts the Workflows of a trigger, and this one submits none",
            code="bad-value",
            suggestion="use it with argoWorkflow and operation submit",
        )


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
