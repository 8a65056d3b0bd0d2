"""The filter of an event source: an expression over the event's data, before it is stored."""

from collections.abc import Callable

import msgspec
from pydantic import Field

from hookline.block import Block
from hookline.language.errors import LanguageError
from hookline.language.expr import EvaluationError, compile_expr
from hookline.manifest import Place

type Judge = Callable[[bytes], bool]
"""Says whether an event with this data (JSON) is kept; EvaluationError when it cannot tell."""

_decode = msgspec.json.Decoder(dict).decode


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
            code = "not-yet" if error.not_yet else "bad-expression"
            (place / "expression").error(str(error), code=code)
            return None

        def judge(data: bytes) -> bool:
            try:
                return holds(_decode(data))
            except RecursionError as error:
                raise EvaluationError("the data is nested too deep to compare") from error

        return judge
