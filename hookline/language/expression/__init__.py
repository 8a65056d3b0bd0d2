"""Expressions over named fields, as `exprs` filters write them: `a == "b" && ([dep-c] > 1 || !d)`.

The comparing and boolean part of Go's govaluate, with its habits: strict types, short circuits,
and text literals that look like dates are numbers of seconds. The rest of it comes later.
"""

from dataclasses import dataclass
from typing import Any

from hookline.language.errors import LanguageError
from hookline.language.expression import parser
from hookline.language.expression.lexer import Kind, read_tokens
from hookline.language.expression.stages import Fields, Stage
from hookline.language.expression.values import EvaluationError

__all__ = ["MAX_LENGTH", "EvaluationError", "Expression", "compile_expression"]

MAX_LENGTH = 4000


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression.

    Attributes:
        text: as it was written.
        names: the fields that it names.
        dates: its text literals that are read as dates.
    """

    text: str
    names: frozenset[str]
    dates: tuple[str, ...]
    _stage: Stage

    def evaluate(self, fields: Fields) -> Any:
        """Return the value (None, bool, float, str, list or dict) for these fields.

        Raises:
            EvaluationError: an operand's type does not fit, or a field that is needed is not there.
        """
        try:
            return self._stage(fields)
        except RecursionError as error:
            raise EvaluationError("a value is nested too deep to compare") from error


def compile_expression(text: str) -> Expression:
    """Return the compiled expression.

    Raises:
        LanguageError: a mistake, too long, too deep, or (`not_yet`) a form that comes later.
    """
    if len(text) > MAX_LENGTH:
        raise LanguageError(f"the expression is longer than {MAX_LENGTH} characters")
    tokens = read_tokens(text)
    names = frozenset(token.value for token in tokens if token.kind is Kind.NAME)
    dates = tuple(token.text for token in tokens if token.kind is Kind.DATE)
    return Expression(text, names, dates, parser.parse(tokens))
