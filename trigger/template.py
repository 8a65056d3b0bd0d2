"""The `template` of a trigger: its name, its conditions and the one action in it."""

from typing import Any

from pydantic import Field

from hookline import kinds
from hookline.block import Block
from hookline.duration import Duration
from hookline.manifest import Place
from trigger.action import FOLDER, Action, Prepared, Setting
from trigger.notes import nearest, not_yet
from trigger.waiting import Repeat, ResetBlock

_MISPLACED = frozenset(
    {"atLeastOnce", "policy", "retryStrategy", "rateLimit", "dlqTrigger", "parameters"}
    | {"giveUpAfter", "startFrom"}
)


class TemplateBlock(Block):
    """What stands in a `template` beside its action."""

    name: str = Field(min_length=1, description="Name of the trigger, unique in the Sensor.")
    conditions: str = Field(
        "",
        description="When it is due: dependencies, &&, || and groups; empty: all joined.",
    )
    conditions_reset: list[ResetBlock] = Field(
        default_factory=list, description="When events that wait for others are let go."
    )
    within: Duration = Field(
        0.0, description="How long an event may wait for the others, 10m; 0: for ever."
    )
    on_repeat: Repeat = Field(
        "latest",
        description="Which event of a dependency counts: latest, first, or a queue of them.",
    )


HEAD = frozenset(field.alias or name for name, field in TemplateBlock.model_fields.items())


def read_template(raw: dict[str, Any], place: Place) -> tuple[TemplateBlock, dict[str, Any]] | None:
    """Return the template's own fields and the rest, which name actions; None with mistakes."""
    block = TemplateBlock.read({key: raw[key] for key in raw if key in HEAD}, place)
    rest = {key: value for key, value in raw.items() if key not in HEAD}
    if block is None:
        return None
    return block, rest


def read_action(rest: dict[str, Any], place: Place, at: Setting) -> Prepared | None:
    """Return the one action that `rest` of a template names, ready; None with mistakes noted."""
    found = [(key, kind) for key in rest if (kind := _kind(key, place / key)) is not None]
    if len(found) > 1:
        several = " and ".join(key for key, _ in found)
        place.error(
            f"a template has exactly one action, this one has {several}",
            code="several-actions",
            suggestion="make a trigger of each",
        )
        return None
    if not found:
        if not rest.keys() & kinds.not_yet(FOLDER):
            known = f"known here: {', '.join(sorted(kinds.known(FOLDER)))}"
            place.error("the template has no action", code="no-action", suggestion=known)
        return None
    key, kind = found[0]
    block = kind.read(rest[key], place / key)
    if not isinstance(block, Action):
        return None
    policy = Place(place.document, place.path[:-1], place.mistakes) / "policy"
    if at.allow is not None and not block.answers:
        _no_effect(f"{key} has no status", policy / "status")
    if at.waits and not block.makes:
        _no_effect(f"{key} makes no object", policy / "k8s")
    return block.compile(place / key, at)


def _no_effect(why: str, place: Place) -> None:
    place.warn(
        f"{why}: policy.{place.path[-1]} has no effect here, and in Argo Events", code="no-effect"
    )


def _kind(key: str, place: Place) -> type[Block] | None:
    kind = kinds.find(FOLDER, key, Action)
    if kind is not None:
        return kind
    if key in kinds.not_yet(FOLDER):
        not_yet(key, place)
    elif key in _MISPLACED:
        place.error(
            f"{key} has no effect under template",
            code="misplaced-field",
            suggestion=f"it belongs on the trigger, beside template: move {key} out",
        )
    else:
        known = [*kinds.known(FOLDER), *HEAD]
        place.error(f"unknown field {key}", code="unknown-field", suggestion=nearest(key, known))
    return None
