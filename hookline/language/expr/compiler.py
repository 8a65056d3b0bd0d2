"""Nodes to closures over a run, with those habits of expr-lang's optimizer that can be seen."""

from typing import Any

from hookline.language.errors import LanguageError
from hookline.language.expr import loops, nodes, runtime, steps
from hookline.language.expr.functions import FUNCTIONS
from hookline.language.expr.nodes import Node
from hookline.language.expr.runtime import Run, Step


def compile_node(node: Node) -> Step:  # noqa: PLR0911  # one for each form
    """Return the closure of a node; LanguageError for a pattern that is none."""
    match node:
        case nodes.Literal(value):
            return lambda _run: value
        case nodes.Name() | nodes.Pointer() | nodes.Let():
            return _named(node)
        case nodes.Unary() | nodes.Binary() | nodes.Conditional():
            return _operation(node)
        case nodes.Member() | nodes.Chain() | nodes.Slice():
            return _access(node)
        case nodes.Array() | nodes.Map():
            return _collection(node)
        case nodes.Call(callee, arguments):
            return steps.call(compile_node(callee), [compile_node(one) for one in arguments])
        case nodes.Builtin(name, arguments):
            return _builtin(name, arguments)
        case nodes.Closure(inner):
            return compile_node(inner)


def _named(node: nodes.Name | nodes.Pointer | nodes.Let) -> Step:
    match node:
        case nodes.Name("$env"):
            return lambda run: dict(run.variables)
        case nodes.Name(name):
            return lambda run: run.names[name] if name in run.names else run.variables.get(name)
        case nodes.Pointer("index"):
            return lambda run: run.scopes[-1].index
        case nodes.Pointer("acc"):
            return lambda run: run.scopes[-1].acc
        case nodes.Pointer(""):
            return steps.current
        case nodes.Pointer(name):
            raise LanguageError(f"there is no #{name} here")
        case nodes.Let(name, value, body):
            return steps.let(name, compile_node(value), compile_node(body))


def _operation(node: nodes.Unary | nodes.Binary | nodes.Conditional) -> Step:  # noqa: PLR0911  # one for each form
    match node:
        case nodes.Unary(sign, inner):
            return steps.unary(sign, compile_node(inner))
        case nodes.Conditional(condition, yes, no):
            return steps.conditional(compile_node(condition), compile_node(yes), compile_node(no))
        case nodes.Binary("or" | "||", left, right):
            return _logical(left, right, decides=True)
        case nodes.Binary("and" | "&&", left, right):
            return _logical(left, right, decides=False)
        case nodes.Binary("matches", left, nodes.Literal(str(pattern))):
            return steps.matches(compile_node(left), pattern)
        case nodes.Binary("in", left, nodes.Array(items)) if _texts(items):
            return steps.among(compile_node(left), {item.value for item in _literals(items)})
        case nodes.Binary("%", nodes.Literal(), nodes.Literal(0)):
            raise LanguageError("% by zero")
        case nodes.Binary(sign, left, right):
            return steps.binary(sign, compile_node(left), compile_node(right))


def _logical(left: Node, right: Node, *, decides: bool) -> Step:
    """Return `||` or `&&`; upstream leaves out what a literal beside it makes needless."""
    for known, other in ((left, right), (right, left)):
        if _known(known) is (not decides):
            return compile_node(other)
    if decides in (_known(left), _known(right)):
        return lambda _run: decides
    first, second = compile_node(left), compile_node(right)
    sign = "||" if decides else "&&"

    def evaluate(run: Run) -> Any:
        if runtime.boolean(first(run), sign) is decides:
            return decides
        return second(run)

    return evaluate


def _known(node: Node) -> bool | None:
    """Return the value of a boolean that upstream works out beforehand, else None."""
    match node:
        case nodes.Literal(bool(value)):
            return value
        case nodes.Unary("!" | "not", inner):
            known = _known(inner)
            return None if known is None else not known
        case nodes.Binary("==", nodes.Literal(left), nodes.Literal(right)):
            alike = type(left) is type(right) and isinstance(left, bool | int | str)
            return left == right if alike else None
        case nodes.Binary("||" | "or" | "&&" | "and" as sign, left, right):
            decides = sign in ("||", "or")
            both = (_known(left), _known(right))
            return decides if decides in both else (None if None in both else not decides)
    return None


def _literals(items: tuple[Node, ...]) -> list[nodes.Literal]:
    return [item for item in items if isinstance(item, nodes.Literal)]


def _texts(items: tuple[Node, ...]) -> bool:
    texts = [item for item in _literals(items) if isinstance(item.value, str)]
    return bool(items) and len(texts) == len(items)


def _access(node: nodes.Member | nodes.Chain | nodes.Slice) -> Step:
    match node:
        case nodes.Chain(inner):
            return steps.chain(compile_node(inner))
        case nodes.Member(nodes.Builtin("filter", arguments), key) if _end(key) is not None:
            return loops.throwing(_predicate(f"filter {_end(key)}", arguments))
        case nodes.Member(inner, key, optional):
            return steps.member(compile_node(inner), compile_node(key), optional=optional)
        case nodes.Slice(inner, start, stop):
            first = start if start is not None else nodes.Literal(0)
            last = None if stop is None else compile_node(stop)
            return steps.sliced(compile_node(inner), compile_node(first), last)


def _end(key: Node) -> str | None:
    if key == nodes.Literal(0):
        return "first"
    return "last" if key == nodes.Unary("-", nodes.Literal(1)) else None


def _collection(node: nodes.Array | nodes.Map) -> Step:
    if isinstance(node, nodes.Array):
        items = [compile_node(one) for one in node.nodes]

        def listed(run: Run) -> list[Any]:
            run.grow(len(items))
            return [item(run) for item in items]

        return listed
    pairs = [(compile_node(key), compile_node(value)) for key, value in node.pairs]

    def mapped(run: Run) -> dict[str, Any]:
        run.grow(len(pairs))
        found = [(key(run), value(run)) for key, value in pairs]
        # The first of equal keys stays, as upstream fills the map from the end.
        return {runtime.text(key): value for key, value in reversed(found)}

    return mapped


def _predicate(name: str, arguments: tuple[Node, ...]) -> Step:
    """Return the step of a function with a closure."""
    items, closure, *rest = arguments
    match name, items:
        case "reduce", _:
            start = compile_node(rest[0]) if rest else None
            return loops.reduce(compile_node(items), compile_node(closure), start)
        case "map", nodes.Builtin("filter", (inner, kept)):
            return loops.mapped(compile_node(inner), compile_node(kept), compile_node(closure))
    return loops.loop(name, compile_node(items), compile_node(closure))


def _builtin(name: str, arguments: tuple[Node, ...]) -> Step:
    function = FUNCTIONS.get(name)
    if function is None:
        return _predicate(name, arguments)
    match name, arguments:
        case "len", (nodes.Builtin("filter", inner),):
            return _predicate("count", inner)
        case "first" | "last", (nodes.Builtin("filter", inner),):
            return _predicate("find" if name == "first" else "findLast", inner)
    given = [compile_node(one) for one in arguments]

    def evaluate(run: Run) -> Any:
        values = [step(run) for step in given]
        run.spend(1)
        for value in values:
            run.read(value)
        return function(*values)

    return evaluate
