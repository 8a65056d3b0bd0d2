"""The values of expressions as Go has them: when two are equal, how messages quote one."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hookline.language.errors import LanguageError
from hookline.language.gjson import Found
from hookline.language.jsontext import number_text
from hookline.language.regexp import Search

_SHOWN = 200
_LARGE = 6
_SMALL = -4


class EvaluationError(ValueError):
    """An expression has no value for an event; the message is govaluate's.

    Attributes:
        public: the same without data of the event, fit for logs.
    """

    def __init__(self, message: str, *, public: str = "") -> None:
        super().__init__(message)
        self.public = public or message


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A regular expression that stands in an expression as a text."""

    text: str
    search: Search

    def __str__(self) -> str:
        return self.text


def read_block(raw: bytes) -> Any:
    """Return a JSON object or array as gjson has it: all numbers floats, the first of equal keys.

    Raises:
        EvaluationError: it is nested too deep.
    """
    try:
        return Found(raw).native
    except LanguageError as error:
        raise EvaluationError(str(error)) from error


def same(left: Any, right: Any) -> bool:
    """Return whether two values are equal, types included (1 is not "1", and not true)."""
    if type(left) is not type(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return bool(left == right)


def unusable(value: Any, where: str) -> EvaluationError:
    """Return the error for a value of the wrong type, quoted up to a length."""
    text = quote(value)
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return EvaluationError(
        f"Value '{shown}' cannot be used with {where}",
        public=f"a value cannot be used with {where}",
    )


def quote(value: Any) -> str:
    """Return a value as Go's `%v` prints it."""
    match value:
        case None:
            return "<nil>"
        case bool():
            return str(value).lower()
        case float():
            return _number(value)
        case list():
            return f"[{' '.join(map(quote, value))}]"
        case Mapping():
            return f"map[{' '.join(f'{key}:{quote(value[key])}' for key in sorted(value))}]"
        case _:
            return str(value)


def _number(value: float) -> str:
    if not math.isfinite(value):
        return number_text(value)
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    power = len(digits) - 1 + int(exponent)
    if not any(digits) or _SMALL <= power < _LARGE:
        return number_text(value)
    rest = "".join(map(str, digits[1:]))
    fraction = f".{rest}" if rest else ""
    return f"{'-' * sign}{digits[0]}{fraction}e{'-' if power < 0 else '+'}{abs(power):02}"
