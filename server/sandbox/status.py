"""Errors as Kubernetes says them: a `Status` object with code, reason and details."""

import json
from dataclasses import dataclass
from typing import Any

from server.sandbox.catalogue import ResourceType


@dataclass(frozen=True, slots=True)
class Cause:
    """One field that is wrong: its path, a reason like `FieldValueInvalid`, and why."""

    field: str
    reason: str
    message: str


class StatusError(Exception):
    """An answer that is a failure.

    Attributes:
        code: the HTTP status. body: the `Status` object.
    """

    def __init__(
        self, code: int, reason: str, message: str, details: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.body: dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": message,
            "reason": reason,
            **({"details": details} if details else {}),
            "code": code,
        }


def quoted(text: str) -> str:
    """Return the text in double quotes, as Kubernetes' messages show values."""
    return json.dumps(text, ensure_ascii=False)


def details(kind: ResourceType, name: str) -> dict[str, Any]:
    """Return the `details` that name an object by its resource."""
    group = {"group": kind.group} if kind.group else {}
    return {"name": name, **group, "kind": kind.plural}


def not_found(kind: ResourceType, name: str) -> StatusError:
    """There is no such object."""
    message = f"{kind.resource} {quoted(name)} not found"
    return StatusError(404, "NotFound", message, details(kind, name))


def no_such_path() -> StatusError:
    """There is nothing of the kind here (not an object: a document or a subresource)."""
    return StatusError(404, "NotFound", "the server could not find the requested resource", {})


def already_exists(kind: ResourceType, name: str, *, terminating: bool = False) -> StatusError:
    """The name is taken, perhaps by an object that waits for its finalizers."""
    message = f"{kind.resource} {quoted(name)} already exists"
    if terminating:
        message = f"object is being deleted: {message}"
    return StatusError(409, "AlreadyExists", message, details(kind, name))


def conflict(kind: ResourceType, name: str, why: str) -> StatusError:
    """The object is not the one the caller means."""
    message = f"Operation cannot be fulfilled on {kind.resource} {quoted(name)}: {why}"
    return StatusError(409, "Conflict", message, details(kind, name))


def forbidden(
    kind: ResourceType, name: str, why: str, causes: tuple[Cause, ...] = ()
) -> StatusError:
    """The rules of the server, not of the caller's rights, forbid it."""
    shown = details(kind, name)
    if causes:
        shown["causes"] = [_cause(cause) for cause in causes]
    message = f"{kind.resource} {quoted(name)} is forbidden: {why}"
    return StatusError(403, "Forbidden", message, shown)


def bad_request(message: str) -> StatusError:
    """The request cannot be understood."""
    return StatusError(400, "BadRequest", message)


def invalid(group: str, kind: str, name: str, causes: list[Cause]) -> StatusError:
    """The object breaks rules; every cause is named."""
    errors = [f"{cause.field}: {cause.message}" for cause in causes]
    joined = errors[0] if len(errors) == 1 else f"[{', '.join(errors)}]"
    qualified = f"{kind}.{group}" if group else kind
    shown: dict[str, Any] = {
        **({"name": name} if name else {}),
        **({"group": group} if group else {}),
        "kind": kind,
        "causes": [_cause(cause) for cause in causes],
    }
    message = f"{qualified} {quoted(name)} is invalid: {joined}"
    return StatusError(422, "Invalid", message, shown)


def too_large(limit: int) -> StatusError:
    """The body has more than `limit` bytes."""
    message = f"Request entity too large: limit is {limit}"
    return StatusError(413, "RequestEntityTooLarge", message)


def unsupported_media_type(accepted: tuple[str, ...]) -> StatusError:
    """The body is of a type that is not read here."""
    message = (
        "the body of the request was in an unknown format - accepted media types include: "
        + ", ".join(accepted)
    )
    return StatusError(415, "UnsupportedMediaType", message)


def not_merged_here() -> StatusError:
    """A strategic merge patch needs to know more than the sandbox does."""
    message = (
        "the Hookline sandbox merges no lists and knows no directives of strategic merge patches: "
        "use application/merge-patch+json"
    )
    return StatusError(415, "UnsupportedMediaType", message)


def not_acceptable() -> StatusError:
    """The caller wants a form that is not written here."""
    message = "only the following media types are accepted: application/json"
    return StatusError(406, "NotAcceptable", message)


def method_not_allowed(kind: ResourceType, verb: str) -> StatusError:
    """The path is right, the method is not."""
    message = f"{verb} is not supported on resources of kind {quoted(kind.resource)}"
    return StatusError(405, "MethodNotAllowed", message, details(kind, ""))


def expired(message: str) -> StatusError:
    """The resourceVersion or continue token is older than what is still remembered."""
    return StatusError(410, "Expired", message)


def too_new(asked: int, current: int) -> StatusError:
    """A read wants a resourceVersion that this store has not reached."""
    message = f"Too large resource version: {asked}, current: {current}"
    causes = [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}]
    shown = {"causes": causes, "retryAfterSeconds": 1}
    return StatusError(504, "Timeout", f"Timeout: {message}", shown)


def success(kind: ResourceType, name: str, uid: str) -> dict[str, Any]:
    """Return the `Status` that says an object is gone."""
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": {**details(kind, name), "uid": uid},
    }


def _cause(cause: Cause) -> dict[str, str]:
    return {"reason": cause.reason, "message": cause.message, "field": cause.field}
