"""What a model's refusal means, in the words of people who write YAML."""

import difflib
import json
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from hookline.manifest import Step

_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "none_required": "empty",
}
_BOUNDS = {
    "greater_than": ("must be more than {}", "gt"),
    "greater_than_equal": ("must be {} or more", "ge"),
    "less_than": ("must be less than {}", "lt"),
    "less_than_equal": ("must be {} or less", "le"),
    "multiple_of": ("must be a multiple of {}", "multiple_of"),
    "string_too_long": ("must have at most {} characters", "max_length"),
    "string_too_short": ("must have at least {} characters", "min_length"),
    "too_long": ("must have at most {} items", "max_length"),
    "too_short": ("must have at least {} items", "min_length"),
    "string_pattern_mismatch": ("must match {}", "pattern"),
}
_CODES = {
    "missing": "missing-field",
    "literal_error": "bad-value",
    "enum": "bad-value",
    "value_error": "bad-value",
    "assertion_error": "bad-value",
    **dict.fromkeys(_KINDS, "bad-type"),
    **dict.fromkeys(_BOUNDS, "bad-value"),
}


def by_path(error: ValidationError, data: Any) -> dict[tuple[Step, ...], list[ErrorDetails]]:
    """Return the details of an error by where they stand in `data`.

    The members of a union complain each on their own, under one path.
    """
    found: dict[tuple[Step, ...], list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        found.setdefault(_steps(detail, data), []).append(detail)
    return found


def code_of(detail: ErrorDetails) -> str:
    """Return the stable word for a detail."""
    return _CODES.get(detail["type"], "bad-value")


def words(details: list[ErrorDetails]) -> tuple[str, str]:
    """Return message and suggestion for what is wrong at one place."""
    detail, *others = details
    kind = detail["type"]
    if kind == "missing":
        return f"{detail['loc'][-1]} is required", ""
    if kind in _KINDS:
        wanted = dict.fromkeys(_KINDS[each["type"]] for each in details if each["type"] in _KINDS)
        return _wrong_type(" or ".join(wanted), detail["input"])
    if kind in {"literal_error", "enum"} and not others:
        return _not_allowed(str(detail["ctx"]["expected"]), detail["input"])
    if kind in _BOUNDS:
        return _out_of_bounds(detail), ""
    return detail["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, "), ""


def _steps(detail: ErrorDetails, data: Any) -> tuple[Step, ...]:
    """Return the steps that exist in the data: pydantic's also name the members of unions."""
    steps: list[Step] = []
    last = len(detail["loc"]) - 1
    for index, step in enumerate(detail["loc"]):
        inside = step in data if isinstance(data, dict) else isinstance(data, list)
        if inside and (isinstance(data, dict) or isinstance(step, int)):
            data = data[step]
            steps.append(step)
        elif index == last and detail["type"] == "missing":
            steps.append(step)
    return tuple(steps)


def _wrong_type(wanted: str, value: Any) -> tuple[str, str]:
    message = f"must be {wanted}, not {_is(value)}"
    scalar = isinstance(value, str | int | float)
    if wanted == "text" and scalar:
        return f"must be text: write it in quotes ({json.dumps(str(_plain(value)))})", ""
    if isinstance(value, str) and _reads_as(value, wanted):
        return f"must be {wanted}: write it without quotes ({value})", ""
    if wanted == "a list" and value is not None:
        return message, "begin each item with a dash: - …"
    if wanted == "a mapping" and isinstance(value, list):
        return message, "remove the dash"
    return message, ""


def _plain(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _reads_as(text: str, wanted: str) -> bool:
    if wanted == "true or false":
        return text in {"true", "false"}
    number = text.removeprefix("-").replace(".", "", wanted == "a number")
    return "number" in wanted and number.isascii() and number.isdecimal()


def _is(value: Any) -> str:
    """Return what a value is, for people."""
    if value is None:
        return "empty"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return json.dumps(value)[:60]


def _not_allowed(expected: str, value: Any) -> tuple[str, str]:
    allowed = [item.strip("'") for item in expected.replace(" or ", ", ").split(", ")]
    named = [item for item in allowed if item]
    close = difflib.get_close_matches(str(value), named, n=1, cutoff=0.5)
    message = f"must be one of {', '.join(named)}, not {_is(value)}"
    return message, f"did you mean {close[0]}?" if close else ""


def _out_of_bounds(detail: ErrorDetails) -> str:
    form, key = _BOUNDS[detail["type"]]
    limit = detail["ctx"][key]
    if key == "min_length" and limit == 1:
        return "must not be empty"
    if isinstance(limit, float) and limit.is_integer():
        limit = int(limit)
    return form.format(limit)
