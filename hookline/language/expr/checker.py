"""What expr-lang refuses before any data is there: operators and functions that never fit."""

from dataclasses import dataclass, field

from hookline.language.errors import LanguageError
from hookline.language.expr import nodes, rules
from hookline.language.expr.names import BUILTINS, PREDICATES
from hookline.language.expr.nodes import Node
from hookline.language.expr.signatures import result
from hookline.language.expr.static import (
    ANY,
    BOOL,
    FLOAT,
    FUNCTION,
    INT,
    MAP,
    NIL,
    TEXT,
    WHOLE,
    Type,
)

_LITERALS = {bool: BOOL, int: INT, float: FLOAT, str: TEXT, type(None): NIL}


def check(node: Node) -> None:
    """Raise LanguageError where types that are already known do not fit."""
    _Checker().visit(node)


@dataclass(slots=True)
class _Scope:
    """The list that a closure goes through, and its other pointers."""

    collection: Type
    pointers: dict[str, Type] = field(default_factory=dict)


class _Checker:
    """The closures and names that are open."""

    def __init__(self) -> None:
        self._scopes: list[_Scope] = []
        self._names: dict[str, Type] = {}

    def visit(self, node: Node) -> Type:  # noqa: PLR0911  # one for each form
        match node:
            case nodes.Literal(value):
                return _LITERALS[type(value)]
            case nodes.Name(name):
                return self._name(name)
            case nodes.Unary(sign, inner):
                return rules.unary(sign, self.visit(inner))
            case nodes.Binary(sign, left, right):
                return rules.binary(sign, self.visit(left), self.visit(right))
            case nodes.Builtin(name, arguments):
                return self._builtin(name, arguments)
            case nodes.Closure(inner):
                return self._closure(inner)
            case nodes.Pointer(name):
                return self._pointer(name)
            case nodes.Let(name, value, body):
                return self._let(name, value, body)
            case nodes.Conditional():
                return self._conditional(node)
            case _:
                return self._structure(node)

    def _structure(self, node: Node) -> Type:  # noqa: PLR0911  # one for each form
        match node:
            case nodes.Chain(inner):
                return self.visit(inner)
            case nodes.Member(nodes.Name("$env"), key):
                return FUNCTION if self._builtin_key(key) else ANY
            case nodes.Member(inner, key):
                return rules.member(self.visit(inner), self.visit(key))
            case nodes.Slice(inner, start, stop):
                return self._slice(self.visit(inner), [start, stop])
            case nodes.Call(callee, arguments):
                return self._call(callee, arguments)
            case nodes.Array(items):
                kinds = {self.visit(item).kind for item in items}
                return Type("array", "any", kinds.pop() if len(kinds) == 1 else "any")
            case nodes.Map(pairs):
                for key, value in pairs:
                    self.visit(key)
                    self.visit(value)
        return MAP

    def _builtin_key(self, key: Node) -> bool:
        return isinstance(key, nodes.Literal) and key.value in BUILTINS | PREDICATES

    def _name(self, name: str) -> Type:
        if name in self._names:
            return self._names[name]
        if name == "$env":
            return MAP
        return FUNCTION if name in BUILTINS | PREDICATES else ANY

    def _let(self, name: str, value: Node, body: Node) -> Type:
        if name in self._names or name in BUILTINS | PREDICATES:
            raise LanguageError(f"the name {name} is taken: let needs another one")
        self._names[name] = self.visit(value)
        found = self.visit(body)
        del self._names[name]
        return found

    def _conditional(self, node: nodes.Conditional) -> Type:
        condition = self.visit(node.condition)
        if condition.kind not in ("bool", "any"):
            raise LanguageError(f"? asks a boolean, not {condition}")
        yes, no = self.visit(node.yes), self.visit(node.no)
        if yes == NIL:
            return no
        return yes if no in (NIL, ANY) or rules.same(yes, no) else ANY

    def _slice(self, value: Type, ends: list[Node | None]) -> Type:
        if value.kind not in ("any", "string", "array"):
            raise LanguageError(f"{value} cannot be cut")
        for end in ends:
            if end is not None and (found := self.visit(end)).kind not in WHOLE | {"any"}:
                raise LanguageError(f"a list is cut at whole numbers, not at {found}")
        return value

    def _call(self, callee: Node, arguments: tuple[Node, ...]) -> Type:
        """Check what is called; upstream looks at the arguments only when the data is there."""
        function = self.visit(callee)
        if function.kind == "func":
            for argument in arguments:
                self.visit(argument)
        elif function.kind != "any":
            raise LanguageError(f"{function} is called like a function")
        return ANY

    def _closure(self, inner: Node) -> Type:
        found = self.visit(inner)
        if found == NIL:
            raise LanguageError("what is worked out for each item cannot be nil")
        return found

    def _pointer(self, name: str) -> Type:
        scope = self._scopes[-1]
        if name:
            if name not in scope.pointers:
                raise LanguageError(f"there is no #{name} here")
            return scope.pointers[name]
        return Type(scope.collection.item) if scope.collection.kind == "array" else ANY

    def _builtin(self, name: str, arguments: tuple[Node, ...]) -> Type:
        if name not in PREDICATES:
            return result(name, [self.visit(argument) for argument in arguments])
        collection = self.visit(arguments[0])
        if collection.kind not in ("array", "any"):
            raise LanguageError(f"{name} goes through a list, not {collection}")
        pointers = {"index": INT} if name in ("map", "reduce") else {}
        self._scopes.append(
            _Scope(collection, pointers | ({"acc": ANY} if name == "reduce" else {}))
        )
        closure = self.visit(arguments[1])
        self._scopes.pop()
        for argument in arguments[2:]:
            self.visit(argument)
        return rules.of_predicate(name, collection, closure)
