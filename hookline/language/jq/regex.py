"""jq's regular expressions: Go's, so RE2's."""

from functools import lru_cache
from typing import Any

import re2

from hookline.language.jq.values import JqError, preview, typed

_FLAGS = frozenset("gim")
_LONGEST = 10_000


@lru_cache(maxsize=256)
def _compiled(pattern: str, flags: str) -> Any:
    if not set(flags) <= _FLAGS:
        raise JqError(f"unsupported regular expression flag: {preview(flags)}")
    written = pattern.replace("(?<", "(?P<")
    written = f"(?i){written}" if "i" in flags else written
    written = f"(?s){written}" if "m" in flags else written
    options = re2.Options()
    options.log_errors = False
    options.never_nl = False
    try:
        return re2.compile(written, options)  # type: ignore[no-untyped-call]  # it has no types
    except re2.error as error:
        raise JqError(f"invalid regular expression {preview(written)}") from error


def _found(pattern: str, flags: str, value: str, *, every: bool) -> list[Any]:
    """Return the matches; an empty one right behind another does not count."""
    expression, found = _compiled(pattern, flags), []
    at, last = 0, -1
    while at <= len(value):
        match = expression.search(value, at)
        if match is None:
            break
        start, end = match.span()
        if start != end or start != last:
            found.append(match)
        at = at + 1 if end == at else end
        last = end
        if not every:
            break
    return found


def match(value: Any, pattern: Any, flags: Any, *, testing: bool) -> Any:
    """Return what `match` gives for a text, or (testing) whether it matches."""
    name = "test" if testing else "match"
    if not all(isinstance(each, str) for each in (value, pattern, flags or "")):
        given = f"{preview(pattern)}; {preview(flags)}"
        raise JqError(f"{name}({given}) cannot be applied to: {typed(value)}")
    found = _found(pattern, flags or "", value, every="g" in (flags or "") and not testing)
    if testing:
        return bool(found)
    return [_described(each) for each in found]


def _described(found: Any) -> dict[str, Any]:
    names = {number: name for name, number in found.re.groupindex.items()}
    groups = range(1, found.re.groups + 1)
    return {
        **_span(found, 0),
        "captures": [{**_span(found, group), "name": names.get(group)} for group in groups],
    }


def _span(found: Any, group: int) -> dict[str, Any]:
    start, end = found.span(group)
    if start < 0:
        return {"offset": -1, "length": 0, "string": None}
    return {"offset": start, "length": end - start, "string": found.group(group)}


def split(value: str, pattern: str, flags: str) -> list[str]:
    """Return the parts of a text between the matches."""
    if pattern and not value:
        return [""]
    parts, begin, end = [], 0, 0
    for each in _found(pattern, flags, value, every=True):
        end = each.start()
        if each.end() != 0:
            parts.append(value[begin:end])
        begin = each.end()
    if end != len(value):
        parts.append(value[begin:])
    return parts


def captured(value: Any) -> Any:
    """Return the named captures of a match."""
    found = value.get("captures") if isinstance(value, dict) else None
    if not isinstance(found, list):
        raise JqError(f"expected an object but got: {typed(value)}")
    named = [each for each in found if isinstance(each, dict)]
    return {each["name"]: each.get("string") for each in named if isinstance(each.get("name"), str)}
