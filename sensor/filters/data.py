"""The `data` filter: compares one value of the event with a list, of which any will do."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Never

import msgspec
from pydantic import Field

from hookline.decision import Clause
from hookline.event import Event
from hookline.language import gjson, gotemplate
from hookline.language.errors import LanguageError, LeftOutError
from hookline.language.gofloat import read_float
from hookline.language.regexp import compile_regexp
from hookline.manifest import Place
from sensor.filter import Check, Filter, Test

type Match = Callable[[gjson.Found], bool]
type Make = Callable[[gjson.Found], gjson.Found]

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_TRUE = ("1", "t", "T", "TRUE", "true", "True")
_FALSE = ("0", "f", "F", "FALSE", "false", "False")
_SHOWN = 200
_TYPES = ("bool", "number", "string")
_EMPTY = ("", "<no value>")
_encode = msgspec.json.Encoder().encode


class Data(Filter):
    """One comparison of the event's data.

    Ported from Argo Events: `value` is a list whose items are ORed; strings are unanchored regular
    expressions (RE2); a missing path is an error, which vetoes.
    """

    path: str = Field(min_length=1, description="gjson path into the event's data: body.action")
    type: str = Field(
        min_length=1,
        description="How value and event are compared: bool, number or string (RE2, unanchored)",
        json_schema_extra={"enum": list(_TYPES)},
    )
    value: list[str] = Field(min_length=1, description="Values, any of which will do; always text")
    comparator: Literal["", "=", "!=", ">", ">=", "<", "<="] = Field(
        default="", description="How to compare; = by default. Strings know = and != only"
    )
    template: str = Field(
        "", description="Go template over the value, which is .Input, before comparing"
    )

    def compile(self, place: Place) -> Test | None:
        """Return the test; None with mistakes noted (bad path, value or pattern)."""
        before = len(place.mistakes)
        path = gjson.compile_here(self.path, place / "path")
        if self.type not in _TYPES:
            (place / "type").fails(
                f"unsupported type {self.type!r}, so every event is an error",
                code="bad-value",
                suggestion=f"write one of {', '.join(_TYPES)}",
            )
        matches = [self._match(text, place / "value" / i) for i, text in enumerate(self.value)]
        template = self._template(place / "template") if self.template else _as_it_is
        self._warn(place)
        if path is None or any(m.level == "error" for m in place.mistakes[before:]):
            return None
        ready = tuple(match for match in matches if match is not None)
        return _Test(path, template, ready, f"data {self.path}", self._expected()).check

    def _template(self, place: Place) -> Make:
        try:
            template = gotemplate.compile_template(self.template)
        except LeftOutError as error:
            place.error(str(error), code="left-out")
            return _as_it_is
        except LanguageError as error:
            place.fails(str(error), code="bad-template")
            return _failing(str(error))
        return lambda found: _made(template, found)

    def _expected(self) -> str:
        sign = "=" if self.type == "bool" else self.comparator or "="
        verb = {"=": "matches", "!=": "matches not"}.get(sign, sign)
        shown = verb if self.type == "string" else sign
        return " or ".join(f'{shown} "{text}"' for text in self.value)

    def _match(self, text: str, place: Place) -> Match | None:
        if not text:
            place.error("an empty value matches nothing in Argo Events", code="bad-value")
            return None
        if self.type == "bool":
            return _bool(text, place)
        if self.type == "number":
            return _number(text, self.comparator, place)
        if self.type == "string":
            return _string(text, self.comparator, place)
        return _failing(f"unsupported JSON type {self.type}")

    def _warn(self, place: Place) -> None:
        if self.comparator == "!=" and len(self.value) > 1 and self.type != "bool":
            (place / "value").warn(
                "with != and several values any different value passes, so nearly every event does",
                code="always-true",
                suggestion="use one data filter for each value",
            )
        if self.type == "string" and self.comparator not in ("", "=", "!="):
            (place / "comparator").warn(
                f"strings are never {self.comparator}, so no event passes",
                code="never-true",
                suggestion='use type: number, or comparator "=" or "!="',
            )
        if self.type == "bool" and self.comparator not in ("", "="):
            (place / "comparator").warn("bool ignores the comparator", code="no-effect")


def _as_it_is(found: gjson.Found) -> gjson.Found:
    return found


def _failing(error: str) -> Callable[[gjson.Found], Never]:
    """Return what fails for every value, as Argo Events does with what is wrong here."""

    def fail(_found: gjson.Found) -> Never:
        raise BadSettingError(error)

    return fail


class BadSettingError(LanguageError):
    """What is written in the filter cannot be used; the message holds nothing of an event."""


def _bool(text: str, place: Place) -> Match:
    if text not in (*_TRUE, *_FALSE):
        place.fails(f"{text!r} is no bool", code="bad-value", suggestion="write true or false")
        return _failing(f"{text!r} is no bool")
    wanted = text in _TRUE
    return lambda found: found.boolean is wanted


def _number(text: str, comparator: str, place: Place) -> Match:
    wanted = read_float(text)
    if wanted is None:
        place.fails(f"{text!r} is no number", code="bad-value")
        return _failing(f"{text!r} is no number")
    compare = _COMPARE[comparator]
    return lambda found: compare(found.number, wanted)


def _string(text: str, comparator: str, place: Place) -> Match:
    try:
        search = compile_regexp(text)
    except LanguageError as error:
        place.fails(str(error), code="bad-pattern")
        return _failing(str(error))
    if comparator not in ("", "=", "!="):
        return lambda _found: False
    wanted = comparator != "!="
    return lambda found: search(found.text) is wanted


@dataclass(frozen=True, slots=True)
class _Test:
    """One comparison, ready.

    Attributes:
        make: returns what the value is compared as.
        name: of the clause; expected: in words.
    """

    path: gjson.GjsonPath
    make: Make
    matches: tuple[Match, ...]
    name: str
    expected: str

    def check(self, event: Event) -> Check:
        """Return the verdict on an event; without data it passes."""
        if not event.data:
            return Check(Clause(self.name, passed=True, expected=self.expected))
        try:
            found = self.path.get(event.data)
        except LanguageError as error:
            return self._error(f"path '{self.path.text}': {error}")
        if found is None:
            return self._error(f"path '{self.path.text}' does not exist")
        try:
            found = self.make(found)
            passed = any(match(found) for match in self.matches)
        except BadSettingError as error:
            return self._error(str(error))
        except LanguageError as error:
            return self._error(str(error), f"the template of '{self.path.text}' fails")
        return Check(Clause(self.name, passed=passed, expected=self.expected, actual=_shown(found)))

    def _error(self, error: str, public: str = "") -> Check:
        clause = Clause(self.name, passed=False, expected=self.expected, actual=error)
        return Check(clause, error, public)


def _made(template: gotemplate.GoTemplate, found: gjson.Found) -> gjson.Found:
    """Return what a template makes of a value: a string; LanguageError if it makes nothing."""
    text = template.render(found.text)
    if text in _EMPTY:
        raise LanguageError(f"template evaluated to empty string or no value: '{template.text}'")
    return gjson.Found(_encode(text))


def _shown(found: gjson.Found) -> Any:
    text = found.text
    if len(text) > _SHOWN:
        return f"{text[:_SHOWN]}…"
    if found.kind in ("string", "json"):
        return text
    try:
        return found.value
    except LanguageError:  # a number beyond what Python holds
        return text
