"""The errors that cross walls: what went wrong, and whether trying again can help.

HooklineError
  ManifestError        a manifest cannot be used as written (every mistake at once)
  TemporaryError       try again later                        -> redeliver
  PermanentError       trying again is useless                -> dead letter

Each door (`eventbus`, `kube`, a kind's broker) adds leaves in its own file and translates foreign
errors there, with the original as cause.
"""


class HooklineError(Exception):
    """The root of all errors that Hookline raises on purpose."""


class ManifestError(HooklineError):
    """A manifest cannot be used as written; the message has a line per mistake."""


class TemporaryError(HooklineError):
    """Trying again later can help.

    Attributes:
        delay: seconds the other side asked us to wait, or None.
        whole_target: the error concerns the target as a whole (no answer, 401, 403, 429, 5xx,
            unknown type), so that other events would meet it too.
        reason: a short CamelCase word for metrics and records (`Forbidden`, `Timeout`).
    """

    def __init__(
        self,
        message: str,
        *,
        reason: str = "Temporary",
        delay: float | None = None,
        whole_target: bool = False,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.delay = delay
        self.whole_target = whole_target


class PermanentError(HooklineError):
    """Trying again is useless; the event goes to the dead letters.

    Attributes:
        reason: a short CamelCase word for metrics and records (`Invalid`, `NameTaken`, `BadEvent`).
    """

    def __init__(self, message: str, *, reason: str = "Permanent") -> None:
        super().__init__(message)
        self.reason = reason
