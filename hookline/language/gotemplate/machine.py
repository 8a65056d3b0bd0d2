"""Runs a parsed template, node by node, as Go's text/template does (exec.go)."""

import contextlib
from collections.abc import Callable, Iterable
from typing import Any

from gotpl.parse.nodes import (
    ActionNode,
    BlockNode,
    BreakNode,
    ContinueNode,
    IfNode,
    ListNode,
    PipeNode,
    RangeNode,
    TemplateCallNode,
    TextNode,
    WithNode,
)

from hookline.language.errors import LanguageError
from hookline.language.gotemplate.budget import DEPTH, Budget
from hookline.language.gotemplate.evaluation import Evaluation
from hookline.language.gotemplate.printing import printed
from hookline.language.gotemplate.values import INVALID, truth, type_name


class _BreakError(Exception):
    """`break` was met; its range takes it."""


class _ContinueError(Exception):
    """`continue` was met; its range takes it."""


class Machine:
    """One run of a template.

    Args:
        templates: the named templates.
    """

    def __init__(self, templates: dict[str, ListNode]) -> None:
        self._templates = templates
        self._budget = Budget()
        self._values = Evaluation(self._budget)
        self._output: list[str] = []
        self._depth = 0
        self._walks: dict[type, Callable[[Any, Any], None]] = {
            TextNode: self._text,
            ActionNode: self._action,
            IfNode: self._if,
            WithNode: self._if,
            RangeNode: self._range,
            TemplateCallNode: self._template,
            BlockNode: self._template,
            BreakNode: self._break,
            ContinueNode: self._continue,
        }

    def run(self, root: ListNode, dot: Any) -> str:
        """Return the text of a template; LanguageError if it fails."""
        try:
            self._call(root, dot)
        except RecursionError as error:
            raise LanguageError("the template is nested too deep") from error
        except (_BreakError, _ContinueError) as error:
            raise LanguageError("break or continue outside a range") from error
        return "".join(self._output)

    def _call(self, body: ListNode, dot: Any) -> None:
        self._depth += 1
        if self._depth > DEPTH:
            raise LanguageError(f"templates call one another deeper than {DEPTH}")
        outer = self._values.enter(dot)
        self._walk(body, dot)
        self._values.leave(outer)
        self._depth -= 1

    def _walk(self, body: ListNode, dot: Any) -> None:
        for node in body.nodes:
            self._budget.step()
            self._walks[type(node)](node, dot)

    def _write(self, text: str) -> None:
        self._budget.take(len(text))
        self._output.append(text)

    def _text(self, node: TextNode, _dot: Any) -> None:
        self._write(node.text)

    def _action(self, node: ActionNode, dot: Any) -> None:
        value = self._values.pipeline(dot, node.pipeline)
        if not node.pipeline.declarations:
            self._budget.walk(value)
            self._write(printed(value))

    def _if(self, node: IfNode | WithNode, dot: Any) -> None:
        mark = self._values.mark()
        value = self._values.pipeline(dot, node.pipeline)
        if truth(value):
            self._walk(node.body, value if isinstance(node, WithNode) else dot)
        elif node.else_body is not None:
            self._walk(node.else_body, dot)
        self._values.release(mark)

    def _range(self, node: RangeNode, dot: Any) -> None:
        outer = self._values.mark()
        value = self._values.pipeline(dot, node.pipeline, bind=False)
        empty = True
        mark = self._values.declare(node.pipeline)
        with contextlib.suppress(_BreakError):
            for key, item in _items(value, node.pipeline):
                empty = False
                self._budget.step()
                self._values.assign_item(node.pipeline, key, item, mark)
                with contextlib.suppress(_ContinueError):
                    self._walk(node.body, item)
                self._values.release(mark)
        if empty and node.else_body is not None:
            self._walk(node.else_body, dot)
        self._values.release(outer)

    def _template(self, node: TemplateCallNode | BlockNode, dot: Any) -> None:
        body = self._templates.get(node.name)
        if body is None:
            raise LanguageError(f'template "{node.name}" not defined')
        inner = INVALID if node.pipeline is None else self._values.pipeline(dot, node.pipeline)
        self._call(body, inner)

    def _break(self, _node: BreakNode, _dot: Any) -> None:
        raise _BreakError

    def _continue(self, _node: ContinueNode, _dot: Any) -> None:
        raise _ContinueError


def _items(value: Any, pipe: PipeNode) -> Iterable[tuple[Any, Any]]:
    """Return the keys and items of what a range goes through; maps in the order of their keys."""
    if value is None or value is INVALID:
        return ()
    if isinstance(value, list):
        return enumerate(list(value))
    if isinstance(value, dict):
        return [(key, value[key]) for key in sorted(value, key=str.encode)]
    if isinstance(value, int) and not isinstance(value, bool):
        if len(pipe.declarations) > 1:
            raise LanguageError(f"can't use {value} to iterate over more than one variable")
        return ((INVALID, type(value)(number)) for number in range(value))
    raise LanguageError(f"range can't iterate over {type_name(value)}")
