"""Expressions over named fields, as `exprs` filters write them: `a == "b" && ([dep-c] > 1 || !d)`.

Go's govaluate with its habits: numbers are float64, types are strict, text literals that look like
dates are numbers of seconds, and what stands behind a complete expression may be ignored.
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
        accessors: its names with a dot, which are an error wherever their value is needed.
        ignored: where govaluate stops reading, empty when it reads all.
    """

    text: str
    names: frozenset[str]
    dates: tuple[str, ...]
    accessors: tuple[str, ...]
    ignored: str
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
        LanguageError: a mistake, too long or too deep.
    """
    if len(text) > MAX_LENGTH:
        raise LanguageError(f"the expression is longer than {MAX_LENGTH} characters")
    tokens = read_tokens(text)
    names = frozenset(token.value for token in tokens if token.kind is Kind.NAME)
    dates = tuple(token.text for token in tokens if token.kind is Kind.DATE)
    accessors = tuple(token.text for token in tokens if token.kind is Kind.ACCESSOR)
    stage, ignored = parser.parse(tokens)
    return Expression(text, names, dates, accessors, ignored, stage)
