"""What can be wrong with a YAML text, in words and with its line."""

import re
from typing import Any

import yaml

_INDENTED_BY_TAB = re.compile(r"[ -]*\t")
_HINTS = {
    "mapping values are not allowed": 'text that holds ": " needs quotes',
    "could not find expected ':'": "a key ends with a colon and a space",
    "did not find expected key": "look at the indentation and the quotes of the lines above",
    "cannot start any token": "text that begins with @, ` or % needs quotes",
    "characters are not allowed": "remove the character",
    "unexpected end of stream": "a quote is not closed",
    "unknown escape": "write a backslash as \\\\, or use single quotes",
}


class YamlError(ValueError):
    """A text that is no YAML, or YAML beyond the bounds.

    Attributes:
        line: 1-based.
        code: a word for scripts; suggestion: what to write instead, or empty.
    """

    def __init__(self, message: str, line: int, code: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.line = line
        self.code = code
        self.suggestion = suggestion


def explain(error: yaml.YAMLError, text: str, above: int) -> YamlError:
    """Return the parser's error in our words; `above` lines stand before `text` in its file."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    position: Any = getattr(error, "position", 0)
    index = text.count("\n", 0, position) if mark is None else mark.line
    lines = text.splitlines() or [""]
    line = above + min(index, len(lines) - 1) + 1
    if _INDENTED_BY_TAB.match(lines[line - above - 1]):
        message, hint = "a tab indents this line", "YAML takes only spaces for indentation"
        return YamlError(message, line, "yaml-syntax", hint)
    message = _words(error)
    if "maximum nesting depth" in message:
        return YamlError("nested too deep", line, "too-deep")
    hint = next((hint for part, hint in _HINTS.items() if part in message), "")
    return YamlError(message, line, "yaml-syntax", hint)


def _words(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError):
        parts = [error.problem or "no YAML", error.context or ""]
        return " ".join(part for part in parts if part)
    return str(getattr(error, "reason", error)).partition("\n")[0]
