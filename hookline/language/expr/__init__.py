"""Expressions of event sources' filters: `body.ref matches "^refs/tags/" && len(body.commits) > 1`.

expr-lang 1.15 with the functions that Argo Events adds, bounded in steps, items and text.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from hookline.language.errors import LanguageError
from hookline.language.expr.checker import check
from hookline.language.expr.compiler import compile_node
from hookline.language.expr.helpers import make_helpers
from hookline.language.expr.parser import parse
from hookline.language.expr.runtime import EvaluationError, Run, boolean
from hookline.language.expr.variables import make_variables

__all__ = ["MAX_LENGTH", "EvaluationError", "compile_expr", "compile_value"]

MAX_LENGTH = 4000
_SPRIG = re.compile(r"\bsprig\b")


def compile_expr(text: str) -> Callable[[Mapping[str, Any]], bool]:
    """Return what tells whether the expression holds for an event's data.

    It raises EvaluationError when the expression cannot be evaluated or is no boolean.

    Raises:
        LanguageError: a mistake, too long or too deep.
    """
    evaluate = compile_value(text)
    return lambda data: boolean(evaluate(data), "the expression")


def compile_value(text: str) -> Callable[[Mapping[str, Any]], Any]:
    """Return what gives the expression's value for an event's data, as `compile_expr`."""
    if len(text) > MAX_LENGTH:
        raise LanguageError(f"the expression is longer than {MAX_LENGTH} characters")
    try:
        node = parse(text)
        check(node)
        step = compile_node(node)
    except RecursionError as error:
        raise LanguageError("the expression is nested too deep") from error
    helpers = make_helpers(with_sprig=_SPRIG.search(text) is not None)

    def evaluate(data: Mapping[str, Any]) -> Any:
        try:
            return step(Run({**make_variables(data), **helpers}))
        except RecursionError as error:
            raise EvaluationError("the data is nested too deep") from error

    return evaluate
