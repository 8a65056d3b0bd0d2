"""Filters: what every kind of filter is, and how a dependency's filters become one verdict.

Ported from Argo Events' documented behaviour: kinds are asked in the order exprs, data, context,
time, script; an error vetoes, also under `or` between kinds; within a kind's list under `or` one
item that is true outdoes the errors of the others.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from hookline import kinds
from hookline.block import Block
from hookline.decision import Clause
from hookline.event import Event
from hookline.language.wellformed import is_json
from hookline.manifest import Place

FOLDER = "sensor.filters"
ORDER = ("exprs", "data", "context", "time", "script")


class Check(NamedTuple):
    """The verdict of one item.

    Attributes:
        clause: what it asked, and what the event has.
        error: what kept it from a verdict, in upstream's words, or empty.
        public: the error without data of the event, where it has any.
    """

    clause: Clause
    error: str = ""
    public: str = ""


type Test = Callable[[Event], Check]


class Filter(Block):
    """One item of one kind of filter: settings that compile to a test of an event."""

    def compile(self, place: Place) -> Test | None:
        """Return the test, ready to run; None with the mistakes noted at `place`."""
        raise NotImplementedError


class Judgement(NamedTuple):
    """What the filters of a dependency say of an event.

    Attributes:
        passed: the verdict.
        clauses: every clause with expected and actual values, in the manifest's order.
        error: why no verdict was possible, upstream's words; empty otherwise.
        public: the error without data of the event.
    """

    passed: bool
    clauses: tuple[Clause, ...] = ()
    error: str = ""
    public: str = ""

    @property
    def reason(self) -> str:
        """One line for people and logs: the first clause that said no, without event data."""
        if self.error:
            return self.public
        for clause in self.clauses:
            if not clause.passed:
                return f"{clause.clause}: expected {clause.expected}"
        return ""


type Judge = Callable[[Event], Judgement]


@dataclass(frozen=True, slots=True)
class _Kind:
    """All items of one kind in one dependency."""

    name: str
    tests: tuple[Test, ...]
    any_will_do: bool

    def ask(self, event: Event) -> Judgement:
        """Return the verdict of this kind; its error has upstream's form."""
        if self.name in _LISTED and event.data and not is_json(event.data):
            clause = Clause(self.name, passed=False, expected="data that is JSON", actual=_NO_JSON)
            return self._no((clause,), "error ({})", [Check(clause, _NO_JSON)])
        checks = [test(event) for test in self.tests]
        clauses = tuple(check.clause for check in checks)
        if self.any_will_do:
            if any(clause.passed for clause in clauses):
                return Judgement(passed=True, clauses=clauses)
            return self._no(clauses, "errors [{}]", [check for check in checks if check.error])
        for check in checks:
            if check.error or not check.clause.passed:
                return self._no(clauses, "error ({})", [check] if check.error else [])
        return Judgement(passed=True, clauses=clauses)

    def _no(self, clauses: tuple[Clause, ...], form: str, failed: list[Check]) -> Judgement:
        if not failed:
            return Judgement(passed=False, clauses=clauses)
        called = "expr" if self.name == "exprs" else self.name
        errors = " / ".join(check.error for check in failed)
        public = " / ".join(check.public or check.error for check in failed)
        error, public = (f"{called} filter {form.format(text)}" for text in (errors, public))
        return Judgement(passed=False, clauses=clauses, error=error, public=public)


def compile_filters(raw: dict[str, Any] | None, operator: str, place: Place) -> Judge | None:
    """Return the judge of a dependency's `filters`; None with the mistakes noted.

    Args:
        raw: the `filters` block as written, or None when there is none.
        operator: `filtersLogicalOperator`, `and` or `or` (between kinds).
        place: where `filters` stands.
    """
    if raw is None:
        return _pass
    groups: list[_Kind] = []
    before = len(place.mistakes)
    operators = {key: _operator(raw.get(key), place / key) for key in _OPERATORS}
    for key in raw:
        if key in _OPERATORS:
            continue
        kind = _kind(key, raw[key], operators, place)
        if kind is not None:
            groups.append(kind)
    if any(mistake.level == "error" for mistake in place.mistakes[before:]):
        return None
    groups.sort(key=lambda group: ORDER.index(group.name))
    return _judge(tuple(groups), any_will_do=operator == "or")


_OPERATORS = {"exprLogicalOperator": "exprs", "dataLogicalOperator": "data"}
_LISTED = frozenset(_OPERATORS.values())
_NO_JSON = "event data not valid JSON"


def _operator(value: Any, place: Place) -> str:
    if value in (None, "", "and", "or"):
        return value or "and"
    place.error(
        f"{value!r} is no logical operator", code="bad-operator", suggestion="write and, or or"
    )
    return "and"


def _kind(key: str, raw: Any, operators: dict[str, str], place: Place) -> _Kind | None:
    found = kinds.find(FOLDER, key, Filter)
    if found is None:
        _unknown(key, place / key)
        return None
    if raw is None or (key in _LISTED and raw == []) or (key == "script" and raw == ""):
        return None  # Argo Events drops what is empty on its way into the pod
    if key in _LISTED and not isinstance(raw, list):
        (place / key).error(f"{key} is a list", code="bad-type", suggestion="put a - before it")
        return None
    if key in _LISTED:
        tests = [_compile(found, item, place / key / index) for index, item in enumerate(raw)]
    else:
        tests = [_compile(found, raw, place / key)]
    wanted = next((operators[name] for name, of in _OPERATORS.items() if of == key), "and")
    return _Kind(key, tuple(test for test in tests if test is not None), wanted == "or")


def _compile(found: type[Block], raw: Any, place: Place) -> Test | None:
    block = found.read(raw, place)
    return block.compile(place) if isinstance(block, Filter) else None


def _unknown(key: str, place: Place) -> None:
    if key in kinds.not_yet(FOLDER):
        place.error(f"the filter {key} is not there yet in Hookline", code="not-yet")
        return
    names = ", ".join(sorted([*kinds.known(FOLDER), *_OPERATORS]))
    place.error(f"unknown filter {key}", code="unknown-field", suggestion=f"known here: {names}")


def _pass(_event: Event) -> Judgement:
    return Judgement(passed=True)


def _judge(groups: tuple[_Kind, ...], *, any_will_do: bool) -> Judge:
    enough = any if any_will_do else all

    def judge(event: Event) -> Judgement:
        answers = [group.ask(event) for group in groups]
        failed = [answer for answer in answers if answer.error]
        told = failed if any_will_do else failed[:1]
        return Judgement(
            passed=enough(answer.passed for answer in answers) and not failed,
            clauses=tuple(clause for answer in answers for clause in answer.clauses),
            error=" / ".join(answer.error for answer in told),
            public=" / ".join(answer.public for answer in told),
        )

    return judge
