"""What the pipelines, commands and arguments of a template give (Go's exec.go)."""

from typing import Any

from gotpl.parse.nodes import (
    BoolNode,
    CharacterNode,
    CommandNode,
    ComplexNode,
    DotNode,
    FieldNode,
    IdentifierNode,
    NilNode,
    NumberNode,
    ParenthesizedNode,
    PipeNode,
    StringNode,
    VariableNode,
)

from hookline.language.errors import LanguageError
from hookline.language.gotemplate.budget import Budget
from hookline.language.gotemplate.constants import as_float, as_int, constant
from hookline.language.gotemplate.functions import FUNCTIONS
from hookline.language.gotemplate.methods import METHODS
from hookline.language.gotemplate.values import INVALID, fit, truth, type_name

type Variables = list[list[Any]]

# No value came through the pipe; a missing one that did is INVALID.
_NOTHING = object()


class Evaluation:
    """The variables of a run, and what its expressions give."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._variables: Variables = []

    def enter(self, dot: Any) -> Variables:
        """Begin a template of its own, with `$`; returns the variables around it."""
        outer, self._variables = self._variables, [["$", dot]]
        return outer

    def leave(self, outer: Variables) -> None:
        """Go back to the variables around a template."""
        self._variables = outer

    def mark(self) -> int:
        """Return how many variables there are."""
        return len(self._variables)

    def release(self, mark: int) -> None:
        """Forget the variables since a mark."""
        del self._variables[mark:]

    def declare(self, pipe: PipeNode) -> int:
        """Declare the variables of a range; returns the mark after them."""
        if not pipe.is_assignment:
            self._variables += [[each.name, INVALID] for each in pipe.declarations]
        return self.mark()

    def assign_item(self, pipe: PipeNode, key: Any, item: Any, mark: int) -> None:
        """Set the variables of a range, which stand before `mark`."""
        values = (item,) if len(pipe.declarations) == 1 else (key, item)
        if not pipe.declarations:
            return
        for number, (each, value) in enumerate(zip(pipe.declarations, values, strict=True)):
            if pipe.is_assignment:
                self._find(each.name)[1] = value
            else:
                self._variables[mark - len(values) + number][1] = value

    def pipeline(self, dot: Any, pipe: PipeNode, *, bind: bool = True) -> Any:
        """Return what a pipeline gives; it sets its variables if `bind`."""
        value: Any = _NOTHING
        for command in pipe.commands:
            value = self._command(dot, command, value)
            if value is None:
                value = INVALID  # an interface without a value loses its type
        if bind:
            for each in pipe.declarations:
                if pipe.is_assignment:
                    self._find(each.name)[1] = value
                else:
                    self._variables.append([each.name, value])
        return value

    def _find(self, name: str) -> list[Any]:
        for variable in reversed(self._variables):
            if variable[0] == name:
                return variable
        raise LanguageError(f"undefined variable: {name}")

    def _command(self, dot: Any, command: CommandNode, final: Any) -> Any:
        first, *arguments = command.arguments
        self._budget.step()
        match first:
            case FieldNode():
                return self._fields(dot, dot, first.fields, arguments, final)
            case VariableNode(fields=tuple(names)) if names:
                return self._fields(dot, self._find(first.name)[1], names, arguments, final)
            case ParenthesizedNode(fields=tuple(names)) if names:
                value = self.pipeline(dot, first.pipeline)
                return self._fields(dot, value, names, arguments, final)
            case IdentifierNode():
                return self._function(dot, first.name, arguments, final)
        if arguments or final is not _NOTHING:
            raise LanguageError("can't give argument to non-function")
        return self._plain(dot, first)

    def _plain(self, dot: Any, node: Any) -> Any:
        match node:
            case DotNode():
                return dot
            case ParenthesizedNode():
                return self.pipeline(dot, node.pipeline)
            case VariableNode():
                return self._find(node.name)[1]
            case NilNode():
                raise LanguageError("nil is not a command")
        return constant(node)

    def _fields(
        self, dot: Any, value: Any, names: tuple[str, ...], arguments: list[Any], final: Any
    ) -> Any:
        for name in names[:-1]:
            value = self._field(dot, value, name, [], _NOTHING)
        return self._field(dot, value, names[-1], arguments, final)

    def _field(self, dot: Any, value: Any, name: str, arguments: list[Any], final: Any) -> Any:
        if value is INVALID:
            return INVALID
        if value is None:
            raise LanguageError(f"nil pointer evaluating interface {{}}.{name}")
        method = METHODS.get((type_name(value), name))
        if method is not None:
            return self._invoke(dot, (name, method), arguments, final, value)
        if not isinstance(value, dict):
            raise LanguageError(f"can't evaluate field {name} in type {type_name(value)}")
        if arguments or final is not _NOTHING:
            raise LanguageError(f"{name} is not a method but has arguments")
        return value.get(name, INVALID)

    def _function(self, dot: Any, name: str, arguments: list[Any], final: Any) -> Any:
        if name in {"and", "or"}:
            return self._logical(dot, name, arguments, final)
        return self._invoke(dot, (name, FUNCTIONS[name]), arguments, final)

    def _logical(self, dot: Any, name: str, arguments: list[Any], final: Any) -> Any:
        if not arguments and final is _NOTHING:
            raise LanguageError(f"wrong number of args for {name}: want at least 1 got 0")
        value: Any = INVALID
        for node in arguments:
            value = self._argument(dot, node, "value")
            if truth(value) == (name == "or"):
                return value
        return value if final is _NOTHING else final

    def _invoke(
        self, dot: Any, named: tuple[str, Any], nodes: list[Any], final: Any, *bound: Any
    ) -> Any:
        name, function = named
        count = len(nodes) + (final is not _NOTHING)
        function.check_count(name, count)
        values = [
            self._argument(dot, node, function.parameter(index)) for index, node in enumerate(nodes)
        ]
        if final is not _NOTHING:
            values.append(fit(final, function.parameter(count - 1)))
        self._budget.step()
        return function.call(name, self._budget, [*bound, *values])

    def _argument(self, dot: Any, node: Any, parameter: str) -> Any:
        match node:
            case NilNode():
                if parameter in {"any", "value", "map"}:
                    return fit(INVALID, parameter)
                raise LanguageError(f"cannot assign nil to {parameter}")
            case DotNode():
                return fit(dot, parameter)
            case FieldNode() | VariableNode() | ParenthesizedNode() | IdentifierNode():
                return fit(self._operand(dot, node), parameter)
        return _literal(node, parameter)

    def _operand(self, dot: Any, node: Any) -> Any:
        match node:
            case FieldNode():
                return self._fields(dot, dot, node.fields, [], _NOTHING)
            case VariableNode(fields=tuple(names)) if names:
                return self._fields(dot, self._find(node.name)[1], names, [], _NOTHING)
            case ParenthesizedNode(fields=tuple(names)) if names:
                return self._fields(dot, self.pipeline(dot, node.pipeline), names, [], _NOTHING)
            case IdentifierNode():
                return self._function(dot, node.name, [], _NOTHING)
        return self._plain(dot, node)


def _literal(node: Any, parameter: str) -> Any:
    """Return a literal as a parameter of that type takes it."""
    match node, parameter:
        case (_, "any" | "value") | (StringNode(), "string") | (BoolNode(), "bool"):
            return constant(node)
        case (NumberNode() | CharacterNode() | ComplexNode(), "int"):
            return as_int(node)
        case (NumberNode() | CharacterNode() | ComplexNode(), "float64"):
            return as_float(node)
    raise LanguageError(f"expected {parameter}")
