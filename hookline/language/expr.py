"""Expressions of event sources' filters (`body.ref == "main" && !body.deleted`): a part of expr.

Comparisons and boolean operators over plain paths, with the precedences of expr-lang. What is
beyond (calls, arithmetic, `in`, `matches`, lists) is refused as `not_yet`.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from hookline.language.errors import LanguageError

type Node = Callable[[Mapping[str, Any]], Any]

MAX_LENGTH = 4000
_MAX_DEPTH = 100
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>(?:\d[\d_]*)?\.?\d[\d_]*(?:[eE][+-]?\d+)?)
    | (?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)
    | (?P<name>[A-Za-z_$][A-Za-z0-9_$]*)
    | (?P<sign>\?\.|&&|\|\||==|!=|<=|>=|\*\*|\.\.|\?\?|[<>!().\[\]\-+*/%^?:,#{};|])
    )""",
    re.VERBOSE,
)
_BINARY = {"||": 10, "or": 10, "&&": 15, "and": 15}
_COMPARE = dict.fromkeys(("==", "!=", "<", ">", "<=", ">="), 20)
_NOT = 50
_WORDS = {"true": True, "false": False, "nil": None}
_LATER = frozenset(["in", "matches", "contains", "startsWith", "endsWith", "let"])
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "a": "\a", "v": "\v"}
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)


class EvaluationError(ValueError):
    """An expression cannot be evaluated on this data."""


def compile_expr(text: str) -> Callable[[Mapping[str, Any]], bool]:
    """Return what tells whether the expression holds for some variables.

    It raises EvaluationError when the expression cannot be evaluated or is no boolean.

    Raises:
        LanguageError: a mistake, too long, too deep, or (`not_yet`) a form that comes later.
    """
    if len(text) > MAX_LENGTH:
        raise LanguageError(f"the expression is longer than {MAX_LENGTH} characters")
    parser = _Parser(_tokens(text))
    node = parser.expression(0)
    parser.end()

    def holds(variables: Mapping[str, Any]) -> bool:
        return _boolean(node(variables), "the expression")

    return holds


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise LanguageError(f"{text[at : at + 20]!r} cannot stand in an expression")
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


class _Parser:
    """Reads tokens by precedence into closures."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _take(self) -> tuple[str, str]:
        if self._at == len(self._tokens):
            raise LanguageError("the expression ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, sign: str) -> None:
        if self._peek() != sign:
            raise self._unexpected()
        self._at += 1

    def _unexpected(self) -> LanguageError:
        word = self._peek()
        if not word:
            return LanguageError("the expression ends too early")
        kind = self._tokens[self._at][0]
        later = word in {*_LATER, "not"} or (
            kind == "sign" and word not in {")", "]", "!", *_BINARY, *_COMPARE}
        )
        if later:
            why = f"{word} in expressions is not there yet: comparisons, && || and ! over paths are"
            return LanguageError(why, not_yet=True)
        return LanguageError(f"{word} cannot stand there in the expression")

    def end(self) -> None:
        """Refuse what is left."""
        if self._at < len(self._tokens):
            raise self._unexpected()

    def expression(self, least: int) -> Node:
        """Return the node of what binds at least so tight."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise LanguageError(f"the expression is nested deeper than {_MAX_DEPTH} levels")
        left = self._operand()
        while True:
            sign = self._peek()
            strength = _BINARY.get(sign) or _COMPARE.get(sign)
            if strength is None or strength < least or self._tokens[self._at][0] == "text":
                self._depth -= 1
                return left
            self._at += 1
            right = self.expression(strength + 1)
            left = _binary(sign, left, right)

    def _operand(self) -> Node:
        if self._peek() in _LATER:
            raise self._unexpected()
        kind, word = self._take()
        if kind == "number":
            return _constant(_number(word))
        if kind == "text":
            return _constant(_unquoted(word))
        if kind == "name" and word != "not":
            return self._named(word)
        if word in {"!", "not"}:
            inner = self.expression(_NOT)
            return lambda variables: not _boolean(inner(variables), "what ! turns round")
        if word == "(":
            inner = self.expression(0)
            self._expect(")")
            return self._path(inner, "(…)")
        if word == "-" and self._at < len(self._tokens) and self._tokens[self._at][0] == "number":
            return _constant(-_number(self._take()[1]))
        self._at -= 1
        raise self._unexpected()

    def _named(self, word: str) -> Node:
        if word in _WORDS:
            return _constant(_WORDS[word])
        return self._path(_variable(word), word)

    def _path(self, node: Node, name: str) -> Node:
        """Return the node with the `.member` and `[index]` steps behind it."""
        while self._peek() in {".", "?.", "["} and self._tokens[self._at][0] == "sign":
            sign = self._take()[1]
            kind, word = self._take()
            step: str | int | float = word
            if sign != "[":
                if kind != "name":
                    raise LanguageError(f"{word} cannot be a member's name: write [{word!r}]")
            else:
                minus = word == "-"
                kind, word = self._take() if minus else (kind, word)
                if kind == "text":
                    step = _unquoted(word)
                elif kind == "number" and word.isdigit():
                    step = -int(word) if minus else int(word)
                else:
                    raise LanguageError("between [ and ] goes a text or a number", not_yet=True)
                self._expect("]")
            name = f"{name}.{step}"
            node = _member(node, step, name, optional=sign == "?.")
        if self._peek() == "(":
            raise self._unexpected()
        return node


