"""The `exprs` filter: an expression over named fields of the event's data."""

from dataclasses import dataclass
from typing import Any, Never

from pydantic import Field

from hookline.block import Block
from hookline.decision import Clause
from hookline.event import Event
from hookline.language import gjson
from hookline.language.errors import LanguageError
from hookline.language.expression import EvaluationError, Expression, compile_expression
from hookline.language.expression.values import read_block
from hookline.manifest import Place
from sensor.filter import Check, Filter, Test

type _Paths = tuple[tuple[str, gjson.GjsonPath], ...]

_SHOWN = 200


class ExprField(Block):
    """A name in an expression, and where its value stands in the data."""

    path: str = Field(min_length=1, description="gjson path into the event's data: body.action")
    name: str = Field(min_length=1, description="Name of that value in the expression")

    def compile(self, place: Place) -> gjson.GjsonPath | None:
        """Return the compiled path; None with the mistake noted."""
        return gjson.compile_here(self.path, place / "path")


class Exprs(Filter):
    """One expression, which must be true.

    Ported from Argo Events (govaluate): types are strict, any value but true is false, a missing
    path is an error, which vetoes.
    """

    expr: str = Field(
        min_length=1, description='An expression of govaluate: action == "opened" && count + 1 > 2'
    )
    fields: list[ExprField] = Field(min_length=1, description="The names that expr uses")

    def compile(self, place: Place) -> Test | None:
        """Return the test; None with mistakes noted (a bad expression or path)."""
        expression = self._expression(place / "expr")
        found = [field.compile(place / "fields" / i) for i, field in enumerate(self.fields)]
        paths = tuple(
            (field.name, path)
            for field, path in zip(self.fields, found, strict=True)
            if path is not None
        )
        if len(paths) < len(self.fields):
            return None
        if isinstance(expression, Expression):
            self._warn(expression, place / "expr")
        return _test(expression, paths)

    def _expression(self, place: Place) -> "Expression | _Unusable":
        try:
            return compile_expression(self.expr)
        except LanguageError as error:
            place.fails(str(error), code="bad-expression")
            return _Unusable(self.expr, str(error))

    def _warn(self, expression: Expression, place: Place) -> None:
        for name in sorted(expression.names - {field.name for field in self.fields}):
            place.warn(
                f"no field is named {name}, so it is an error where its value is needed",
                code="unknown-name",
                suggestion=f"add {{name: {name}, path: …}} to fields",
            )
        for text in expression.dates:
            place.warn(
                f'"{text}" is read as a date: a number of seconds, never equal to a text',
                code="date-literal",
                suggestion="compare texts with a data filter",
            )
        for text in expression.accessors:
            place.warn(
                f"{text} is an error wherever its value is needed",
                code="dotted-name",
                suggestion=f"write [{text}], or another name in fields",
            )
        if expression.ignored:
            place.warn(
                f"nothing is looked at from {expression.ignored!r} on, as in Argo Events",
                code="ignored-part",
                suggestion="put an operator before it",
            )


@dataclass(frozen=True, slots=True)
class _Unusable:
    """What is no expression: Argo Events finds that out with each event."""

    text: str
    error: str

    def evaluate(self, _values: dict[str, Any]) -> Never:
        raise EvaluationError(self.error)


def _test(expression: Expression | _Unusable, paths: _Paths) -> Test:
    name = f"exprs {_cut(expression.text)}"
    passing = Clause(clause=name, passed=True, expected="true")

    def failed(error: str, actual: Any, public: str = "") -> Check:
        return Check(Clause(name, passed=False, expected="true", actual=actual), error, public)

    def test(event: Event) -> Check:
        if not event.data:
            return Check(passing)
        found: dict[str, gjson.Found] = {}
        for field, path in paths:
            try:
                value = path.get(event.data)
            except LanguageError as error:
                return failed(f"path '{path.text}': {error}", str(error))
            if value is None:
                missing = f"path '{path.text}' does not exist"
                return failed(missing, missing)
            found[field] = value
        values: dict[str, Any] = {}
        try:
            for field, one in found.items():
                values[field] = _native(one)
            passed = expression.evaluate(values) is True
        except EvaluationError as error:
            return failed(str(error), _shown(values, found), error.public)
        return Check(Clause(name, passed, expected="true", actual=_shown(values, found)))

    return test


def _native(found: gjson.Found) -> Any:
    """Return a value as expressions know it: all numbers are floats."""
    match found.kind:
        case "string":
            return found.text
        case "number":
            return found.number
        case "json":
            return read_block(found.raw)
        case kind:
            return {"true": True, "false": False}.get(kind)


def _shown(values: dict[str, Any], found: dict[str, gjson.Found]) -> dict[str, Any]:
    return {field: _one_shown(value, found[field]) for field, value in values.items()}


def _one_shown(value: Any, found: gjson.Found) -> Any:
    if isinstance(value, str):
        return _cut(value)
    if isinstance(value, list | dict) or len(found.raw) > _SHOWN:
        return _cut(found.text)
    try:
        return found.value
    except LanguageError:  # a number beyond what Python holds
        return found.text


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
