"""JSON as Go's `encoding/json` reads it into an `interface{}`: every number is a float64."""

import json
import math
import re
from typing import Any

from hookline.language.errors import LanguageError

_SURROGATE = re.compile("[\ud800-\udfff]")


def read_document(text: bytes | str) -> Any:
    """Return the value of a JSON text; LanguageError if it is no JSON, or nested too deep."""
    try:
        decoded = text if isinstance(text, str) else text.decode(errors="replace")
        value = json.loads(
            decoded, parse_int=_number, parse_float=_number, parse_constant=_no_constant
        )
        return _without_surrogates(value) if "\\u" in decoded else value
    except (ValueError, RecursionError) as error:
        raise LanguageError(f"not JSON: {error}") from error


def _number(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValueError(f"{digits[:40]} is beyond a float64")
    return value


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _without_surrogates(value: Any) -> Any:
    """Return the value with halves of pairs replaced, as Go reads them."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return value
