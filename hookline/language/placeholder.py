"""The syntax of one placeholder: `${{ $.push.body.shards | default(4) }}`, found in a string."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from hookline.language.errors import LanguageError
from hookline.language.jsonpath import JsonPath, compile_jsonpath

# Ours only if the inside starts with `$`; `${{inputs...}}` belongs to others.
_OPEN = re.compile(r"\$\{\{\s*(?=\$)")
_TOKEN = re.compile(
    r"'(?:[^'\\]++|\\.)*+'|\"(?:[^\"\\]++|\\.)*+\"|`[^`]*`|[\[\](){}|'\"`]", re.DOTALL
)
_DEFAULT = re.compile(r"default\s*\((.*)\)", re.DOTALL)
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'", re.DOTALL)

_literal = msgspec.json.Decoder()


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A hole: the path that fills it, and what stands there when the path is missing.

    Attributes:
        path: where the value is.
        has_default: whether `default(...)` is given; default: its value (null is one).
    """

    path: JsonPath
    has_default: bool = False
    default: Any = None


def pieces(text: str) -> list[str | Placeholder]:
    """Return a string cut into literal text and holes; LanguageError for a hole that is wrong."""
    found: list[str | Placeholder] = []
    at = 0
    while opening := _OPEN.search(text, at):
        if opening.start() > at:
            found.append(text[at : opening.start()])
        inside, at = _inside(text, opening.end())
        found.append(_placeholder(inside))
    if at < len(text):
        found.append(text[at:])
    return found


def _inside(text: str, start: int) -> tuple[list[str], int]:
    """Return what stands in a hole, cut at its `|`, and where the text goes on behind `}}`."""
    cuts = [start - 1]
    for token, depth in _outline(text, start):
        if token[0] == "|" and not depth:
            cuts.append(token.start())
        elif token[0] == "}" and depth < 0:
            end = token.start()
            if not text.startswith("}}", end):
                break
            ends = [*cuts[1:], end]
            return [text[cut + 1 : stop] for cut, stop in zip(cuts, ends, strict=True)], end + 2
        elif token[0] in "'\"`":
            raise LanguageError(f"a quote is not closed in {text[start - 1 :].strip()}")
    raise LanguageError(f"{text[start:].strip()} is not closed by }}}}")


def _outline(text: str, start: int) -> Iterator[tuple[re.Match[str], int]]:
    """Yield the quotes, brackets and bars of a text, each with its depth in brackets."""
    depth = 0
    for token in _TOKEN.finditer(text, start):
        depth += (token[0] in "([{") - (token[0] in ")]}")
        yield token, depth


def _placeholder(inside: list[str]) -> Placeholder:
    text, *filters = (part.strip() for part in inside)
    path = compile_jsonpath(text)
    if not filters:
        return Placeholder(path)
    match = _DEFAULT.fullmatch(filters[0])
    if len(filters) > 1 or not match:
        raise LanguageError(f"only one default(...) can follow {text}, not | {' | '.join(filters)}")
    return Placeholder(path, has_default=True, default=_default(match[1].strip()))


def _default(text: str) -> Any:
    if quoted := _QUOTED.fullmatch(text):
        return re.sub(r"\\(['\\])", r"\1", quoted[1])
    try:
        return _literal.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError) as error:
        raise LanguageError(
            f"default({text}) needs a JSON value or a text in single quotes: {error}"
        ) from error
