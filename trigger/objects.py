"""What an object must say to be created or found, checked when the manifest loads."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from hookline.manifest import Place
from trigger.marks import LIMITS, NAME_LIMIT
from trigger.workflow import is_workflow, warn_of_short_lives


@dataclass(frozen=True, slots=True)
class Draft:
    """An object as it is written, before events fill it.

    Attributes:
        dests: what parameters write later, as they name it.
    """

    tree: dict[str, Any]
    place: Place
    dests: tuple[str, ...]

    def written_later(self, path: str) -> bool:
        """Return whether a parameter writes what stands at `path`, or something around it."""
        return any(path == dest or path.startswith(f"{dest}.") for dest in self.dests)

    @property
    def metadata(self) -> dict[str, Any]:
        """The metadata, or nothing."""
        found = self.tree.get("metadata")
        return found if isinstance(found, dict) else {}


def check_new(draft: Draft) -> bool:
    """Note what is wrong or dangerous in an object that is created; return whether it can be."""
    typed, named = _check_type(draft), _check_new_name(draft)
    if is_workflow(draft.tree):
        warn_of_short_lives(draft.tree.get("spec"), draft.place / "spec")
    return typed and named


def check_standing(draft: Draft) -> bool:
    """Note what is missing in an object that is there already; return whether it can be found."""
    typed = _check_type(draft)
    if draft.metadata.get("name") or draft.written_later("metadata.name"):
        return typed
    (draft.place / "metadata").error(
        "which object? metadata.name is missing",
        code="missing-field",
        suggestion="only what is created can have a generateName",
    )
    return False


def warn_of_contents(draft: Draft, read: Collection[str], why: str) -> None:
    """Note the members of an object that nobody reads; `read` are the others."""
    for key in draft.tree:
        if key not in read:
            (draft.place / key).warn(f"{key} has no effect: {why}", code="no-effect")


def _check_type(draft: Draft) -> bool:
    missing = [
        key
        for key in ("apiVersion", "kind")
        if not isinstance(draft.tree.get(key), str) or not draft.tree[key]
        if not draft.written_later(key)
    ]
    for key in missing:
        (draft.place / key).error(f"the object has no {key}", code="missing-field")
    return not missing


def _check_new_name(draft: Draft) -> bool:
    fixed, place = draft.metadata.get("name"), draft.place / "metadata"
    later = draft.written_later("metadata.name")
    if isinstance(fixed, str) and fixed and "${{" not in fixed and not later:
        return check_fixed(fixed, str(draft.tree.get("kind")), place / "name")
    if fixed or later or draft.metadata.get("generateName"):
        return True
    if draft.written_later("metadata.generateName"):
        return True
    place.error(
        f"the {draft.tree.get('kind') or 'object'} has neither name nor generateName",
        code="missing-field",
        suggestion="write metadata: {generateName: some-prefix-}",
    )
    return False


def check_fixed(name: str, kind: str, place: Place) -> bool:
    """Note what is wrong or dangerous in a name that all events make; return whether it can be."""
    limit = LIMITS.get(kind, NAME_LIMIT)
    if len(name) > limit:
        place.error(f"the name is longer than {limit} characters", code="bad-name")
        return False
    place.warn(
        f"with a fixed name only the first event makes a {kind}, the others are dead letters",
        code="fixed-name",
        suggestion=f"write generateName: {name}-",
    )
    return True
