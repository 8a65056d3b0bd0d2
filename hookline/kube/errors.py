"""What Kubernetes refuses, in Hookline's words: by the reason of its Status, never by its text.

AlreadyExistsError   PermanentError   the name is taken
NotFoundError        TemporaryError   the type, the namespace or the object is not there
ForbiddenError       TemporaryError   a right, a quota, a namespace that ends; names the rule
KubeConfigError      HooklineError    the kubeconfig or the pod's account cannot be used
"""

from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from hookline.errors import HooklineError, PermanentError, TemporaryError
from hookline.kube.answer import Answer

type Missing = Literal["type", "namespace", "object"]

_PERMANENT_REASONS = frozenset({"BadRequest", "Invalid", "RequestEntityTooLarge"})
_TEMPORARY_REASONS = frozenset(
    {"Unauthorized", "Timeout", "Conflict", "TooManyRequests"}
    | {"InternalError", "ServerTimeout", "ServiceUnavailable"}
)
_PERMANENT_CODES = frozenset({400, 405, 406, 413, 415, 422})
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY, _SERVER = 401, 403, 404, 429, 500
_LONGEST_DELAY = 3600.0
_GUARDED = frozenset({"secrets", "configmaps"})  # read one by one, no more than needed


class KubeConfigError(HooklineError):
    """The way to the API server cannot be found: kubeconfig, context or the pod's account."""


class AlreadyExistsError(PermanentError):
    """An object of that name exists; whose it is, only a GET can say."""


class NotFoundError(TemporaryError):
    """Something is not there.

    Attributes:
        missing: `type` (unknown kind), `namespace` or `object`.
    """

    def __init__(self, message: str, missing: Missing) -> None:
        super().__init__(message, reason="NotFound", whole_target=missing == "type")
        self.missing = missing


class ForbiddenError(TemporaryError):
    """A right is missing (the message names the RBAC rule), or a quota is used up."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked, in RBAC's words; `name` is empty for create and list."""

    verb: str
    group: str
    resource: str
    namespace: str | None
    name: str = ""

    def __str__(self) -> str:
        what = f"{self.resource}.{self.group}" if self.group else self.resource
        name = f" {self.name}" if self.name else ""
        where = f" in namespace {self.namespace}" if self.namespace else ""
        return f"{self.verb} {what}{name}{where}"

    @property
    def rule(self) -> str:
        """The RBAC rule that allows the request, to be pasted into a Role."""
        kind = f"a Role in namespace {self.namespace}" if self.namespace else "a ClusterRole"
        only = self.verb == "get" and self.resource in _GUARDED
        names = f'resourceNames: ["{self.name}"], ' if only else ""
        return (
            f'{kind} needs the rule {{apiGroups: ["{self.group}"], '
            f'resources: ["{self.resource}"], {names}verbs: ["{self.verb}"]}}'
        )


class _Details(msgspec.Struct):
    name: str = ""
    kind: str = ""
    retryAfterSeconds: float = 0  # noqa: N815  Kubernetes' own name


class _Status(msgspec.Struct):
    kind: str = ""
    message: str = ""
    reason: str = ""
    details: _Details | None = None


_decode = msgspec.json.Decoder(_Status).decode


def error_of(answer: Answer, request: Request) -> TemporaryError | PermanentError:
    """Return the error that an answer of 300 or more stands for."""
    status = _status(answer)
    reason = status.reason or f"Http{answer.status}"
    message = f"{request}: {status.message or answer.text or 'no message'} ({reason})"
    if status.reason == "AlreadyExists":
        return AlreadyExistsError(message, reason=reason)
    if status.reason == "NotFound" or answer.status == _NOT_FOUND:
        return _not_found(status, request, message)
    if status.reason == "Forbidden" or answer.status == _FORBIDDEN:
        return _forbidden(status, request, message)
    if _is_permanent(status.reason, answer.status):
        return PermanentError(message, reason=reason)
    return TemporaryError(
        message,
        reason=reason,
        delay=_delay(answer, status),
        whole_target=answer.status in {_UNAUTHORIZED, _TOO_MANY} or answer.status >= _SERVER,
    )


def _is_permanent(reason: str, code: int) -> bool:
    if reason in _PERMANENT_REASONS:
        return True
    return reason not in _TEMPORARY_REASONS and code in _PERMANENT_CODES


def _status(answer: Answer) -> _Status:
    """Read the body; what is no Status (a proxy's page, `404 page not found`) has no reason."""
    try:
        status = _decode(answer.body)
    except msgspec.MsgspecError:
        return _Status()
    return status if status.kind == "Status" else _Status()


def _not_found(status: _Status, request: Request, message: str) -> NotFoundError:
    details = status.details
    if details is None or not details.name:
        hint = (
            f"the cluster does not know {request.resource} of {request.group or 'the core group'}"
        )
        return NotFoundError(f"{message}; {hint}", "type")
    if details.kind == "namespaces" and request.resource != "namespaces":
        return NotFoundError(message, "namespace")
    return NotFoundError(message, "object")


def _forbidden(status: _Status, request: Request, message: str) -> ForbiddenError:
    # RBAC's refusals have no sign of their own but their words; a wrong guess costs only the hint.
    hint = f"; {request.rule}" if " cannot " in status.message or not status.message else ""
    return ForbiddenError(message + hint, reason="Forbidden", whole_target=True)


def _delay(answer: Answer, status: _Status) -> float | None:
    header = answer.headers.get("Retry-After", "")
    if header.isdecimal():
        return min(float(header), _LONGEST_DELAY)
    if status.details is not None and status.details.retryAfterSeconds > 0:
        return min(status.details.retryAfterSeconds, _LONGEST_DELAY)
    return None


def decoded(answer: Answer, request: Request) -> dict[str, Any]:
    """Return the object that an answer below 300 carries; what is none counts as no answer."""
    try:
        value = msgspec.json.decode(answer.body)
    except msgspec.MsgspecError as error:
        raise _no_object(request) from error
    if not isinstance(value, dict):
        raise _no_object(request)
    return value


def _no_object(request: Request) -> TemporaryError:
    return TemporaryError(
        f"{request}: the answer is no JSON object; is that address an API server?",
        reason="NoAnswer",
        whole_target=True,
    )
