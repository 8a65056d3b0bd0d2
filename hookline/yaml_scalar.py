"""Scalars as Kubernetes reads YAML: what Go's reader (YAML 1.1 with its own rules) makes of a text.

Checked against sigs.k8s.io/yaml 1.6 on go-yaml 2.4.2: `on` is true, `12:30:00` and dates are text,
`017` is 15, `0o17` is 15, `08` is 8, `1e3` is 1000, an integer beyond 64 bits is a float.
"""

import base64
import binascii
import math
import re
import struct
from decimal import Decimal

type Scalar = str | int | float | bool | None

_STANDARD = "tag:yaml.org,2002:"
_TRUE = frozenset(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"])
_FALSE = frozenset(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"])
_NULL = frozenset(["", "~", "null", "Null", "NULL"])
_NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_INTEGER = re.compile(
    r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+|(?<=b)[-+][01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))"
)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_ANYWHERE = re.compile("_")
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])_(?=[0-9])")
_BASES = (16, 2, 8, 10)
_PLAIN_EXPONENTS = range(-4, 6)
_LOWEST, _HIGHEST = -(2**63), 2**64 - 1
_HIGHEST_INT = 2**63 - 1
_FLOATS_AS_INTEGERS_BELOW = 1e21  # from here on Go's JSON writes an exponent
_LONGEST_NUMBER = 400
_TYPES = {"bool": bool, "int": int, "float": float, "null": type(None), "str": str}


def resolve(text: str, tag: str | None, *, plain: bool) -> Scalar:
    """Return the value of a scalar; ValueError in words when its tag or JSON cannot hold it.

    `tag` is the explicit tag, or None; `plain` is whether it stands without quotes.
    """
    if tag is None and plain:
        return _for_json(guess(text), text)
    name = (tag or "").removeprefix(_STANDARD)
    if name == "binary":
        return _binary(text)
    if name not in _TYPES:
        return text
    value = text if name == "str" else guess(text)
    if name == "float" and type(value) is int and value <= _HIGHEST_INT:
        value = float(value)
    if type(value) is not _TYPES[name]:
        raise ValueError(f'"{text}" cannot be read as !!{name}')
    return _for_json(value, text)


def as_key(value: Scalar) -> str:
    """Return a mapping's key as JSON has it: text; ValueError when it can be no key."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value <= _HIGHEST_INT:
        return str(value)
    if isinstance(value, float):
        return _short(value)
    raise ValueError("a key must be text: write it in quotes")


def guess(text: str) -> Scalar:
    """Return what a plain scalar means; a number may be one that JSON cannot hold."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if text[0] in "+-.0123456789" and len(text) <= _LONGEST_NUMBER:
        return _number(text)
    return text


def _number(text: str) -> Scalar:
    if _NO_NUMBER.fullmatch(text):
        return float(text.replace(".", "", 1))
    digits = (_BETWEEN_DIGITS if text.startswith(".") else _ANYWHERE).sub("", text)
    if whole := _INTEGER.fullmatch(digits):
        sign, *groups = whole.groups()
        value = next(int(group, base) for group, base in zip(groups, _BASES, strict=True) if group)
        value = -value if sign == "-" else value
        if _LOWEST <= value <= (_HIGHEST if not sign else _HIGHEST_INT):
            return value
    if _FLOAT.fullmatch(digits) and math.isfinite(number := float(digits)):
        return number
    return text


def _for_json(value: Scalar, text: str) -> Scalar:
    """Return the value after Go has written it as JSON, where 1000.0 is 1000."""
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        raise ValueError(f"{text} is no number that JSON can hold: write it in quotes")
    if value.is_integer() and abs(value) < _FLOATS_AS_INTEGERS_BELOW:
        return int(Decimal(repr(value)))
    return value


def _binary(text: str) -> str:
    try:
        data = base64.b64decode(re.sub(r"[\r\n]", "", text), validate=True)
    except binascii.Error:
        raise ValueError("this is no base64, which !!binary needs") from None
    return data.decode("utf-8", "replace")


def _short(value: float) -> str:
    """Return the fewest digits that name this 32-bit float, as Go writes one that is a key."""
    if math.isnan(value):
        return ".nan"
    single = _as_single(value)
    if not math.isfinite(single):
        return ".inf" if single > 0 else "-.inf"
    digits = next(n for n in range(18) if _as_single(float(f"{single:.{n}e}")) == single)
    mantissa, exponent = f"{single:.{digits}e}".split("e")
    if int(exponent) in _PLAIN_EXPONENTS:
        return f"{float(f'{mantissa}e{exponent}'):.{max(digits - int(exponent), 0)}f}"
    return f"{mantissa}e{exponent}"


def _as_single(value: float) -> float:
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)
