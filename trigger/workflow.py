"""What a Workflow must be like to be submitted, and what is dangerous in one."""

from typing import Any

from hookline.manifest import Place

_API_VERSION = "argoproj.io/v1alpha1"
_KIND = "Workflow"
_LEAST_TTL = 60
_TTLS = ("secondsAfterCompletion", "secondsAfterSuccess", "secondsAfterFailure")


def is_workflow(tree: dict[str, Any]) -> bool:
    """Return whether an object is a Workflow."""
    return (tree.get("apiVersion"), tree.get("kind")) == (_API_VERSION, _KIND)


def check_workflow(tree: dict[str, Any], place: Place) -> bool:
    """Return whether an object is a Workflow; note it at `place` if not."""
    if is_workflow(tree):
        return True
    place.error(
        f"submit takes a Workflow, this is {tree.get('kind') or 'no object with a kind'}"
        f" of {tree.get('apiVersion') or 'no apiVersion'}",
        code="wrong-kind",
        suggestion=f"write apiVersion: {_API_VERSION} and kind: {_KIND}",
    )
    return False


def warn_of_short_lives(spec: Any, place: Place) -> None:
    """Note a Workflow that is gone so soon that a repeat could make it again."""
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
