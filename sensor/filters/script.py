"""The `script` filter: Lua 5.1 that says yes or no to an event."""

from typing import Any

from pydantic import Field, model_validator

from hookline.decision import Clause
from hookline.event import Event
from hookline.language.errors import LanguageError
from hookline.language.worker import EvaluationError, Program, shared
from hookline.language.worker_process import compile_program
from hookline.manifest import Place
from sensor.filter import Check, Filter, Test

_FAILED = "the script gave no answer"


class Script(Filter):
    """Lua 5.1 that must return true; it sees the event's data as `event`.

    Ported from Argo Events (gopher-lua): any value but true is false, an error vetoes, data that is
    no JSON object is an error.
    """

    source: str = Field(min_length=1, description="The script, as text")

    @model_validator(mode="before")
    @classmethod
    def _text(cls, data: Any) -> Any:
        if not isinstance(data, str):
            raise ValueError("script must be a text, Lua 5.1")  # noqa: TRY004  # pydantic wants it
        return {"source": data}

    def compile(self, place: Place) -> Test | None:
        """Return the test; what is no Lua is noted, and says no to every event."""
        try:
            compile_program("filter", self.source)
        except LanguageError as error:
            place.fails(f"this is no Lua: {error}", code="bad-script")
        return _test(Program("filter", self.source))


def _test(program: Program) -> Test:
    def test(event: Event) -> Check:
        if not event.data:
            return Check(Clause("script", passed=True, expected="true"))
        try:
            passed = shared().evaluate(program, event.data) == b"true"
        except EvaluationError as error:
            clause = Clause("script", passed=False, expected="true", actual=str(error)[:200])
            return Check(clause, str(error), _FAILED)
        return Check(Clause("script", passed=passed, expected="true", actual=passed))

    return test
