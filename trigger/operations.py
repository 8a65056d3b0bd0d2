"""The operations of a JSON patch (RFC 6902), which stand under `patch` in the source.

The rest of the source names the object, so that operations can come from everywhere that an object
can, and parameters reach both.
"""

from typing import Any

from hookline.errors import PermanentError
from hookline.manifest import Place
from trigger.notes import nearest
from trigger.objects import Draft

MEMBER = "patch"
_NEEDS = {
    "add": ("value",),
    "replace": ("value",),
    "test": ("value",),
    "remove": (),
    "move": ("from",),
    "copy": ("from",),
}
_MOVES_OTHERS = frozenset({"add", "copy", "move", "remove"})


def operations(tree: dict[str, Any]) -> list[Any]:
    """Return the operations in an object; PermanentError (Invalid) when events left no list."""
    found = tree.get(MEMBER)
    if not isinstance(found, list):
        raise PermanentError(f"{MEMBER} of the object is no list of operations", reason="Invalid")
    return found


def check_operations(draft: Draft) -> bool:
    """Note what is wrong or dangerous in the operations; return whether they can be sent."""
    found, place = draft.tree.get(MEMBER), draft.place / MEMBER
    if found is None and draft.written_later(MEMBER):
        return True
    if not isinstance(found, list) or not found:
        place.error(
            "a JSON patch needs its operations here, beside what names the object",
            code="missing-field" if found is None else "bad-type",
            suggestion="write patch: [{op: replace, path: /spec/suspend, value: true}]",
        )
        return False
    fits = [_check(draft, index, each, place / index) for index, each in enumerate(found)]
    return all(fits)


def _check(draft: Draft, index: int, operation: Any, place: Place) -> bool:
    """Note what is wrong with one operation; members that are written later are let through."""
    if not isinstance(operation, dict):
        place.error("an operation is a mapping with op and path", code="bad-type")
        return False
    later = f"{MEMBER}.{index}"
    verb = operation.get("op")
    if _is_open(draft, f"{later}.op", verb):
        return True
    if not isinstance(verb, str) or verb not in _NEEDS:
        hint = nearest(str(verb), list(_NEEDS))
        (place / "op").error(f"{verb!r} is no operation", code="bad-value", suggestion=hint)
        return False
    missing = [
        key
        for key in ("path", *_NEEDS[verb])
        if key not in operation and not draft.written_later(f"{later}.{key}")
    ]
    for key in missing:
        (place / key).error(f"{verb} needs {key}", code="missing-field")
    pointers = [key for key in ("path", "from") if key in operation]
    fits = [
        _check_pointer(draft, f"{later}.{key}", operation[key], place / key) for key in pointers
    ]
    if verb in _MOVES_OTHERS:
        _warn_of_lists(operation, place)
    return not missing and all(fits)


def _check_pointer(draft: Draft, dest: str, value: Any, place: Place) -> bool:
    if _is_open(draft, dest, value):
        return True
    if isinstance(value, str) and (not value or value.startswith("/")):
        return True
    place.error(
        "this is no JSON pointer",
        code="bad-value",
        suggestion="write the keys with / before each, as /spec/arguments/parameters/0/value",
    )
    return False


def _is_open(draft: Draft, dest: str, value: Any) -> bool:
    """Whether only an event says what stands there."""
    return draft.written_later(dest) or (isinstance(value, str) and "${{" in value)


def _warn_of_lists(operation: dict[str, Any], place: Place) -> None:
    """Note what a second delivery of an event would do to a list once more."""
    for key in ("path", "from") if operation["op"] == "move" else ("path",):
        last = str(operation.get(key, "")).rpartition("/")[2]
        if last == "-" or last.isdecimal():
            (place / key).warn(
                f"{operation['op']} in a list is done again when the event is delivered again",
                code="at-least-once",
                suggestion="replace the whole list",
            )
            return
