"""Which types fit which operators, as expr-lang has it."""

from hookline.language.errors import LanguageError
from hookline.language.expr.static import (
    ANY,
    BOOL,
    DURATION,
    FLOAT,
    INT,
    INTEGERS,
    NIL,
    NUMBERS,
    TEXT,
    TIME,
    WHOLE,
    Type,
    combined,
    comparable,
    either,
)


def same(left: Type, right: Type) -> bool:
    """Return whether two types are one to Go."""
    return (left.kind, left.item) == (right.kind, right.item)


def of_predicate(name: str, collection: Type, closure: Type) -> Type:  # noqa: PLR0911  # one for each form
    """Return what a function with a closure gives; LanguageError where they do not fit."""
    if name not in ("map", "groupBy", "reduce") and closure.kind not in ("bool", "any"):
        raise LanguageError(f"{name} asks a boolean of each item, not {closure}")
    match name:
        case "all" | "none" | "any" | "one":
            return BOOL
        case "filter":
            return Type("array", collection.item)
        case "map":
            return Type("array", closure.kind)
        case "find" | "findLast":
            return Type(collection.item) if collection.kind == "array" else ANY
        case "groupBy":
            return Type("map", "array", "keyed")
        case "reduce":
            return closure
    return INT


def unary(sign: str, value: Type) -> Type:
    """Return the type of `!`, `-` or `+` of a value; LanguageError where it does not fit."""
    allowed = {"bool"} if sign in ("!", "not") else NUMBERS
    if value.kind not in allowed | {"any"}:
        raise LanguageError(f"{sign} cannot stand before {value}")
    return BOOL if sign in ("!", "not") else value


def binary(sign: str, left: Type, right: Type) -> Type:
    """Return the type of an operator between two values; LanguageError where they do not fit."""
    found = _found(sign, left, right)
    if found is None:
        raise LanguageError(f"{left} and {right} cannot be combined by {sign}")
    return found


def _found(sign: str, left: Type, right: Type) -> Type | None:  # noqa: PLR0911  # one for each form
    kinds = {left.kind, right.kind}
    match sign:
        case "==" | "!=":
            return BOOL if comparable(left, right) else None
        case "or" | "||" | "and" | "&&":
            return BOOL if kinds <= {"bool", "any"} else None
        case "<" | ">" | "<=" | ">=":
            return BOOL if _ordered(left, right) else None
        case "matches" | "contains" | "startsWith" | "endsWith":
            return BOOL if kinds <= {"string", "any"} else None
        case "in":
            return _within(left, right)
        case "..":
            return INTEGERS if kinds <= WHOLE | {"any"} else None
        case "??":
            if NIL in (left, right):
                return right if left == NIL else left
            return left if left == ANY or same(left, right) else ANY
    return _arithmetic(sign, left, right)


def _ordered(left: Type, right: Type) -> bool:
    kinds = {left.kind, right.kind}
    if any(kinds <= allowed for allowed in (NUMBERS, {"string"}, {"time"})):
        return True
    return either(left, right, NUMBERS | {"string", "time"})


def _within(left: Type, right: Type) -> Type | None:
    if right.kind == "map":
        keyed = right.literal == "keyed"
        return BOOL if keyed or left.kind in ("nil", "any", "string") else None
    if right.kind == "array":
        fits = left == NIL or all(
            comparable(left, Type(one)) for one in (right.item, right.literal)
        )
        return BOOL if fits else None
    return BOOL if right.kind == "any" or (left == ANY and right.kind == "string") else None


def _arithmetic(sign: str, left: Type, right: Type) -> Type | None:  # noqa: PLR0911  # one for each form
    both = left.kind in NUMBERS and right.kind in NUMBERS
    if sign in ("/", "**", "^"):
        return FLOAT if both or either(left, right, NUMBERS) else None
    if sign == "%":
        whole = left.kind in WHOLE and right.kind in WHOLE
        return combined(left, right) if whole else _open(left, right, WHOLE)
    if both:
        return combined(left, right)
    kinds = (left.kind, right.kind)
    times = {("time", "duration"): TIME}
    times |= {("time", "time"): DURATION} if sign == "-" else {("duration", "time"): TIME}
    if sign != "*" and kinds in times:
        return times[kinds]
    if sign == "+":
        if kinds == ("string", "string"):
            return TEXT
        return _open(left, right, NUMBERS | {"string", "time"})
    return _open(left, right, NUMBERS | ({"time"} if sign == "-" else set()))


def _open(left: Type, right: Type, kinds: frozenset[str]) -> Type | None:
    return ANY if either(left, right, kinds) else None


def member(value: Type, key: Type) -> Type:
    """Return the type of a member or an item; LanguageError where there cannot be one."""
    match value.kind:
        case "any":
            return ANY
        case "map":
            if value.literal != "keyed" and key.kind not in ("string", "any", "nil"):
                raise LanguageError(f"an object's member is named by a text, not by {key}")
            return Type(value.item)
        case "array":
            if key.kind not in WHOLE | {"any"}:
                raise LanguageError(f"an item of a list is named by a whole number, not by {key}")
            return Type(value.item)
    raise LanguageError(f"{value} has no members")
