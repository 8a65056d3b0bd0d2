"""jq's functions on texts, and its formats (`@base64`)."""

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from hookline.language.jq import operators, regex
from hookline.language.jq.values import (
    JqError,
    dumps,
    is_number,
    loads,
    preview,
    read_number,
    text,
    to_int,
    typed,
    wrong,
)

_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_BAD_ESCAPE = re.compile(r"%(?![0-9a-fA-F]{2})")
_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
_SPACE += "\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
_LAST_CODE = 0x10FFFF

type Escape = Callable[[str], str]


def _of_text(name: str, function: Callable[[str], Any]) -> Callable[[Any], Any]:
    def checked(value: Any) -> Any:
        if not isinstance(value, str):
            raise wrong(name, value)
        return function(value)

    return checked


def _of_two(name: str, function: Callable[[str, str], Any]) -> Callable[[Any, Any], Any]:
    def checked(value: Any, other: Any) -> Any:
        if not isinstance(value, str) or not isinstance(other, str):
            raise wrong(name, value, other)
        return function(value, other)

    return checked


def to_number(value: Any) -> Any:
    """Return the number that a text is."""
    if is_number(value):
        return value
    if not isinstance(value, str):
        raise wrong("tonumber", value)
    if not _NUMBER.fullmatch(value):
        raise JqError(f"tonumber cannot be applied to {preview(value)}: invalid number")
    return read_number(value)


def _from_json(value: str) -> Any:
    try:
        return loads(value)
    except (ValueError, RecursionError) as error:
        raise JqError(f"fromjson cannot be applied to {preview(value)}: no JSON") from error


def _implode(value: Any) -> str:
    if not isinstance(value, list) or not all(is_number(each) for each in value):
        raise wrong("implode", value)
    codes = [to_int(each) for each in value]
    return "".join(chr(code) if _is_character(code) else "\ufffd" for code in codes)


def _is_character(code: int) -> bool:
    return 0 <= code <= _LAST_CODE and not 0xD800 <= code <= 0xDFFF  # noqa: PLR2004  # surrogates


def _split(value: Any, *arguments: Any) -> list[str]:
    between, *flags = arguments
    if not isinstance(value, str) or not isinstance(between, str):
        raise wrong("split", value)
    if not flags:
        return operators.split(value, between)
    if flags[0] is not None and not isinstance(flags[0], str):
        raise wrong("split", flags[0])
    return regex.split(value, between, flags[0] or "")


def _case(first: str, last: str, by: int) -> Escape:
    table = {code: code + by for code in range(ord(first), ord(last) + 1)}
    return lambda value: value.translate(table)


def _row(kind: str, between: str, escape: Escape) -> Callable[[Any], str]:
    def joined(value: Any) -> str:
        if not isinstance(value, list):
            raise wrong(f"@{kind}", value)
        return between.join([_cell(kind, each, escape) for each in value])

    return joined


def _cell(kind: str, value: Any, escape: Escape) -> str:
    if isinstance(value, list | dict):
        raise JqError(f"@{kind} cannot format an array including: {typed(value)}")
    if isinstance(value, str):
        return escape(value)
    found = dumps(value)
    return "" if found == "null" and kind != "sh" else found


def _translated(table: dict[str, str]) -> Escape:
    codes = str.maketrans(table)
    return lambda value: value.translate(codes)


_csv = _translated({'"': '""', "\0": "\\0"})
_tsv = _translated({"\t": "\\t", "\r": "\\r", "\n": "\\n", "\\": "\\\\", "\0": "\\0"})
_shell = _translated({"'": "'\\''", "\0": "\\0"})
_html = _translated({"<": "&lt;", ">": "&gt;", "&": "&amp;", "'": "&apos;", '"': "&quot;"})


def _sh(value: Any) -> str:
    row = value if isinstance(value, list) else [value]
    return _row("sh", " ", lambda each: f"'{_shell(each)}'")(row)


def _urid(value: Any) -> str:
    source = text(value)
    if _BAD_ESCAPE.search(source):
        raise JqError(f"@urid cannot be applied to {preview(value)}: invalid URL escape")
    return unquote_to_bytes(source).decode(errors="replace")


def _base64d(value: Any) -> str:
    source = text(value).partition("=")[0].replace("\r", "").replace("\n", "")
    try:
        padded = source + "=" * (-len(source) % 4)
        return base64.b64decode(padded, validate=True).decode(errors="replace")
    except (binascii.Error, ValueError) as error:
        raise JqError(f"@base64d cannot be applied to {preview(value)}: illegal base64") from error


FORMATS: dict[str, Callable[[Any], Any]] = {
    "@text": text,
    "@json": dumps,
    "@html": lambda value: _html(text(value)),
    "@uri": lambda value: quote(text(value), safe=""),
    "@urid": _urid,
    "@csv": _row("csv", ",", lambda each: f'"{_csv(each)}"'),
    "@tsv": _row("tsv", "\t", _tsv),
    "@sh": _sh,
    "@base64": lambda value: base64.b64encode(text(value).encode()).decode(),
    "@base64d": _base64d,
}


def formatted(value: Any, name: Any) -> Any:
    """Return a value in a format that is known by its name without the sign."""
    if not isinstance(name, str):
        raise wrong("format", name)
    if f"@{name}" not in FORMATS:
        raise JqError(f"format not defined: @{name}")
    return FORMATS[f"@{name}"](value)


TEXTS: dict[str, tuple[int, Callable[..., Any]]] = {
    "tostring/0": (0, text),
    "tojson/0": (0, dumps),
    "fromjson/0": (0, _of_text("fromjson", _from_json)),
    "tonumber/0": (0, to_number),
    "format/1": (1, formatted),
    "utf8bytelength/0": (0, _of_text("utf8bytelength", lambda value: len(value.encode()))),
    "startswith/1": (1, _of_two("startswith", str.startswith)),
    "endswith/1": (1, _of_two("endswith", str.endswith)),
    "ltrimstr/1": (1, _of_two("ltrimstr", str.removeprefix)),
    "rtrimstr/1": (1, _of_two("rtrimstr", str.removesuffix)),
    "ltrim/0": (0, _of_text("ltrim", lambda value: value.lstrip(_SPACE))),
    "rtrim/0": (0, _of_text("rtrim", lambda value: value.rstrip(_SPACE))),
    "trim/0": (0, _of_text("trim", lambda value: value.strip(_SPACE))),
    "explode/0": (0, _of_text("explode", lambda value: [ord(each) for each in value])),
    "implode/0": (0, _implode),
    "split/1": (1, _split),
    "split/2": (2, _split),
    "ascii_downcase/0": (0, _of_text("ascii_downcase", _case("A", "Z", 32))),
    "ascii_upcase/0": (0, _of_text("ascii_upcase", _case("a", "z", -32))),
    "_match/2": (2, lambda value, *given: regex.match(value, *given, testing=False)),
    "test/1": (1, lambda value, given: regex.match(value, given, None, testing=True)),
    "test/2": (2, lambda value, *given: regex.match(value, *given, testing=True)),
    "_capture/0": (0, regex.captured),
}
