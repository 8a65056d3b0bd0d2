"""The parts of an expression as they stand in its text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Literal:
    """`nil`, a boolean, an integer, a float or a text."""

    value: bool | int | float | str | None


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, of the data or of a `let`."""

    name: str


@dataclass(frozen=True, slots=True)
class Unary:
    """`!`, `not`, `-` or `+` before a value."""

    sign: str
    node: "Node"


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two values."""

    sign: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Member:
    """`a.b`, `a[b]` or `a?.b`."""

    node: "Node"
    key: "Node"
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """Members of which one is `?.`: nil as soon as the value before it is nil."""

    node: "Node"


@dataclass(frozen=True, slots=True)
class Slice:
    """`a[from:to]`, either of them left out."""

    node: "Node"
    start: "Node | None"
    stop: "Node | None"


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function among the variables."""

    callee: "Node"
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Builtin:
    """A call of a function of the language itself."""

    name: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Closure:
    """What `filter` and its like work out for each item."""

    node: "Node"


@dataclass(frozen=True, slots=True)
class Pointer:
    """`#`, `#index` or `#acc` in a closure."""

    name: str


@dataclass(frozen=True, slots=True)
class Let:
    """`let name = value; body`."""

    name: str
    value: "Node"
    body: "Node"


@dataclass(frozen=True, slots=True)
class Conditional:
    """`condition ? yes : no`."""

    condition: "Node"
    yes: "Node"
    no: "Node"


@dataclass(frozen=True, slots=True)
class Array:
    """`[a, b]`."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Map:
    """`{a: b}`; each pair is a key and a value."""

    pairs: tuple[tuple["Node", "Node"], ...]


type Node = (
    Literal
    | Name
    | Unary
    | Binary
    | Member
    | Chain
    | Slice
    | Call
    | Builtin
    | Closure
    | Pointer
    | Let
    | Conditional
    | Array
    | Map
)
