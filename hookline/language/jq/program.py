"""One jq program, ready to run on events: what a transform's `jq` is."""

from hookline.language import gojson
from hookline.language.errors import LanguageError
from hookline.language.jq.compiler import Compiler
from hookline.language.jq.parser import parse
from hookline.language.jq.values import BreakError, HaltError, JqError, type_of


class ProgramError(Exception):
    """A program gave no result; the message says why."""


class Program:
    """A compiled program."""

    def __init__(self, source: str) -> None:
        """LanguageError, with the line in its message, when the source is no jq."""
        try:
            self._run = Compiler().program(parse(source))
        except RecursionError as error:
            raise LanguageError("the program is nested too deeply") from error

    def transform(self, data: bytes) -> bytes:
        """Return the JSON of the first output for an event's data: an object.

        Raises:
            ProgramError: the data is no JSON object, the program failed, gave nothing or no object.
        """
        try:
            event = gojson.loads(data)
        except ValueError as error:
            raise ProgramError(f"the event's data is no JSON: {error}") from error
        if event is not None and not isinstance(event, dict):
            raise ProgramError("the event's data is no JSON object")
        try:
            value = gojson.NilObject() if event is None else event
            output = next(self._run({}, value, None), None)
        except (JqError, HaltError, BreakError) as error:
            raise ProgramError(str(error)) from error
        except RecursionError as error:
            raise ProgramError("the program is nested too deeply") from error
        if output is None:
            raise ProgramError("the jq program gave no output")
        if not isinstance(output[0], dict):
            raise ProgramError(f"the output is no object but a {type_of(output[0])}")
        try:
            return gojson.dumps(output[0]).encode()
        except (ValueError, RecursionError) as error:
            raise ProgramError(f"the output is what JSON cannot hold: {error}") from error
