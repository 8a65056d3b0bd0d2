"""JSONPath: `$.push.body.items[0].name`, compiled once.

Paths of names and indexes are read directly; everything else is the library's (`jsonpath-ng`),
without what can run away: regular expressions, multiplication, many descents.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hookline.language.errors import LanguageError

type Steps = tuple[str | int, ...]

MAX_LENGTH = 1000
MAX_NODES = 100
MAX_DESCENTS = 2

_STEP = re.compile(
    r"\.(@?[A-Za-z_][A-Za-z0-9_@-]*)|\[(-?[0-9]{1,9})\]|\['([^'\\]+)'\]|\[\"([^\"\\]+)\"\]"
)
_RESERVED = ("where", "wherenot")
_SINGLE = frozenset(("Root", "This", "Child", "Fields", "Index", "Len", "Split", "SortedThis"))
_SEVERAL = frozenset(
    ("Wildcard", "Slice", "Filter", "Expression", "And", "Or", "Descendants", "Operation")
) | frozenset(("Where", "WhereNot", "_Union", "Keys", "Parent", "Str"))
_CHAINS = frozenset(("Child", "Descendants", "Where", "WhereNot"))
# What evaluating a path over data of an unexpected shape raises inside the library.
_FAILURES = (
    TypeError,
    ValueError,
    AttributeError,
    LookupError,
    ArithmeticError,
    AssertionError,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class JsonPath:
    """A compiled path.

    Attributes:
        text: as it was written.
        single: it cannot match several values.
        steps: the names and indexes it begins with, all of them where it has nothing else.
        origins: the same of each path in it that begins at `$` (a filter may hold more).
    """

    text: str
    single: bool
    steps: Steps
    origins: frozenset[Steps]
    matcher: Any = None

    def find(self, value: Any) -> list[Any]:
        """Return all matches in the order of the document.

        Raises LanguageError where the path cannot be evaluated on such a value.
        """
        if self.matcher is None:
            length, reached = self.reach(value)
            return [reached] if length == len(self.steps) else []
        try:
            return [match.value for match in self.matcher.find(value)]
        except _FAILURES as error:
            raise LanguageError(f"{self.text} cannot be evaluated: {error}") from error

    def reach(self, value: Any) -> tuple[int, Any]:
        """Return how many of `steps` exist in a value, and what stands there."""
        for length, step in enumerate(self.steps):
            if isinstance(step, str):
                if not isinstance(value, dict) or step not in value:
                    return length, value
            elif not isinstance(value, list) or not -len(value) <= step < len(value):
                return length, value
            value = value[step]
        return len(self.steps), value


def compile_jsonpath(text: str) -> JsonPath:
    """Return the compiled path; LanguageError when it is wrong or refused."""
    if len(text) > MAX_LENGTH:
        raise LanguageError(f"the path is longer than {MAX_LENGTH} characters")
    steps = _plain(text)
    if steps is not None:
        return JsonPath(text, single=True, steps=steps, origins=frozenset((steps,)))
    return _compile(text)


def _plain(text: str) -> Steps | None:
    """Return the steps of a path that has only names and indexes, None for any other path."""
    if not text.startswith("$"):
        return None
    steps: list[str | int] = []
    at = 1
    while match := _STEP.match(text, at):
        name, index, *quoted = match.groups()
        steps.append(int(index) if index else name or quoted[0] or quoted[1])
        at = match.end()
        if name in _RESERVED:
            return None
    return tuple(steps) if at == len(text) and len(steps) <= MAX_NODES else None


def _compile(text: str) -> JsonPath:
    tree = _parse(text)
    nodes = list(_nodes(tree))
    kinds = [type(node).__name__ for node in nodes]
    if len(nodes) > MAX_NODES:
        raise LanguageError(f"the path {text} has more than {MAX_NODES} parts")
    if kinds.count("Descendants") > MAX_DESCENTS:
        raise LanguageError(f"the path {text} has more than {MAX_DESCENTS} descents (..)")
    for node in nodes:
        _refuse(text, node)
    single = all(map(_matches_once, nodes))
    return JsonPath(text, single, _leading(tree) or (), _origins(nodes), tree)


def _parse(text: str) -> Any:
    # Slow to import and rarely needed: plain paths do without.
    from jsonpath_ng.exceptions import JSONPathError  # noqa: PLC0415 - see above
    from jsonpath_ng.ext.parser import parse  # noqa: PLC0415 - see above
    from jsonpath_ng.ext.string import DefintionInvalid  # noqa: PLC0415 - see above

    if re.search(r"`\s*sub\s*\(", text):
        raise _regular_expression(text)
    try:
        return parse(text)
    except (JSONPathError, DefintionInvalid, *_FAILURES) as error:
        raise LanguageError(f"{text} is no JSONPath: {error}") from error


def _nodes(tree: Any) -> Iterator[Any]:
    """Yield every node of the library's tree."""
    from jsonpath_ng.jsonpath import JSONPath  # noqa: PLC0415 - as in _parse

    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, JSONPath):
            yield node
            pending.extend(vars(node).values())
        elif isinstance(node, list | tuple):
            pending.extend(node)


def _refuse(text: str, node: Any) -> None:
    kind = type(node).__name__
    if getattr(node, "op", None) == "=~":
        raise _regular_expression(text)
    if kind == "Operation" and node.op_symbol == "*":
        raise LanguageError(f"multiplication in {text} is refused: it can fill the memory")
    if kind not in _SINGLE and kind not in _SEVERAL:
        raise LanguageError(f"{node} in {text} is refused")


def _regular_expression(text: str) -> LanguageError:
    return LanguageError(
        f"the regular expression in {text} is refused: an event could make it run for minutes"
    )


def _matches_once(node: Any) -> bool:
    parts = getattr(node, "fields", None) or getattr(node, "indices", None) or ("",)
    return type(node).__name__ in _SINGLE and len(parts) == 1


def _origins(nodes: list[Any]) -> frozenset[Steps]:
    inner = {id(node.left) for node in nodes if type(node).__name__ in _CHAINS}
    whole = (_leading(node) for node in nodes if id(node) not in inner)
    return frozenset(steps for steps in whole if steps is not None)


def _leading(node: Any) -> Steps | None:
    """Return the names and indexes that a path begins with; None if it does not begin at `$`."""
    later: list[Any] = []
    while (kind := type(node).__name__) in _CHAINS:
        # What follows a descent or a condition is no plain step any more.
        later = [*later, node.right] if kind == "Child" else []
        node = node.left
    if kind != "Root":
        return None
    steps: list[str | int] = []
    for follower in reversed(later):
        if not _matches_once(follower) or type(follower).__name__ not in ("Fields", "Index"):
            break
        steps.extend(follower.fields if hasattr(follower, "fields") else follower.indices)
    return tuple(steps)
