"""What the status of an answer means: done, again later, or useless."""

from hookline.errors import PermanentError, TemporaryError
from trigger.web import WebAnswer, WebRequest

_SUCCESS = range(200, 300)
_SERVER = 500
# Not logged in or not allowed can be mended where the service is; the others say "later".
_LATER = frozenset({401, 403, 408, 425, 429})
_LONGEST_DELAY = 3600.0


def check(request: WebRequest, answer: WebAnswer, allow: frozenset[int] | None) -> None:
    """Return when the answer counts as done (`allow`, without it every 2xx).

    Raises:
        TemporaryError: the service says so (401, 403, 408, 425, 429, 5xx), or a 2xx is not allowed.
        PermanentError: any other status.
    """
    status = answer.status
    if status in (_SUCCESS if allow is None else allow):
        return
    text = answer.text(request) or "no text"
    message = f"{request.method} {request.target} answered {status}: {text}"
    reason = f"Http{status}"
    if status in _LATER or status >= _SERVER:
        raise TemporaryError(message, reason=reason, delay=_delay(answer), whole_target=True)
    if status in _SUCCESS:
        raise TemporaryError(f"{message} (not in policy.status.allow)", reason=reason)
    raise PermanentError(message, reason=reason)


def _delay(answer: WebAnswer) -> float | None:
    header = answer.headers.get("Retry-After", "")
    return min(float(header), _LONGEST_DELAY) if header.isascii() and header.isdigit() else None
