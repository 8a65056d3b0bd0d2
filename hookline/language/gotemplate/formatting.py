"""Go's Sprintf over the values of a template, with its widths bounded."""

import re
from dataclasses import dataclass, replace
from typing import Any

from gotpl._compat.gofmt.go import sprintf
from gotpl._compat.gofmt.types import GoFormatSpec

from hookline.language.gotemplate.budget import Budget
from hookline.language.gotemplate.printing import text_of
from hookline.language.gotemplate.values import type_name

_NUMBERS = re.compile(r"\d{3,}")


def go_sprintf(budget: Budget, form: str, *values: Any) -> str:
    """Return the text that a format makes of values."""
    for digits in _NUMBERS.findall(form):
        budget.take(int(digits[:9]))
    if "*" in form:
        for value in values:
            budget.take(abs(value) if isinstance(value, int) else 0)
    return _sprintf(form, values)


def _sprintf(form: str, values: tuple[Any, ...]) -> str:
    # A width from an argument is a plain int to gotpl.
    bare = "*" in form
    given = (value if bare and type(value) is int else _Go(value) for value in values)
    text = str(sprintf(form, *given))
    head, extra, tail = text.rpartition("%!(EXTRA ")
    return f"{head}{extra}{tail.replace('<nil>=<nil>', '<nil>')}" if extra else text


@dataclass(frozen=True, slots=True)
class _Go:
    """A value of a template, as gotpl's formatter asks for it."""

    value: Any

    def __go_format__(self, spec: GoFormatSpec) -> str:
        if spec.verb == "T":
            return _as_verb(spec, "s", type_name(self.value))
        if spec.verb == "v":
            spec = replace(spec, flags=spec.flags.replace("+", ""))
        return _formatted(spec, self.value, nested=False)

    def __go_format_value__(self, kind: str, _mode: str, *, nested: bool) -> str:
        return type_name(self.value) if kind == "type" else text_of(self.value)


def _formatted(spec: GoFormatSpec, value: Any, *, nested: bool) -> str:
    if value is None and not nested:
        return _as_verb(spec, "s", "<nil>") if spec.verb == "v" else f"%!{spec.verb}(<nil>)"
    if spec.verb == "v" and "#" in spec.flags:
        return _as_verb(replace(spec, flags=spec.flags.replace("#", "")), "s", go_syntax(value))
    match value:
        case None:
            return "<nil>"
        case list():
            return f"[{' '.join(_formatted(spec, item, nested=True) for item in value)}]"
        case dict():
            return f"map[{' '.join(_member(spec, key, value[key]) for key in sorted(value))}]"
    return _scalar(spec, value)


def _member(spec: GoFormatSpec, key: str, value: Any) -> str:
    return f"{_scalar(spec, key)}:{_formatted(spec, value, nested=True)}"


def _scalar(spec: GoFormatSpec, value: Any) -> str:
    plain, verbs = _plain(value)
    if spec.verb == "v":
        return _as_verb(spec, verbs[0], plain)
    if spec.verb in verbs:
        return _as_verb(spec, spec.verb, plain)
    return f"%!{spec.verb}({type_name(value)}={_as_verb(spec, verbs[0], plain)})"


def _plain(value: Any) -> tuple[Any, str]:
    """Return a value as gotpl's formatter knows it, and the verbs for it; the first is %v's."""
    if isinstance(value, bool):
        return value, "t"
    if isinstance(value, int):
        return int(value), "dboOxXcUq"
    if isinstance(value, float | complex):
        return value, "gbeEfFGxX"
    return text_of(value), "sqxX"


def _as_verb(spec: GoFormatSpec, verb: str, value: Any) -> str:
    width = "" if spec.width is None else str(spec.width)
    precision = "" if spec.precision is None else f".{spec.precision}"
    return str(sprintf(f"%{spec.flags}{width}{precision}{verb}", value))


def go_syntax(value: Any) -> str:
    """Return what %#v writes for a value."""
    if value is None:
        return "interface {}(nil)"
    if isinstance(value, list):
        return f"{type_name(value)}{{{', '.join(map(go_syntax, value))}}}"
    if isinstance(value, dict):
        members = (f"{go_syntax(key)}:{go_syntax(value[key])}" for key in sorted(value))
        return f"{type_name(value)}{{{', '.join(members)}}}"
    return str(sprintf("%q", value)) if isinstance(value, str) else text_of(value)
