"""The syntax tree of jq: what the parser makes and the compiler turns into generators."""

from dataclasses import dataclass


@dataclass(slots=True)
class Identity:
    """`.`."""


@dataclass(slots=True)
class Literal:
    """null, a boolean, a number or a text."""

    value: object


@dataclass(slots=True)
class Interpolated:
    """A text with other values in it; `form` is `@base64` or the like, or empty."""

    parts: list["str | Node"]
    form: str


@dataclass(slots=True)
class Format:
    """`@base64` by itself."""

    name: str


@dataclass(slots=True)
class Index:
    """`target[key]`."""

    target: "Node"
    key: "Node"


@dataclass(slots=True)
class Slice:
    """`target[start:end]`."""

    target: "Node"
    start: "Node | None"
    end: "Node | None"


@dataclass(slots=True)
class Iterate:
    """`target[]`."""

    target: "Node"


@dataclass(slots=True)
class Pipe:
    """`left | right`."""

    left: "Node"
    right: "Node"


@dataclass(slots=True)
class Comma:
    """`left, right`."""

    left: "Node"
    right: "Node"


@dataclass(slots=True)
class Binary:
    """Arithmetic, comparisons, `and`, `or`, `//`."""

    sign: str
    left: "Node"
    right: "Node"


@dataclass(slots=True)
class Update:
    """`=`, `|=`, `+=` and the like."""

    sign: str
    left: "Node"
    right: "Node"


@dataclass(slots=True)
class Unary:
    """`-x` or `+x`."""

    sign: str
    operand: "Node"


@dataclass(slots=True)
class Array:
    """`[…]`."""

    inside: "Node | None"


@dataclass(slots=True)
class Object:
    """`{…}`: keys and values; a value left out is the member of that name."""

    members: list[tuple["Node", "Node | None"]]


@dataclass(slots=True)
class Call:
    """A function with its arguments."""

    name: str
    arguments: list["Node"]
    line: int


@dataclass(slots=True)
class Variable:
    """`$name`; `name` without the sign."""

    name: str
    line: int


@dataclass(slots=True)
class If:
    """`if … then … else … end`."""

    condition: "Node"
    then: "Node"
    otherwise: "Node | None"


@dataclass(slots=True)
class Try:
    """`try … catch …`, and `…?`."""

    body: "Node"
    handler: "Node | None"


@dataclass(slots=True)
class Reduce:
    """`reduce source as pattern (start; update)`."""

    source: "Node"
    pattern: "Pattern"
    start: "Node"
    update: "Node"


@dataclass(slots=True)
class Foreach:
    """`foreach source as pattern (start; update; extract)`."""

    source: "Node"
    pattern: "Pattern"
    start: "Node"
    update: "Node"
    extract: "Node | None"


@dataclass(slots=True)
class Bind:
    """`source as pattern ?// pattern | body`."""

    source: "Node"
    patterns: list["Pattern"]
    body: "Node"


@dataclass(slots=True)
class Label:
    """`label $name | body`."""

    name: str
    body: "Node"


@dataclass(slots=True)
class Break:
    """`break $name`."""

    name: str
    line: int


@dataclass(slots=True)
class Define:
    """`def name(parameters): body; rest`; a parameter with `$` is a value."""

    name: str
    parameters: list[str]
    body: "Node"
    rest: "Node"


@dataclass(slots=True)
class NamePattern:
    """`$name`."""

    name: str


@dataclass(slots=True)
class ArrayPattern:
    """`[pattern, …]`."""

    items: list["Pattern"]


@dataclass(slots=True)
class ObjectPattern:
    """`{key: pattern, $name, …}`: a variable for the key's value, its key, its pattern."""

    members: list[tuple[str, "Node", "Pattern | None"]]


type Pattern = NamePattern | ArrayPattern | ObjectPattern
type Node = (
    Identity
    | Literal
    | Interpolated
    | Format
    | Index
    | Slice
    | Iterate
    | Pipe
    | Comma
    | Binary
    | Update
    | Unary
    | Array
    | Object
    | Call
    | Variable
    | If
    | Try
    | Reduce
    | Foreach
    | Bind
    | Label
    | Break
    | Define
)
