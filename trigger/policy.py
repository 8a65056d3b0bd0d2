"""`policy` of a trigger: which answers, or which labels of the object, count as done."""

from dataclasses import replace
from itertools import islice

from pydantic import Field

from hookline.block import Block
from hookline.manifest import Place
from trigger.labels import LONGEST, LabelWait
from trigger.retry import Backoff, RetryStrategy

_MANY = 10_000


class StatusPolicy(Block):
    """Judges an answer by its status."""

    allow: list[int] = Field(min_length=1, description="Statuses that count as done; no other.")


class LabelPolicy(Block):
    """Waits for labels of the object that was made or changed."""

    labels: dict[str, str] = Field(
        min_length=1, description="Labels that it must have, with exactly these values."
    )
    backoff: Backoff = Field(
        default_factory=Backoff, description="How often is looked: steps, and the waits between."
    )
    error_on_backoff_timeout: bool = Field(
        default=False, description="Whether missing labels are a failure; else it is done anyway."
    )


class PolicyBlock(Block):
    """Upstream's `policy`; it stands beside `template`."""

    k8s: LabelPolicy | None = Field(
        None, alias="k8s", description="Waits for labels of the object."
    )
    status: StatusPolicy | None = Field(None, description="Judges an answer by its status.")


def allowed(block: PolicyBlock | None) -> frozenset[int] | None:
    """Return the statuses that count as done, None if that is left to the action."""
    if block is None or block.status is None:
        return None
    return frozenset(block.status.allow)


def label_wait(block: PolicyBlock | None, place: Place) -> LabelWait | None:
    """Return what the labels are waited for with, None without; `place` is the policy's."""
    if block is None or block.k8s is None:
        return None
    policy = block.k8s
    backoff = policy.backoff.strategy()
    if _least_total(backoff) > LONGEST:
        (place / "k8s" / "backoff").warn(
            f"after {LONGEST / 3600:g} h it is looked a last time; this backoff goes on longer",
            code="no-effect",
        )
    return LabelWait(policy.labels, backoff, policy.error_on_backoff_timeout)


def _least_total(backoff: RetryStrategy) -> float:
    """Return the seconds of all waits without their random parts, of the first thousands."""
    looks = min(backoff.steps or _MANY, _MANY)
    return sum(islice(replace(backoff, jitter=0.0).waits(), looks - 1))
