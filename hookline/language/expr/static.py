"""The types that expr-lang knows before any data is there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Type:
    """A type of Go.

    Attributes:
        kind: any, nil, bool, int, float, string, array, map, func, time or duration.
        item: of an array or map, the kind of what is in it.
        literal: of an array that stands in the expression, the kind that all its items have.
    """

    kind: str
    item: str = "any"
    literal: str = "any"

    def __str__(self) -> str:
        return {"string": "text", "array": "a list", "map": "an object"}.get(self.kind, self.kind)


ANY, NIL, BOOL = Type("any"), Type("nil"), Type("bool")
INT, FLOAT, TEXT = Type("int"), Type("float"), Type("string")
ARRAY, MAP, FUNCTION = Type("array"), Type("map"), Type("func")
TIME, DURATION = Type("time"), Type("duration")
TEXTS, INTEGERS = Type("array", "string"), Type("array", "int")

NUMBERS = frozenset(("int", "float", "duration"))
WHOLE = frozenset(("int", "duration"))


def either(left: Type, right: Type, kinds: frozenset[str]) -> bool:
    """Return whether one type is open and the other open or of these kinds."""
    found = {left.kind, right.kind} - {"any"}
    return "any" in (left.kind, right.kind) and found <= kinds


def comparable(left: Type, right: Type) -> bool:
    """Return whether `==` is allowed between two types."""
    if left.kind == right.kind or {"nil", "any"} & {left.kind, right.kind}:
        return True
    return left.kind in NUMBERS and right.kind in NUMBERS


def combined(left: Type, right: Type) -> Type:
    """Return the type of a sum."""
    if left.kind == right.kind:
        return left
    return FLOAT if FLOAT in (left, right) else INT


def assignable(value: Type, wanted: Type) -> bool:
    """Return whether a value may be passed where another type is wanted."""
    if value.kind in ("nil", "any") or wanted == ANY:
        return True
    if wanted.kind == "array":
        return value.kind == "array" and value.item == wanted.item
    return value.kind == wanted.kind
