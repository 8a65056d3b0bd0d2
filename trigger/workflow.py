"""What a Workflow must be like to be submitted, and what is dangerous in one."""

from typing import Any

from hookline import names
from hookline.manifest import Place

_API_VERSION = "argoproj.io/v1alpha1"
_KIND = "Workflow"
_NAMES = frozenset({"metadata.name", "metadata.generateName"})
_LEAST_TTL = 60
_TTLS = ("secondsAfterCompletion", "secondsAfterSuccess", "secondsAfterFailure")


def is_workflow(tree: dict[str, Any]) -> bool:
    """Return whether an object is a Workflow."""
    return (tree.get("apiVersion"), tree.get("kind")) == (_API_VERSION, _KIND)


def check_workflow(tree: dict[str, Any], place: Place, dests: list[str]) -> bool:
    """Note what is wrong or dangerous in a Workflow; `dests` are written by parameters later."""
    if not is_workflow(tree):
        place.error(
            f"submit takes a Workflow, this is {tree.get('kind') or 'no object with a kind'}"
            f" of {tree.get('apiVersion') or 'no apiVersion'}",
            code="wrong-kind",
            suggestion=f"write apiVersion: {_API_VERSION} and kind: {_KIND}",
        )
        return False
    _warn_of_short_lives(tree.get("spec"), place / "spec")
    return _check_name(tree.get("metadata"), place / "metadata", dests)


def _check_name(metadata: Any, place: Place, dests: list[str]) -> bool:
    known = metadata if isinstance(metadata, dict) else {}
    fixed, written_later = known.get("name"), not _NAMES.isdisjoint(dests)
    if isinstance(fixed, str) and fixed and "${{" not in fixed and not written_later:
        return _check_fixed(fixed, place / "name")
    if fixed or known.get("generateName") or written_later:
        return True
    place.error(
        "the Workflow has neither name nor generateName",
        code="missing-field",
        suggestion="write metadata: {generateName: some-prefix-}",
    )
    return False


def _check_fixed(name: str, place: Place) -> bool:
    limit = names.WORKFLOW_NAME_LIMIT
    if len(name) > limit:
        place.error(f"the name is longer than {limit} characters", code="bad-name")
        return False
    place.warn(
        "with a fixed name only the first event makes a Workflow, the others are dead letters",
        code="fixed-name",
        suggestion=f"write generateName: {name}-",
    )
    return True


def _warn_of_short_lives(spec: Any, place: Place) -> None:
    strategy = spec.get("ttlStrategy") if isinstance(spec, dict) else None
    if not isinstance(strategy, dict):
        return
    for key in _TTLS:
        seconds = strategy.get(key)
        if isinstance(seconds, int | float) and seconds < _LEAST_TTL:
            (place / "ttlStrategy" / key).warn(
                f"a Workflow that is gone after {seconds} s can be made twice when a worker dies"
                " between the create and its record",
                code="short-ttl",
                suggestion=f"{_LEAST_TTL} s or more",
            )