def _constant(value: Any) -> Node:
    return lambda _: value


def _variable(name: str) -> Node:
    def find(variables: Mapping[str, Any]) -> Any:
        if name not in variables:
            known = ", ".join(variables)
            raise EvaluationError(f"there is no variable {name}; there are {known}")
        return variables[name]

    return find


def _member(node: Node, step: Any, name: str, *, optional: bool) -> Node:
    """Return the member of an object (nil where it is missing), or an item of a list."""

    def find(variables: Mapping[str, Any]) -> Any:
        inside = node(variables)
        if isinstance(inside, dict) and isinstance(step, str):
            return inside.get(step)
        if isinstance(inside, list) and isinstance(step, int):
            if -len(inside) <= step < len(inside):
                return inside[step]
            raise EvaluationError(f"{name} is out of the list, which has {len(inside)} items")
        if inside is None and optional:
            return None
        raise EvaluationError(f"{name} is not there: what is before it is {_kind(inside)}")

    return find


def _binary(sign: str, left: Node, right: Node) -> Node:
    if sign in {"&&", "and"}:
        return lambda variables: (
            _boolean(left(variables), sign) and _boolean(right(variables), sign)
        )
    if sign in {"||", "or"}:
        return lambda variables: _boolean(left(variables), sign) or _boolean(right(variables), sign)
    if sign in {"==", "!="}:
        wanted = sign == "=="
        return lambda variables: _equal(left(variables), right(variables)) is wanted
    return lambda variables: _ordered(sign, left(variables), right(variables))


def _boolean(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise EvaluationError(f"{where} needs true or false, not {_kind(value)}")
    return value


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


def _ordered(sign: str, left: Any, right: Any) -> bool:
    if {_kind(left), _kind(right)} not in ({"a number"}, {"text"}):
        raise EvaluationError(f"{_kind(left)} and {_kind(right)} cannot be compared by {sign}")
    if sign in {"<", ">="}:
        return bool(left < right) is (sign == "<")
    return bool(left > right) is (sign == ">")


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "a boolean"
    for kind, word in ((str, "text"), (int | float, "a number"), (dict, "an object")):
        if isinstance(value, kind):
            return word
    return "nil" if value is None else "a list"


def _number(word: str) -> int | float:
    plain = word.replace("_", "")
    return int(plain) if plain.isdigit() else float(plain)


def _unquoted(word: str) -> str:
    if word.startswith("`"):
        return word[1:-1]
    return _ESCAPE.sub(_escaped, word[1:-1])


def _escaped(match: re.Match[str]) -> str:
    code = match[1]
    if len(code) > 1:
        return chr(int(code[1:], 16))
    return _ESCAPES.get(code, code)
