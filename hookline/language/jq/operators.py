"""jq's operators on two values."""

import math
from collections.abc import Callable
from typing import Any

from hookline.language.jq.values import JqError, compare, is_number, to_float, to_int, typed

MOST_TEXT = 16 << 20
_MOST_REPEATED = 0x10000000


def _two(left: Any, right: Any) -> tuple[Any, Any]:
    """Return two numbers as two ints, or as two floats."""
    if type(left) is int and type(right) is int:
        return left, right
    return to_float(left), to_float(right)


def _cannot(verb: str, left: Any, right: Any) -> JqError:
    return JqError(f"cannot {verb}: {typed(left)} and {typed(right)}")


def add(left: Any, right: Any) -> Any:
    """Return `left + right`."""
    if left is None:
        return right
    if right is None:
        return left
    if is_number(left) and is_number(right):
        left, right = _two(left, right)
        return left + right
    if type(left) is not type(right) or isinstance(left, bool) or is_number(left):
        raise _cannot("add", left, right)
    if isinstance(left, str) and len(left) + len(right) > MOST_TEXT:
        raise JqError("a text is too long")
    if isinstance(left, dict):
        return {**left, **right}
    return left + right


def subtract(left: Any, right: Any) -> Any:
    """Return `left - right`."""
    if is_number(left) and is_number(right):
        left, right = _two(left, right)
        return left - right
    if isinstance(left, list) and isinstance(right, list):
        return [each for each in left if all(compare(each, other) for other in right)]
    raise _cannot("subtract", left, right)


def multiply(left: Any, right: Any) -> Any:
    """Return `left * right`."""
    if is_number(left) and is_number(right):
        left, right = _two(left, right)
        return left * right
    if isinstance(left, dict) and isinstance(right, dict):
        return merge(left, right)
    if isinstance(left, str) and is_number(right):
        return _repeated(left, to_float(right))
    if isinstance(right, str) and is_number(left):
        return _repeated(right, to_float(left))
    raise _cannot("multiply", left, right)


def merge(left: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
    """Return two objects as one; objects in both are merged too."""
    merged = dict(left)
    for key, value in right.items():
        old = merged.get(key)
        both = isinstance(old, dict) and isinstance(value, dict)
        merged[key] = merge(old, value) if both else value  # type: ignore[arg-type]  # both are
    return merged


def _repeated(value: str, count: float) -> str | None:
    size = len(value.encode())
    if count < 0 or math.isnan(count) or (size and count > _MOST_REPEATED // size):
        return None
    if size * count > MOST_TEXT:
        raise JqError("a text is too long")
    return value * int(count) if value else ""


def divide(left: Any, right: Any) -> Any:
    """Return `left / right`."""
    if is_number(left) and is_number(right):
        left, right = _two(left, right)
        if right == 0:
            raise JqError(f"cannot divide {typed(left)} by: {typed(right)}")
        if type(left) is int and left % right == 0:
            return left // right
        return to_float(left) / to_float(right)
    if isinstance(left, str) and isinstance(right, str):
        return split(left, right) if left else []
    raise _cannot("divide", left, right)


def split(value: str, between: str) -> list[str]:
    """Return the parts of a text."""
    return value.split(between) if between else list(value)


def modulo(left: Any, right: Any) -> Any:
    """Return `left % right`, with the sign of the left one."""
    if not (is_number(left) and is_number(right)):
        raise _cannot("modulo", left, right)
    left, right = _two(left, right)
    if type(left) is float:
        divisor = to_int(right) if right == right else -(2**63)  # noqa: PLR0124  # NaN
        if divisor == 0:
            raise JqError(f"cannot modulo {typed(left)} by: {typed(right)}")
        if math.isnan(left) or math.isnan(right):
            return math.nan
        left, right = to_int(left), divisor
    if right == 0:
        raise JqError(f"cannot modulo {typed(left)} by: {typed(right)}")
    found = abs(left) % abs(right)
    return -found if left < 0 else found


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "%": modulo,
    "==": lambda left, right: compare(left, right) == 0,
    "!=": lambda left, right: compare(left, right) != 0,
    "<": lambda left, right: compare(left, right) < 0,
    "<=": lambda left, right: compare(left, right) <= 0,
    ">": lambda left, right: compare(left, right) > 0,
    ">=": lambda left, right: compare(left, right) >= 0,
    "//": lambda left, right: right if left is None or left is False else left,
}
