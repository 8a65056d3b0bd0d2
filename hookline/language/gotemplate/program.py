"""A parsed template, checked: its functions are known, and none of those that are left out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from gotpl.errors import TemplateSyntaxError
from gotpl.parse.nodes import BlockNode, IdentifierNode, ListNode
from gotpl.parse.parser import parse_template
from gotpl.parse.semantic import validate_template

from hookline.language.errors import LanguageError, LeftOutError
from hookline.language.gotemplate.functions import FUNCTIONS, LEFT_OUT
from hookline.language.gotemplate.machine import Machine

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Program:
    """A template, ready to run.

    Attributes:
        root: what runs first; templates: what `template` and `block` name.
    """

    root: ListNode
    templates: dict[str, ListNode]

    def render(self, dot: dict[str, Any]) -> str:
        """Return the text that it makes of `dot`; LanguageError if it fails."""
        text = Machine(self.templates).run(self.root, dot)
        if not _SURROGATE.search(text):
            return text
        # Bytes of cut characters are held as halves of pairs; what still is no UTF-8 when they
        # stand side by side is replaced, as Go does in JSON.
        joined = text.encode(errors="surrogateescape").decode(errors="surrogateescape")
        return _SURROGATE.sub("\ufffd", joined)


def compile_program(text: str) -> Program:
    """Return the program of a template; LanguageError if it is none."""
    known = {*FUNCTIONS, *LEFT_OUT, "and", "or"}
    try:
        parsed = parse_template(text, name="param", functions=known)
        validate_template(text, parsed, functions=known)
    except (TemplateSyntaxError, RecursionError) as error:
        raise LanguageError(f"not a Go template: {error}") from error
    nodes = list(_nodes((parsed.root, parsed.definitions)))
    for name in (node.name for node in nodes if isinstance(node, IdentifierNode)):
        if name in LEFT_OUT:
            raise LeftOutError(f"the function {name} is left out: {LEFT_OUT[name]}")
    blocks = {node.name: node.body for node in nodes if isinstance(node, BlockNode)}
    named = {definition.name: definition.body for definition in parsed.definitions}
    return Program(parsed.root, {"param": parsed.root, **blocks, **named})


def _nodes(node: Any) -> Iterator[Any]:
    if isinstance(node, tuple):
        for item in node:
            yield from _nodes(item)
    elif is_dataclass(node):
        yield node
        for field in fields(node):
            yield from _nodes(getattr(node, field.name))
