"""`policy` of a trigger: which answers count as done."""

from typing import Any

from pydantic import Field

from hookline.block import Block
from hookline.manifest import Place
from trigger.notes import not_yet


class StatusPolicy(Block):
    """Judges an answer by its status."""

    allow: list[int] = Field(min_length=1, description="Statuses that count as done; no other.")


class PolicyBlock(Block):
    """Upstream's `policy`; it stands beside `template`."""

    k8s: dict[str, Any] | None = Field(
        None, alias="k8s", description="Waits for labels of the object (not there yet)."
    )
    status: StatusPolicy | None = Field(None, description="Judges an answer by its status.")


def allowed(block: PolicyBlock, place: Place) -> frozenset[int] | None:
    """Return the statuses that count as done, None if that is left to the action."""
    if block.k8s:
        not_yet("policy.k8s", place / "k8s")
    return None if block.status is None else frozenset(block.status.allow)
