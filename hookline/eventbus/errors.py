"""What can go wrong on the bus: nats-server's refusals, in Hookline's words.

TemporaryError > BusError      the bus did not do it (its leaves say why); `code` is nats-server's
PermanentError > TooLargeError, BadSubjectError
ManifestError  > BusRefusedError   the bus is set up in a way that breaks a promise
HooklineError  > OutdatedError     another process has a later version of the Sensor
"""

from typing import Any

from hookline.errors import HooklineError, ManifestError, PermanentError, TemporaryError


class BusError(TemporaryError):
    """The bus did not do what it was asked for; later it may.

    Attributes:
        code: JetStream's `err_code`, 0 where there is none.
    """

    word = "Bus"

    def __init__(self, message: str, *, code: int = 0) -> None:
        super().__init__(message, reason=self.word)
        self.code = code


class BusDownError(BusError):
    """There is no connection to nats-server; what was asked for may or may not have happened."""

    word = "BusDown"


class BusTimeoutError(BusError):
    """No answer came in time; what was asked for may or may not have happened."""

    word = "Timeout"


class BusBusyError(BusError):
    """More is under way than this process allows itself; nothing was sent."""

    word = "BusBusy"


class NoRespondersError(BusError):
    """Nobody listens on the subject: JetStream is off, or the stream or consumer is missing."""

    word = "NoResponders"


class JetStreamOffError(BusError):
    """nats-server answers, but its JetStream is off or was disabled."""

    word = "JetStreamOff"


class NotFoundError(BusError):
    """The stream, consumer or message does not exist."""

    word = "NotFound"


class ExistsError(BusError):
    """A stream or consumer of that name exists already, with other settings."""

    word = "Exists"


class WrongSequenceError(BusError):
    """A compare-and-set met another state than it expected: read again."""

    word = "WrongSequence"


class StreamFullError(BusError):
    """The stream (or the server's storage) takes no more messages."""

    word = "StreamFull"


class TooLargeError(PermanentError):
    """The message is larger than nats-server takes, less 64 KB."""

    def __init__(self, message: str) -> None:
        super().__init__(message, reason="TooLarge")


class BadSubjectError(PermanentError):
    """The subject would break the protocol (blanks, control characters)."""

    def __init__(self, message: str) -> None:
        super().__init__(message, reason="BadSubject")


class BusRefusedError(ManifestError):
    """The bus is set up in a way that breaks a promise.

    Attributes:
        setting: what is wrong, `discard: old`.
        remedy: the line to change or the command to run.
    """

    def __init__(self, message: str, *, setting: str, remedy: str) -> None:
        super().__init__(f"{message} ({setting}): {remedy}")
        self.setting = setting
        self.remedy = remedy


class OutdatedError(HooklineError):
    """A later version of the Sensor is the current one; this one must not touch what it keeps."""


# JetStream's err_code to leaf; any other code is a plain BusError.
_LEAVES: dict[int, type[BusError]] = {
    10014: NotFoundError,  # consumer not found
    10037: NotFoundError,  # no message found
    10059: NotFoundError,  # stream not found
    10013: ExistsError,  # consumer name already in use
    10058: ExistsError,  # stream name already in use
    10105: ExistsError,  # consumer already exists, another request was made
    10148: ExistsError,  # consumer already exists
    10071: WrongSequenceError,
    10164: WrongSequenceError,  # the same, without the sequence in its text
    10023: StreamFullError,  # insufficient resources
    10047: StreamFullError,  # insufficient storage resources available
    10077: StreamFullError,  # maximum messages, bytes or messages per subject exceeded
    10122: StreamFullError,  # server reached its storage limits
    10039: JetStreamOffError,  # not enabled for account
    10076: JetStreamOffError,  # not enabled
}


def refusal(error: dict[str, Any]) -> BusError:
    """Return the leaf for the `error` member of a JetStream answer."""
    code = int(error.get("err_code") or 0)
    text = str(error.get("description") or error)
    return _LEAVES.get(code, BusError)(text, code=code)
