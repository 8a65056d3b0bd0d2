"""The literals of a template: which Go type each has, alone and as an argument."""

import re
from typing import Any

from gotpl.parse.nodes import BoolNode, CharacterNode, NumberNode, StringNode
from gotpl.runtime.values import number_value

from hookline.language.errors import LanguageError

_LIMIT = 1 << 63
_HEX = re.compile(r"[+-]?0[xX][0-9a-fA-F_]+")


def constant(node: Any) -> Any:
    """Return the value of a literal that no type asks for."""
    if isinstance(node, StringNode | BoolNode):
        return node.value
    value = _number(node)
    if isinstance(value, int):
        return _in_range(value, node)
    return value


def as_int(node: Any) -> int:
    """Return a literal as an int: `5.0` and `1e3` are some."""
    value = _number(node)
    if isinstance(value, complex):
        value = value.real if value.imag == 0 else 0.5
    if isinstance(value, float):
        if not value.is_integer():
            raise LanguageError(f"expected integer; found {node.text}")
        value = int(value)
    return _in_range(value, node)


def as_float(node: Any) -> float:
    """Return a literal as a float64."""
    value = _number(node)
    if isinstance(value, complex):
        if value.imag:
            raise LanguageError(f"expected float; found {node.text}")
        return value.real
    return float(value)


def _number(node: Any) -> int | float | complex:
    if isinstance(node, CharacterNode):
        return ord(node.value)
    try:
        if _HEX.fullmatch(node.text):
            return int(node.text, 0)  # an e in it is a digit
        value = number_value(node.text, is_complex=not isinstance(node, NumberNode))
    except (ValueError, OverflowError) as error:
        raise LanguageError(f"bad number {node.text}") from error
    if not isinstance(value, int | float | complex):
        raise LanguageError(f"bad number {node.text}")
    return value


def _in_range(value: int, node: Any) -> int:
    if not -_LIMIT <= value < _LIMIT:
        raise LanguageError(f"{getattr(node, 'text', value)} overflows int")
    return value
