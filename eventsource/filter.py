"""The filter of an event source: an expression over the event's data, before it is stored."""

from collections.abc import Callable

from pydantic import Field

from hookline.block import Block
from hookline.language.errors import LanguageError
from hookline.language.expr import EvaluationError, compile_expr
from hookline.language.expr.json_text import from_json
from hookline.manifest import Place

type Judge = Callable[[bytes], bool]
"""Says whether an event with this data (JSON) is kept; EvaluationError when it cannot tell."""


class EventFilter(Block):
    """Which events are kept; the others are dropped without a trace."""

    expression: str = Field(
        min_length=1, description='Kept when true: `body.ref == "main" && body.size > 1`.'
    )

    def compile(self, place: Place) -> Judge | None:
        """Return what judges an event's data; None with the mistakes noted."""
        try:
            holds = compile_expr(self.expression)
        except LanguageError as error:
            (place / "expression").error(str(error), code="bad-expression")
            return None

        def judge(data: bytes) -> bool:
            variables = from_json(data.decode(errors="replace"))
            if not isinstance(variables, dict):
                raise EvaluationError("the data is no object")
            return holds(variables)

        return judge
