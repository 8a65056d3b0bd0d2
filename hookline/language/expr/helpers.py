"""The functions that Argo Events adds: `asInt`, `asFloat`, `toJson`, `jsonpath` and `sprig`."""

import functools
from collections.abc import Mapping
from typing import Any

from hookline.language.errors import LanguageError
from hookline.language.expr import sprig
from hookline.language.expr.functions import to_float, to_int
from hookline.language.expr.json_text import from_json, to_json
from hookline.language.expr.runtime import EvaluationError, Native, text
from hookline.language.jsonpath import JsonPath, compile_jsonpath

_PATHS = 64


def make_helpers(*, with_sprig: bool) -> Mapping[str, Any]:
    """Return the variables that no data can hide.

    Raises:
        LanguageError: sprig is wanted and its package is not installed.
    """
    paths = functools.lru_cache(_PATHS)(compile_jsonpath)
    found: dict[str, Any] = {
        "asInt": Native("asInt", _one(to_int)),
        "asFloat": Native("asFloat", _one(to_float)),
        "toJson": Native("toJson", _one(to_json)),
        "jsonpath": Native("jsonpath", lambda *arguments: _find(paths, *arguments)),
        "sprig": {},
    }
    if with_sprig:
        found["sprig"] = sprig.functions()
    return found


def _one(function: Any) -> Any:
    def call(*arguments: Any) -> Any:
        if len(arguments) != 1:
            raise EvaluationError("the function takes one value")
        return function(*arguments)

    return call


def _find(paths: Any, *arguments: Any) -> Any:
    """Return what a JSONPath finds in a JSON text: one value, or a list for a path of several."""
    if len(arguments) != 2:  # noqa: PLR2004  # the text and the path
        raise EvaluationError("jsonpath takes a JSON text and a path")
    document = from_json(text(arguments[0]))
    try:
        path: JsonPath = paths(text(arguments[1]))
        found = path.find(document)
    except LanguageError as error:
        raise EvaluationError(str(error)) from error
    if not path.single:
        return found
    if not found:
        raise EvaluationError(f"{path.text} is not there")
    return found[0]
