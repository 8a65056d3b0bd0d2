"""Waits until an object carries labels, which `policy.k8s` calls done."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hookline.decision import object_name
from hookline.errors import PermanentError, TemporaryError
from hookline.kube.client import KubeClient
from hookline.kube.errors import NotFoundError
from trigger.action import LeaseLostError
from trigger.creation import Reference
from trigger.retry import RetryStrategy

LONGEST = 3600.0  # seconds that one attempt waits at most, whatever the backoff says
_LEAST = 0.05  # seconds between two looks at least
_ASK = 1.0  # seconds after which a sleeper asks whether it may go on


@dataclass(frozen=True, slots=True)
class LabelWait:
    """Looks at an object again and again.

    Attributes:
        labels: what it has to carry, each with exactly this value.
        backoff: how often is looked, the first time at once, and the waits in between.
        required: an object without the labels has failed; else it counts as done all the same.
    """

    labels: Mapping[str, str]
    backoff: RetryStrategy
    required: bool

    async def wait(
        self, kube: KubeClient, reference: Reference, may_wait: Callable[[], bool]
    ) -> str:
        """Return when the object has the labels, else why it counts as done without them.

        Raises:
            TemporaryError: as the door says; LabelsMissing when the labels are required and time
                is up.
            PermanentError: ObjectGone when they are required and the object is not there any more.
            LeaseLostError: `may_wait` says no.
        """
        name, end = object_name(reference), time.monotonic() + LONGEST
        lacks, looks = "", 0
        for pause in self.backoff.waits():
            _ask(may_wait)
            labels = await _labels(kube, reference)
            if labels is None:
                return self._without(PermanentError(f"{name} is gone", reason="ObjectGone"))
            lacks = self._lacking(labels)
            if not lacks:
                return ""
            looks += 1
            if self.backoff.exhausted(looks) or time.monotonic() >= end:
                break
            await _sleep(min(time.monotonic() + max(pause, _LEAST), end), may_wait)
        late = f"{name} lacks {lacks} after {looks} looks"
        return self._without(TemporaryError(late, reason="LabelsMissing"))

    def _lacking(self, labels: Mapping[str, str]) -> str:
        """Return the labels that are not there, in words."""
        wanted = self.labels.items()
        return ", ".join(f"{key}={value}" for key, value in wanted if labels.get(key) != value)

    def _without(self, error: TemporaryError | PermanentError) -> str:
        """Return an error's words if the labels may be missing, else raise it."""
        if self.required:
            raise error
        return str(error)


async def _labels(kube: KubeClient, reference: Reference) -> Mapping[str, str] | None:
    """Return the labels of an object; None when it, or the one of this uid, is not there."""
    who = reference["apiVersion"], reference["kind"], reference["namespace"], reference["name"]
    try:
        found = await kube.get(*who)
    except NotFoundError as error:
        if error.missing != "object":
            raise
        return None
    metadata = found.get("metadata") or {}
    if reference["uid"] and metadata.get("uid") != reference["uid"]:
        return None
    labels: Mapping[str, str] = metadata.get("labels") or {}
    return labels


async def _sleep(until: float, may_wait: Callable[[], bool]) -> None:
    while (left := until - time.monotonic()) > 0:
        await asyncio.sleep(min(left, _ASK))
        _ask(may_wait)


def _ask(may_wait: Callable[[], bool]) -> None:
    if not may_wait():
        raise LeaseLostError("the delivery is not ours any more, or has to make way")
