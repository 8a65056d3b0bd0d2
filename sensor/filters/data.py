"""The `data` filter: compares one value of the event with a list, of which any will do."""

import operator
from collections.abc import Callable
from typing import Any, Literal

from pydantic import Field

from hookline.decision import Clause
from hookline.event import Event
from hookline.language import gjson
from hookline.language.errors import LanguageError
from hookline.language.gofloat import read_float
from hookline.language.regexp import compile_regexp
from hookline.manifest import Place
from sensor.filter import Check, Filter, Test

type Match = Callable[[gjson.Found], bool]

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


class Data(Filter):
    """One comparison of the event's data.

    Ported from Argo Events: `value` is a list whose items are ORed; strings are unanchored regular
    expressions (RE2); a missing path is an error, which vetoes.
    """

    path: str = Field(min_length=1, description="gjson path into the event's data: body.action")
    type: Literal["bool", "number", "string"] = Field(
        description="How value and event are compared: bool, number or string (RE2, unanchored)"
    )
    value: list[str] = Field(min_length=1, description="Values, any of which will do; always text")
    comparator: Literal["", "=", "!=", ">", ">=", "<", "<="] = Field(
        default="", description="How to compare; = by default. Strings know = and != only"
    )
    template: str | None = Field(
        default=None, description="Go template over the value before comparing (not there yet)"
    )

    def compile(self, place: Place) -> Test | None:
        """Return the test; None with mistakes noted (bad path, value or pattern)."""
        before = len(place.mistakes)
        path = gjson.compile_here(self.path, place / "path")
        matches = [self._match(text, place / "value" / i) for i, text in enumerate(self.value)]
        if self.template is not None:
            (place / "template").error("template is not there yet in Hookline", code="not-yet")
        self._warn(place)
        if path is None or any(m.level == "error" for m in place.mistakes[before:]):
            return None
        ready = tuple(match for match in matches if match is not None)
        return _test(path, ready, f"data {self.path}", self._expected())

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
        return _string(text, self.comparator, place)

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


def _bool(text: str, place: Place) -> Match | None:
    if text not in (*_TRUE, *_FALSE):
        place.error(f"{text!r} is no bool", code="bad-value", suggestion="write true or false")
        return None
    wanted = text in _TRUE
    return lambda found: found.boolean is wanted


def _number(text: str, comparator: str, place: Place) -> Match | None:
    wanted = read_float(text)
    if wanted is None:
        place.error(f"{text!r} is no number", code="bad-value")
        return None
    compare = _COMPARE[comparator]
    return lambda found: compare(found.number, wanted)


def _string(text: str, comparator: str, place: Place) -> Match | None:
    try:
        search = compile_regexp(text)
    except LanguageError as error:
        place.error(str(error), code="bad-pattern")
        return None
    if comparator not in ("", "=", "!="):
        return lambda _found: False
    wanted = comparator != "!="
    return lambda found: search(found.text) is wanted


def _test(
    path: gjson.GjsonPath, matches: tuple[Match, ...], name: str, expected: str
) -> Callable[[Event], Check]:
    passing = Clause(clause=name, passed=True, expected=expected)
    missing = f"path '{name.removeprefix('data ')}' does not exist"

    def failed(error: str) -> Check:
        return Check(Clause(name, passed=False, expected=expected, actual=error), error)

    def test(event: Event) -> Check:
        if not event.data:
            return Check(passing)
        try:
            found = path.get(event.data)
        except LanguageError as error:
            return failed(f"path '{path.text}': {error}")
        if found is None:
            return failed(missing)
        passed = any(match(found) for match in matches)
        return Check(Clause(name, passed=passed, expected=expected, actual=_shown(found)))

    return test


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
