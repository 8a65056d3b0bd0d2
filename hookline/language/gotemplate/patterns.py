"""Sprig's regular expressions, over RE2 (regex.go); linear in time."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import re2

from hookline.language.errors import LanguageError
from hookline.language.gotemplate.budget import Budget
from hookline.language.gotemplate.values import NilStrings, Strings

_MAX_PATTERN = 4096
_CONTINUED = 0x80  # the two highest bits of a byte within a character of UTF-8
_GROUP = re.compile(rb"\$(?:\$|\{(\w+)\}|(\w+))?", re.ASCII)


@lru_cache(256)
def _compiled(pattern: str) -> Any:
    if len(pattern) > _MAX_PATTERN:
        raise LanguageError(f"a regular expression of more than {_MAX_PATTERN} characters")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        return re2.compile(pattern, options)  # type: ignore[no-untyped-call]  # the package's
    except re2.error as error:
        raise LanguageError(f"error parsing regexp: {error}") from error


def _matches(budget: Budget, pattern: str, text: str, most: int) -> Iterator[Any]:
    """Yield the matches as Go does: none that is empty right behind another."""
    compiled, data = _compiled(pattern), _bytes(text)
    at, end = 0, -1
    while at <= len(data) and most:
        budget.step(1 + (len(data) - at) // 4096)
        found = compiled.search(data, at)
        if found is None:
            return
        start, stop = found.span()
        if stop > start or start != end:
            yield found
            most -= 1
        end = stop
        at = stop if stop > start else stop + _width(data, stop)


def _width(data: bytes, at: int) -> int:
    """Return how many bytes the character at an index has."""
    width = 1
    while at + width < len(data) and data[at + width] & 0xC0 == _CONTINUED:
        width += 1
    return width


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def _text(data: bytes) -> str:
    return data.decode(errors="surrogateescape")


def _match(budget: Budget, pattern: str, text: str) -> bool:
    try:
        return _must_match(budget, pattern, text)
    except LanguageError:
        return False


def _must_match(budget: Budget, pattern: str, text: str) -> bool:
    return any(True for _ in _matches(budget, pattern, text, 1))


def _find(budget: Budget, pattern: str, text: str) -> str:
    return next((_text(each[0]) for each in _matches(budget, pattern, text, 1)), "")


def _find_all(budget: Budget, pattern: str, text: str, count: int) -> Strings:
    found = Strings(_text(each[0]) for each in _matches(budget, pattern, text, count))
    return found or NilStrings()


def _replace(budget: Budget, pattern: str, text: str, new: str) -> str:
    form = _bytes(new)

    def expanded(found: Any) -> bytes:
        return _GROUP.sub(lambda group: _group(found, group), form)

    return _replaced(budget, pattern, text, expanded)


def _group(found: Any, group: re.Match[bytes]) -> bytes:
    name = group[1] or group[2]
    if name is None:
        return b"$" if group[0] == b"$$" else group[0]
    try:
        number = int(name) if name.isdigit() else found.re.groupindex[name.decode()]
        return found[number] or b""
    except (LookupError, ValueError):
        return b""


def _literal(budget: Budget, pattern: str, text: str, new: str) -> str:
    form = _bytes(new)
    return _replaced(budget, pattern, text, lambda _found: form)


def _replaced(budget: Budget, pattern: str, text: str, expanded: Callable[[Any], bytes]) -> str:
    data, parts, at = _bytes(text), [], 0
    for found in _matches(budget, pattern, text, -1):
        start, stop = found.span()
        parts += [data[at:start], expanded(found)]
        budget.take(len(parts[-1]))
        at = stop
    return _text(b"".join([*parts, data[at:]]))


def _split(budget: Budget, pattern: str, text: str, count: int) -> Strings:
    _compiled(pattern)
    if count == 0:
        return NilStrings()
    if pattern and not text:
        return Strings([""])
    data, parts, at, end = _bytes(text), Strings(), 0, 0
    for found in _matches(budget, pattern, text, count):
        if count > 0 and len(parts) == count - 1:
            break
        end, stop = found.span()
        if stop != 0:
            parts.append(_text(data[at:end]))
        at = stop
    if end != len(data):
        parts.append(_text(data[at:]))
    return parts


FUNCTIONS: dict[str, Any] = {}
COUNTED = {
    "regexMatch": _match,
    "mustRegexMatch": _must_match,
    **dict.fromkeys(("regexFind", "mustRegexFind"), _find),
    **dict.fromkeys(("regexFindAll", "mustRegexFindAll"), _find_all),
    **dict.fromkeys(("regexReplaceAll", "mustRegexReplaceAll"), _replace),
    **dict.fromkeys(("regexReplaceAllLiteral", "mustRegexReplaceAllLiteral"), _literal),
    **dict.fromkeys(("regexSplit", "mustRegexSplit"), _split),
}
